import { Type } from 'typebox';
import { FHIR_TABLE, LAST_UPDATED, SEARCHED_BY, type Source } from './table.js';

const ELEMENTS_MAX_CHARS = 2_048;

/** Query of every search: which elements are shown. */
export const ELEMENTS = {
  _elements: Type.Optional(
    Type.String({ pattern: '^[a-zA-Z]+(,[a-zA-Z]+)*$', maxLength: ELEMENTS_MAX_CHARS }),
  ),
};
/** Query of a search that counts what it finds. */
export const COUNTING = {
  _summary: Type.Optional(Type.Union([Type.Literal('count'), Type.Literal('false')])),
  _total: Type.Optional(Type.Union([Type.Literal('none'), Type.Literal('accurate')])),
};

/** What is found where somebody can count it: in what is kept here, and of one patient. */
const COUNTED: ReadonlySet<Source> = new Set(['copy', 'patient']);

const searchedIn = (resourceType: string): Source | undefined =>
  FHIR_TABLE.find((row) => row.resourceType === resourceType && row.interaction === 'search-type')?.source;

/**
 * The time of its own by which a type is searched and sorted in copies; undefined where R4 searches it by none, and where it comes in
 * no order that can be chosen: the ledger has its own.
 */
export const sortedBy = (resourceType: string): string | undefined =>
  searchedIn(resourceType) === 'copy'
    ? SEARCHED_BY[resourceType]?.find(({ name, type }) => type === 'date' && name !== LAST_UPDATED)?.name
    : undefined;

/** Whether a search of the type counts. */
const isCounted = (resourceType: string): boolean => {
  const source = searchedIn(resourceType);
  return source !== undefined && COUNTED.has(source);
};

/** Says how what is found is shown (https://hl7.org/fhir/R4/search.html#return), as a CapabilityStatement tells it. */
export interface ResultParameter {
  readonly name: string;
  readonly type: 'number' | 'string' | 'token';
  readonly takes: string;
}

/** All of a type; any other is refused, or left out with `Prefer: handling=lenient`. */
export function resultParametersOf(resourceType: string): ResultParameter[] {
  const time = sortedBy(resourceType);
  return [
    { name: '_count', type: 'number', takes: 'How many on a page' },
    { name: '_elements', type: 'string', takes: 'Elements of the first level' },
    ...(time === undefined
      ? []
      : [{ name: '_sort', type: 'string' as const, takes: `\`-${time}\` unless said, or \`${time}\`` }]),
    ...(isCounted(resourceType)
      ? [
          { name: '_summary', type: 'token' as const, takes: '`count` or `false`' },
          { name: '_total', type: 'token' as const, takes: '`none` unless said, or `accurate`' },
        ]
      : []),
  ];
}
