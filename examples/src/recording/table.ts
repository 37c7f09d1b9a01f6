import { CsvError, parse, type Info } from 'csv-parse/sync';
import { RecordingError } from './problem.js';

/** A line of a table: its number, counted from 1 where it begins, and its cells. */
export interface TableRow {
  readonly line: number;
  readonly cells: readonly string[];
}

/** What separates cells in files that people have, most frequent first. */
const SEPARATORS = [',', ';', '\t', '|'] as const;
/** With this a spreadsheet is told what separates cells. */
const SEPARATOR_LINE = /^sep=(.)\n/;

/**
 * Rows of a CSV text that are not blank (RFC 4180; quoted cells may hold separators and line ends).
 * @param maxRows the first rows alone, blank ones among them
 */
export function tableRows(text: string, separator: string, file: string, maxRows?: number): TableRow[] {
  let records: { record: string[]; info: Info }[];
  const told = SEPARATOR_LINE.exec(text);
  try {
    records = parse(told === null ? text : text.slice(told[0].length), {
      delimiter: separator,
      record_delimiter: '\n',
      relax_column_count: true,
      trim: true,
      info: true,
      ...(maxRows !== undefined && { to: maxRows }),
    }) as unknown as { record: string[]; info: Info }[];
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    const { lines, column } = cause as CsvError & { lines?: number; column?: number | string };
    throw new RecordingError(
      'ROW_MALFORMED',
      { file, line: lines ?? 1, column: typeof column === 'number' ? `${column + 1}` : (column ?? '1') },
      'Quotes do not match. Put a cell that holds a separator, a quote or a line end in double quotes, and double the quotes in it.',
      { cause },
    );
  }
  const first = told === null ? 1 : 2;
  return records.flatMap(({ record, info }) => {
    const cells = record.map((cell) => cell.trim());
    return cells.every((cell) => cell === '') ? [] : [{ line: first + lineOf(record, info), cells }];
  });
}

/** Lines above the row: csv-parse counts those up to its end. */
function lineOf(record: readonly string[], info: Info): number {
  const within = record.reduce((count, cell) => count + (cell.split('\n').length - 1), 0);
  return info.lines - 1 - within;
}

/** The separators to try: the one that was said or that the file names itself, else all. */
export function separatorsOf(text: string, said?: string): readonly string[] {
  const named = said ?? SEPARATOR_LINE.exec(text)?.[1];
  return named === undefined ? SEPARATORS : [named];
}
