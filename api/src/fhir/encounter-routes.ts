import { records, type VisitState } from '@careledger/contracts';
import { readStatementId, type StatementRef } from '@careledger/fhir';
import { closedObject } from '@careledger/domain';
import { everyRow } from '@careledger/ledger';
import { ledgerAnswers, nextOf, onLedger, pageArgs } from '@careledger/ledger/service';
import { ProblemError, assertScopes, searchedPatient, type ServiceApp } from '@careledger/service-kit';
import { Type } from 'typebox';
import type { Reader } from '../access/reader.js';
import { dateSpan } from '../copies/date-span.js';
import { vouchingProblems } from '../http/route-problems.js';
import type { Channels } from '../ledger-port.js';
import type { Vouching } from '../policy/vouching.js';
import { resourceAnswer, sendResource } from './answers.js';
import { CallerHeaders, callerOf } from './caller.js';
import { timeIn } from './date-parameter.js';
import { encounterResource } from './encounter-resource.js';
import { DATES, FORMAT, FhirId, PAGE, patientIn } from './parameters.js';
import { headersOf, idWantedBy, optionsOf, type ReadRouteOptions } from './read-routes.js';
import { ELEMENTS } from './result-parameters.js';
import { searchPlace } from './search-place.js';
import { sendSearchset } from './searchset.js';
import { ROUTE_OF, type Row } from './table.js';
import { kindsOf, maySearch, searchedStatement } from './type-scopes.js';

export interface EncounterRouteOptions extends ReadRouteOptions {
  readonly authorityId: string;
  readonly channels: Channels;
  readonly vouching: Vouching;
}

const KINDS = kindsOf('Encounter');

/** By its id an Encounter is an entry of a record, or a visit: ids of the two have not the same length. */
export function addEncounterReadRoute(app: ServiceApp, row: Row, options: EncounterRouteOptions): void {
  const { config, schema } = optionsOf(row);
  app.get(
    ROUTE_OF.read(row.resourceType)[1],
    {
      config,
      schema: {
        ...{ ...schema, params: Type.Object({ id: FhirId }), querystring: closedObject(FORMAT) },
        response: { 200: resourceAnswer('The newest version, or the visit') },
      },
    },
    async (request, reply) => {
      const reader = callerOf(request);
      const ref = readStatementId(request.params.id);
      if (ref === undefined) {
        const served = await options.reading.read(row, idWantedBy(request), reader);
        return sendResource(reply.headers(headersOf(served)), request, served.text);
      }
      const visit = await visitOf(ref, reader, options);
      return sendResource(reply, request, JSON.stringify(encounterResource(visit)));
    },
  );
}

/** Visits alone: what records hold is found by nobody without opening it. A page may be short, or empty, before the last. */
export function addEncounterSearchRoute(app: ServiceApp, row: Row, options: EncounterRouteOptions): void {
  const { base, authorityId, channels, vouching } = options;
  const { resourceType } = row;
  const { place, path } = searchPlace(row, { scopedByContent: true });
  app.route({
    ...place,
    schema: {
      hide: true,
      problems: [...vouchingProblems, ...ledgerAnswers, 'CURSOR_INVALID'],
      headers: CallerHeaders,
      querystring: closedObject({
        ...{ ...FORMAT, ...PAGE, ...ELEMENTS, date: DATES },
        _id: Type.Optional(FhirId),
        patient: Type.Optional(Type.String({ minLength: 1 })),
      }),
      response: { 200: resourceAnswer('A Bundle of type searchset') },
    },
    handler: async (request, reply) => {
      const { _id: id, date, patient, _count: limit, _cursor: cursor } = request.query;
      const { principal, claim } = callerOf(request);
      vouching.personOf(principal, claim);
      const asked = patient === undefined ? undefined : patientIn(patient, base);
      const named = searchedPatient(principal, asked, resourceType);
      const time = timeIn([date ?? []].flat());
      const { rows, bookmark } =
        id === undefined
          ? await onLedger(() =>
              channels.authorities.evaluate(records, 'ListVisits', {
                authorityId,
                ...(named !== undefined && { patientId: named }),
                ...pageArgs({ limit, ...(cursor !== undefined && { cursor }) }),
              }),
            )
          : {
              rows: [(await visitBy(searchedStatement(id, resourceType, principal), options)) ?? []].flat(),
              bookmark: '',
            };
      const found = rows.filter((visit) => {
        const told = dateSpan(visit.at);
        return (
          [undefined, visit.patientId].includes(named) &&
          (time === undefined || (told !== undefined && time.isOfTime(told))) &&
          maySearch(principal, resourceType, visit.patientId)
        );
      });
      const page = { resources: found.map(encounterResource), next: nextOf(bookmark) };
      return sendSearchset(reply, request, page, { base, path });
    },
  });
}

/** @throws ProblemError NOT_FOUND, SCOPE_INSUFFICIENT, LEDGER_UNAVAILABLE, and of `Vouching.personOf` */
async function visitOf(
  ref: StatementRef,
  { principal, claim }: Reader,
  options: EncounterRouteOptions,
): Promise<VisitState> {
  assertScopes(principal, { patientId: ref.patientId, kinds: KINDS, does: 'r' });
  options.vouching.personOf(principal, claim);
  const visit = await visitBy(ref, options);
  if (visit === undefined) throw new ProblemError('NOT_FOUND', 'This authority has recorded no such visit');
  return visit;
}

/** Undefined where this authority has recorded no such visit. */
async function visitBy(
  ref: StatementRef | undefined,
  { authorityId, channels }: EncounterRouteOptions,
): Promise<VisitState | undefined> {
  if (ref === undefined) return undefined;
  const { patientId, sid } = ref;
  const visits = everyRow((page) =>
    onLedger(() => channels.authorities.evaluate(records, 'ListVisits', { patientId, authorityId, ...page })),
  );
  for await (const visit of visits) if (visit.visitId === sid) return visit;
  return undefined;
}
