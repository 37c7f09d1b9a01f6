import { exactJson } from '@careledger/crypto';
import { closedObject } from '@careledger/domain';
import { ProblemError } from '@careledger/service-kit';
import { Type, type Static, type TSchema } from 'typebox';
import type { CopyQuery } from '../copies/copy-search.js';
import type { CopyTerm } from '../copies/copy-terms.js';
import { isStoredIn, timeIn } from './date-parameter.js';
import { includedIn, type Included } from './includes.js';
import type { Json } from '../resources/json.js';
import { measuredBy } from '../resources/measured.js';
import { DATES, FORMAT, PAGE } from './parameters.js';
import { quantityIn } from './quantity-parameter.js';
import { COUNTING, ELEMENTS, sortedBy } from './result-parameters.js';
import { entriesIn, referencesIn } from './reference-parameter.js';
import { LAST_UPDATED, SEARCHED_BY, type SearchParameter } from './table.js';
import { tokensIn } from './token-parameter.js';
import { patientParametersOf } from './whose.js';

const VALUE_MAX_CHARS = 2_048;
const REPEATED_MAX = 8;
const Text = Type.String({ minLength: 1, maxLength: VALUE_MAX_CHARS });
const Once = Type.Optional(Text);
const Repeated = Type.Optional(Type.Union([Text, Type.Array(Text, { maxItems: REPEATED_MAX })]));
/** What a search of every type takes, beside what it is searched by. */
const COMMON = {
  ...FORMAT,
  ...PAGE,
  _include: Repeated,
  _revinclude: Repeated,
  ...ELEMENTS,
  ...COUNTING,
};
export type CopyParameters = Static<ReturnType<typeof Type.Object<typeof COMMON>>> &
  Readonly<Partial<Record<string, unknown>>>;

/** What a search means. */
export interface AskedOfCopy {
  readonly wanted: CopyQuery;
  readonly included: Included;
}

/** Of parameters that may be there several times: each has to hold. */
const SCHEMA_OF: Partial<Readonly<Record<SearchParameter['type'], TSchema>>> = {
  date: DATES,
  quantity: Repeated,
};

const parametersOf = (resourceType: string): readonly SearchParameter[] => SEARCHED_BY[resourceType] ?? [];

/** Query of a search of a type in copies. */
export function copyParameters(resourceType: string) {
  const time = sortedBy(resourceType);
  const sort = time && {
    _sort: Type.Optional(Type.Union([Type.Literal(time), Type.Literal(`-${time}`)])),
  };
  const own = parametersOf(resourceType).map(({ name, type }): [string, TSchema] => [
    name,
    SCHEMA_OF[type] ?? Once,
  ]);
  const whose = patientParametersOf(resourceType).map((name): [string, TSchema] => [name, Once]);
  return closedObject({ ...COMMON, ...sort, ...Object.fromEntries([...own, ...whose]) });
}

/** Whose resources are asked for, and the address of this server, with FHIR's path. */
interface Place {
  readonly patientId: string;
  readonly base: string;
}

/** @throws ProblemError VALIDATION_FAILED */
export function askedOfCopy(
  resourceType: string,
  query: CopyParameters,
  { patientId, base }: Place,
): AskedOfCopy {
  const { _count, _cursor: cursor, _sort, _summary, _total, _include, _revinclude } = query;
  const isOnlyCounted = _summary === 'count';
  const time = sortedBy(resourceType);
  const said = time === undefined ? [] : valuesOf(query[time]);
  const measured = quantitiesIn(resourceType, query);
  const updated = timeIn(valuesOf(query[LAST_UPDATED]), LAST_UPDATED);
  const included = includedIn(resourceType, {
    ...{ _include: valuesOf(_include), _revinclude: valuesOf(_revinclude) },
  });
  const wanted: CopyQuery = {
    ...{ patientId, resourceType, does: 's' },
    terms: parametersOf(resourceType).flatMap((parameter) =>
      termOf(parameter, { query, patientId, base, resourceType }),
    ),
    ...timeIn(said, time),
    ...((updated ?? measured) && {
      isMeant: ({ json, storedAt }) =>
        (updated === undefined || isStoredIn(updated, storedAt)) && (measured?.(json) ?? true),
    }),
    order: _sort !== undefined && _sort === time ? 'asc' : 'desc',
    limit: isOnlyCounted ? 0 : _count,
    isCounted: isOnlyCounted || _total === 'accurate',
    ...(cursor !== undefined && !isOnlyCounted && { cursor }),
    ...(included.linked && { linked: included.linked }),
  };
  return { wanted, included };
}

const valuesOf = (value: unknown): string[] =>
  [value ?? []].flat().filter((each): each is string => typeof each === 'string');

/** Whether a resource says such values. They lie nowhere but in the resource itself: no keyed hash knows more from less. */
function quantitiesIn(resourceType: string, query: CopyParameters): ((json: string) => boolean) | undefined {
  const all = parametersOf(resourceType)
    .filter(({ type }) => type === 'quantity')
    .flatMap(({ name }) => quantityIn(valuesOf(query[name]), name) ?? []);
  if (all.length === 0) return undefined;
  return (json) => {
    const told = measuredBy(exactJson(json) as Json);
    return all.every((isMeant) => isMeant(told));
  };
}

/** What one parameter narrows to, of those that copies have as keyed hashes. */
function termOf(
  { name, type }: SearchParameter,
  {
    query,
    patientId,
    base,
    resourceType,
  }: Place & { readonly query: CopyParameters; readonly resourceType: string },
): CopyTerm[] {
  const value = query[name];
  if (
    typeof value !== 'string' ||
    ['date', 'quantity'].includes(type) ||
    ['patient', 'subject'].includes(name)
  )
    return [];
  if (name === '_id') return [{ by: 'entry', anyOf: entriesIn(value, { patientId, base }) }];
  if (type === 'reference')
    return [{ by: 'reference', anyOf: referencesIn({ resourceType, name, value }, { patientId, base }) }];
  const anyOf = tokensIn(name, value);
  if (name === 'category') return [{ by: 'category', anyOf }];
  if (name !== 'status') return [{ by: 'code', anyOf }];
  // R4 has the codes of a status in one system: whoever names it says no more.
  if (anyOf.some((token) => token.includes('|')))
    throw new ProblemError('VALIDATION_FAILED', 'status: the code alone; several with commas: one of them');
  return [{ by: 'status', anyOf }];
}
