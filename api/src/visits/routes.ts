import { CompactJws, records, type VisitState } from '@careledger/contracts';
import { Id128, PatientId, Timestamp, closedObject } from '@careledger/domain';
import { ledgerAnswers, ledgerPageQuery, nextOf, onLedger, pageArgs } from '@careledger/ledger/service';
import {
  Next,
  exampleJob,
  jobOf,
  requireRole,
  sendAnswer,
  withExamples,
  type ServiceApp,
} from '@careledger/service-kit';
import { Type } from 'typebox';
import type { ReadGate } from '../access/read-gate.js';
import { VouchingQuery, readerOf, type Reader } from '../access/reader.js';
import { repeatableRequestOf } from '../http/idempotency.js';
import { vouchingProblems } from '../http/route-problems.js';
import type { Channels } from '../ledger-port.js';
import type { AnsweredWork } from '../outbox/answered-work.js';
import { problem } from '../problems.js';
import { Visit, shown } from './schemas.js';
import type { VisitService } from './visit-service.js';
import type { KeptVisit, VisitContent, VisitStore } from './visit-store.js';
import * as examples from './examples.js';
import { VISITING, visitPath, visitingOf } from './visiting.js';

const NewVisit = closedObject({
  patientId: PatientId,
  at: Timestamp,
  data: Type.Unknown(),
  checkIn: Type.Optional(CompactJws),
});

export interface VisitRouteOptions extends AnsweredWork {
  readonly authorityId: string;
  readonly channels: Channels;
  readonly service: VisitService;
  readonly visits: VisitStore;
  readonly gate: ReadGate;
}

export function addVisitRoutes(app: ServiceApp, options: VisitRouteOptions): void {
  const { authorityId, channels, gate, service, visits } = options;
  const visiting = visitingOf(options);

  app.post(
    '/v1/visits',
    {
      config: { ...requireRole('practitioner'), isLongWork: true },
      schema: {
        summary: 'Record a visit: its data stays here, the ledgers get the salted hash',
        problems: ['PATIENT_UNKNOWN', 'VISIT_REFUSED', 'LEDGER_UNAVAILABLE'],
        body: withExamples(NewVisit, examples.newVisit),
        response: {
          201: withExamples(Visit, examples.related),
          202: withExamples(
            jobOf('VisitJob', Visit),
            exampleJob(VISITING, { stage: 'recorded', done: 1, total: 2 }, examples.recorded),
          ),
        },
      },
    },
    async (request, reply) => {
      const { visitId } = await service.record({ ...request.body, request: repeatableRequestOf(request) });
      const answer = await visiting.answer(request, reply, {
        reference: visitId,
        waitMs: options.answerWithinMs,
      });
      return sendAnswer(reply, answer, { status: 201, location: visitPath(visitId) });
    },
  );

  app.get(
    '/v1/visits',
    {
      config: requireRole('practitioner', 'auditor'),
      schema: {
        summary: 'This authority’s visits on the ledger, with what its own store has of them',
        problems: [...vouchingProblems, ...ledgerAnswers],
        querystring: Type.Object({
          patientId: Type.Optional(PatientId),
          ...VouchingQuery,
          ...ledgerPageQuery,
        }),
        response: {
          200: withExamples(Type.Object({ visits: Type.Array(Visit), next: Next }), {
            visits: [examples.withData],
            next: null,
          }),
        },
      },
    },
    async (request) => {
      const { patientId } = request.query;
      const { rows, bookmark } = await onLedger(() =>
        channels.authorities.evaluate(records, 'ListVisits', {
          authorityId,
          ...(patientId !== undefined && { patientId }),
          ...pageArgs(request.query),
        }),
      );
      const own = rows.flatMap((row) => visits.find(row.visitId) ?? []);
      const data = await dataOf(readerOf(request, request.query), own);
      return {
        visits: rows.map((row) => onLedgerShown(row, data.get(row.visitId))),
        next: nextOf(bookmark),
      };
    },
  );

  app.get(
    '/v1/visits/:visitId',
    {
      config: requireRole('practitioner', 'auditor'),
      schema: {
        summary: 'A visit of this authority',
        problems: [...vouchingProblems, 'VISIT_UNKNOWN'],
        params: Type.Object({ visitId: Id128 }),
        querystring: Type.Object(VouchingQuery),
        response: { 200: withExamples(Visit, examples.withData) },
      },
    },
    async (request) => {
      const visit = find(request.params.visitId);
      const data = await dataOf(readerOf(request, request.query), [visit]);
      return shown(visit, data.get(visit.visitId));
    },
  );

  /** By visit; what was done there is for practitioners alone. */
  async function dataOf(
    reader: Reader,
    kept: readonly KeptVisit[],
  ): Promise<ReadonlyMap<string, VisitContent>> {
    if (reader.principal.role !== 'practitioner') return new Map();
    const readings = kept.flatMap(({ visitId, patientId }) => {
      const unread = visits.content(visitId);
      return unread === undefined ? [] : [{ visitId, patientId, unread }];
    });
    return gate.visits(reader, readings);
  }

  function find(visitId: string): KeptVisit {
    const visit = visits.find(visitId);
    if (visit === undefined) throw problem('VISIT_UNKNOWN', 'This authority recorded no such visit');
    return visit;
  }

  /** A visit that the ledger has and the own store does not: restored from an older backup, or another instance. */
  function onLedgerShown(row: VisitState, content?: VisitContent) {
    const own = visits.find(row.visitId);
    if (own !== undefined) return { ...shown(own, content), confirmed: row.confirmed, txId: row.txId };
    const { visitId, patientId, at, confirmed, txId } = row;
    const nothing = { relatedTxId: null, relayedBy: null, reason: null };
    return { visitId, patientId, at, stage: 'unknown' as const, confirmed, txId, ...nothing };
  }
}
