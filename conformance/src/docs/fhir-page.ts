import { FHIR_TABLE, ROUTE_OF, SOURCES } from '@careledger/api';

export const FHIR_PAGE = 'docs/fhir.md';
const BEGIN = '<!-- table: made by npm run fhir-page -->';
const END = '<!-- end of table -->';

/** The page with the table of an authority's FHIR server as the code has it; what people wrote around it stays. */
export function renderFhirPage(page: string): string {
  const [before, after] = [page.split(BEGIN), page.split(END)];
  if (before.length !== 2 || after.length !== 2)
    throw new RangeError(`${FHIR_PAGE} has no place for the table: ${BEGIN} and ${END}, each once`);
  return `${before[0]}${BEGIN}\n\n${tableText()}\n\n${END}${after[1]}`;
}

function tableText(): string {
  const byInteraction = Map.groupBy(FHIR_TABLE, ({ interaction, source, roles }) =>
    JSON.stringify([interaction, source, roles]),
  );
  const lines = [...byInteraction.values()].map((rows) => {
    const [first] = rows;
    if (first === undefined) throw new RangeError('A group has rows');
    const { interaction, roles, source } = first;
    const [method, path] = ROUTE_OF[interaction]('TYPE');
    const types = rows.map(({ resourceType }) => resourceType).join(', ');
    return [interaction, `\`${method} ${path}\``, types, SOURCES[source], roles.join(', ')];
  });
  return aligned([['interaction', 'route', 'types', 'what stands behind it', 'roles'], ...lines]);
}

/** A Markdown table as prettier writes it. */
function aligned([head = [], ...rows]: readonly string[][]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[], fill: string): string =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width, fill)).join(' | ')} |`;
  return [line(head, ' '), line([], '-'), ...rows.map((row) => line(row, ' '))].join('\n');
}
