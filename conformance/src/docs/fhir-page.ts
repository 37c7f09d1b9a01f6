import { FHIR_TABLE, ROUTE_OF, SEARCHED_BY, SOURCES, resultParametersOf } from '@careledger/api';

export const FHIR_PAGE = 'docs/fhir.md';
const END = '<!-- end of table -->';
const TYPES = ['token', 'date', 'quantity', 'reference'] as const;
/** Where each table begins. */
const TABLES: Readonly<Record<string, () => string>> = {
  '<!-- table: made by npm run fhir-page -->': tableText,
  '<!-- parameters: made by npm run fhir-page -->': parametersText,
};

/** The page with the tables of an authority's FHIR server as the code has them; what people wrote around them stays. */
export const renderFhirPage = (page: string): string =>
  Object.entries(TABLES).reduce((text, [begin, table]) => {
    const [before, rest, ...more] = text.split(begin);
    const end = rest?.indexOf(END) ?? -1;
    if (rest === undefined || end < 0 || more.length > 0)
      throw new RangeError(`${FHIR_PAGE} has no place for the table: ${begin}, once, and ${END}`);
    return `${before ?? ''}${begin}\n\n${table()}\n\n${rest.slice(end)}`;
  }, page);

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

/** By which parameters each type is searched, and which say how it is shown. */
function parametersText(): string {
  const lines = FHIR_TABLE.filter(({ interaction }) => interaction === 'search-type')
    .map(({ resourceType }) => resourceType)
    .sort()
    .map((type) => {
      const parameters = SEARCHED_BY[type] ?? [];
      const of = (isMeant: (parameter: (typeof parameters)[number]) => boolean): string =>
        parameters
          .filter(isMeant)
          .map(({ name }) => `\`${name}\``)
          .join(', ');
      const isRequired = of((parameter) => parameter.isRequired === true);
      return [
        type,
        isRequired,
        ...TYPES.map((each) => of(({ type: is, isRequired: has }) => is === each && has !== true)),
        resultParametersOf(type)
          .map(({ name }) => `\`${name}\``)
          .join(', '),
      ];
    });
  return aligned([['type', 'has to be there', ...TYPES, 'how it is shown'], ...lines]);
}

/** A Markdown table as prettier writes it. */
function aligned([head = [], ...rows]: readonly string[][]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[], fill: string): string =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width, fill)).join(' | ')} |`;
  return [line(head, ' '), line([], '-'), ...rows.map((row) => line(row, ' '))].join('\n');
}
