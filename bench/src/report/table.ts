/** Lines of a table with aligned columns. The first row is the head. */
export function textTable(rows: readonly (readonly string[])[]): string[] {
  const widths = widthsOf(rows);
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** Of a column: the dashes under its head. */
const MARKDOWN_MIN_WIDTH = 3;

/** The same as a Markdown table, laid out as prettier would. */
export function markdownTable(rows: readonly (readonly string[])[]): string[] {
  const widths = widthsOf(rows).map((width) => Math.max(width, MARKDOWN_MIN_WIDTH));
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const padded = rows.map((row) => line(row.map((cell, column) => cell.padEnd(widths[column] ?? 0))));
  const [head = '', ...body] = padded;
  return [head, line(widths.map((width) => '-'.repeat(width))), ...body];
}

function widthsOf(rows: readonly (readonly string[])[]): number[] {
  return (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
}
