import { exactJson } from '@careledger/crypto';
import { closedObject } from '@careledger/domain';
import { ledgerAnswers } from '@careledger/ledger/service';
import { assertSearchScope, principalOf, type ServiceApp } from '@careledger/service-kit';
import { Type, type Static, type TSchema } from 'typebox';
import type { CopyQuery, CopySearch, ShownResource } from '../copies/copy-search.js';
import { vouchingProblems } from '../http/route-problems.js';
import { resourceAnswer, sendResource } from './answers.js';
import { CallerHeaders, callerOf } from './caller.js';
import { timeIn } from './date-parameter.js';
import type { Json } from '../resources/json.js';
import { FORMAT, PAGE, patientIn } from './parameters.js';
import { searchset } from './searchset.js';
import { servedResource } from './served-resource.js';
import { subsetOf } from './subset.js';
import { ROUTE_OF, SEARCHED_BY, type Row } from './table.js';
import { tokensIn } from './token-parameter.js';

export interface CopySearchRouteOptions {
  readonly search: CopySearch;
  /** Address of this server, with FHIR's path. */
  readonly base: string;
}

const VALUE_MAX_CHARS = 2_048;
const DATES_MAX = 8;
const Value = Type.String({ minLength: 1, maxLength: VALUE_MAX_CHARS });
/** What a search of every type takes, beside its tokens. */
const COMMON = {
  ...FORMAT,
  ...PAGE,
  patient: Value,
  date: Type.Optional(Type.Union([Value, Type.Array(Value, { maxItems: DATES_MAX })])),
  _sort: Type.Optional(Type.Union([Type.Literal('date'), Type.Literal('-date')])),
  _elements: Type.Optional(Type.String({ pattern: '^[a-zA-Z]+(,[a-zA-Z]+)*$', maxLength: VALUE_MAX_CHARS })),
  _summary: Type.Optional(Type.Union([Type.Literal('count'), Type.Literal('false')])),
  _total: Type.Optional(Type.Union([Type.Literal('none'), Type.Literal('accurate')])),
};
type Query = Static<ReturnType<typeof Type.Object<typeof COMMON>>> &
  Readonly<Partial<Record<string, unknown>>>;

/** Finds in the copy that the patient lets this authority keep: by GET, and by POST for what shall stand in no log. */
export function addCopySearchRoute(app: ServiceApp, row: Row, options: CopySearchRouteOptions): void {
  const { interaction, resourceType, roles } = row;
  const { base, search } = options;
  const [method, url] = ROUTE_OF[interaction](resourceType);
  const path = ROUTE_OF['search-type'](resourceType)[1];
  app.route({
    ...{ method, url },
    config: {
      ...{ roles, scopedByContent: true, isSearch: true },
      ...(method === 'POST' && { idempotencyKey: false, formIsQuery: true }),
    },
    schema: {
      hide: true,
      problems: [...vouchingProblems, ...ledgerAnswers, 'COPY_STALE', 'TOO_MANY_TAGS', 'CURSOR_INVALID'],
      headers: CallerHeaders,
      querystring: closedObject({ ...COMMON, ...tokenParameters(resourceType) }),
      response: { 200: resourceAnswer('A Bundle of type searchset, sorted by time') },
    },
    handler: async (request, reply) => {
      const query = request.query as Query;
      const patientId = patientIn(query.patient, base);
      assertSearchScope(principalOf(request), { patientId, resourceType });
      const wanted = { ...filterOf(resourceType, query), patientId, does: 's' as const };
      const { resources, total, next } = await search.find(callerOf(request), wanted);
      const elements = query._elements?.split(',');
      const shown = resources.map((each) => {
        const resource = servedCopy(patientId, each);
        return elements === undefined ? resource : subsetOf(resource, elements);
      });
      const page = { resources: shown, next, ...(total !== undefined && { total }) };
      return sendResource(reply, request, JSON.stringify(searchset(page, { base, path, query })));
    },
  });
}

/** The parameters of a type that are tokens, by the element that a copy is searched by. */
const tokensOf = (resourceType: string): string[] =>
  (SEARCHED_BY[resourceType] ?? []).flatMap(({ name, type }) => (type === 'token' ? [name] : []));

const tokenParameters = (resourceType: string): Record<string, TSchema> =>
  Object.fromEntries(tokensOf(resourceType).map((name) => [name, Type.Optional(Value)]));

function filterOf(resourceType: string, query: Query): Omit<CopyQuery, 'patientId'> {
  const { _count, _cursor: cursor, _sort = '-date', _summary, _total, date } = query;
  const isOnlyCounted = _summary === 'count';
  const filters = tokensOf(resourceType).map((name) => {
    const value = query[name];
    if (typeof value !== 'string') return {};
    // What a resource is: its `code`, or its `type` where it has that.
    return { [name === 'category' ? 'categories' : 'codes']: tokensIn(name, value) };
  });
  return {
    resourceType,
    ...Object.assign({}, ...filters),
    ...(date !== undefined && timeIn([date].flat())),
    order: _sort === 'date' ? 'asc' : 'desc',
    limit: isOnlyCounted ? 0 : _count,
    isCounted: isOnlyCounted || _total === 'accurate',
    ...(cursor !== undefined && !isOnlyCounted && { cursor }),
  };
}

/** As the same resource is read by its id. */
const servedCopy = (
  patientId: string,
  { recordId, entryHash: entry, json, ...version }: ShownResource,
): Json => servedResource(exactJson(json) as Json, { patientId, recordId, entry }, version);
