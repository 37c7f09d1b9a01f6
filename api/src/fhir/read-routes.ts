import { closedObject } from '@careledger/domain';
import type { ServiceApp } from '@careledger/service-kit';
import { Type, type Static } from 'typebox';
import { readingProblems } from '../http/route-problems.js';
import { resourceAnswer, sendResource, weakTag } from './answers.js';
import { CallerHeaders, callerOf } from './caller.js';
import { historyBundle } from './history.js';
import type { FhirReading, IdWanted, ServedResource } from './reading.js';
import { FORMAT, FhirId } from './parameters.js';
import { ROUTE_OF, type Row } from './table.js';

const HISTORY_DEFAULT = 10;
const HISTORY_MAX = 100;
const CURSOR_MAX_CHARS = 64;

const PROBLEMS = [...readingProblems, 'NOT_FOUND'];

/** `X-Careledger-Source`: whoever wants the ledger's word asks it, whatever is kept. */
const ReadHeaders = Type.Object({
  ...CallerHeaders.properties,
  'x-careledger-source': Type.Optional(Type.Literal('ledger')),
});

interface ReadRequest {
  readonly params: Pick<IdWanted, 'id' | 'vid'>;
  readonly headers: Static<typeof ReadHeaders>;
}

/** Of every route that opens records: the CapabilityStatement describes it, and the gate holds it to its token's scopes. */
export const optionsOf = ({ roles }: Row) => ({
  config: { roles, scopedByContent: true as const },
  schema: { hide: true, problems: PROBLEMS, headers: ReadHeaders },
});

export interface ReadRouteOptions {
  readonly reading: FhirReading;
  /** Address of this server, with FHIR's path. */
  readonly base: string;
}

export function addReadRoute(app: ServiceApp, row: Row, { reading }: ReadRouteOptions): void {
  const { config, schema } = optionsOf(row);
  const response = { 200: resourceAnswer('The newest version') };
  const params = Type.Object({ id: FhirId });
  app.get(
    ROUTE_OF.read(row.resourceType)[1],
    { config, schema: { ...schema, params, querystring: closedObject(FORMAT), response } },
    async (request, reply) => {
      const served = await reading.read(row, idWantedBy(request), callerOf(request));
      return sendResource(reply.headers(headersOf(served)), request, served.text);
    },
  );
}

export function addVersionRoute(app: ServiceApp, row: Row, { reading }: ReadRouteOptions): void {
  const { config, schema } = optionsOf(row);
  const response = { 200: resourceAnswer('The version') };
  const params = Type.Object({ id: FhirId, vid: FhirId });
  app.get(
    ROUTE_OF.vread(row.resourceType)[1],
    { config, schema: { ...schema, params, querystring: closedObject(FORMAT), response } },
    async (request, reply) => {
      const served = await reading.read(row, idWantedBy(request), callerOf(request));
      return sendResource(reply.headers(headersOf(served)), request, served.text);
    },
  );
}

export function addHistoryRoute(app: ServiceApp, row: Row, { base, reading }: ReadRouteOptions): void {
  const { config, schema } = optionsOf(row);
  const response = { 200: resourceAnswer('A Bundle of type history') };
  const querystring = closedObject({
    ...FORMAT,
    _count: Type.Integer({ minimum: 1, maximum: HISTORY_MAX, default: HISTORY_DEFAULT }),
    _cursor: Type.Optional(Type.String({ minLength: 1, maxLength: CURSOR_MAX_CHARS })),
  });
  app.get(
    ROUTE_OF['history-instance'](row.resourceType)[1],
    {
      config,
      schema: {
        ...{ ...schema, problems: [...schema.problems, 'CURSOR_INVALID'] },
        ...{ params: Type.Object({ id: FhirId }), querystring, response },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { _count: count, _cursor: cursor } = request.query;
      const wanted = { id, count, ...(cursor !== undefined && { cursor }) };
      const page = await reading.history(row, wanted, callerOf(request));
      const about = { resourceType: row.resourceType, id, base, url: request.url, count };
      void reply.header('x-careledger-permit', page.permitTxIds.join(', '));
      return sendResource(reply, request, JSON.stringify(historyBundle(page, about)));
    },
  );
}

/** What somebody asks for by its id. */
export const idWantedBy = ({ params, headers }: ReadRequest): IdWanted => ({
  ...params,
  isOfLedger: headers['x-careledger-source'] !== undefined,
});

/** Which version it is, and by which permit it is shown. */
export const headersOf = ({ version, storedAt, permitTxId }: ServedResource) => ({
  etag: weakTag(version),
  'last-modified': new Date(storedAt).toUTCString(),
  ...(permitTxId !== undefined && { 'x-careledger-permit': permitTxId }),
});
