import { EXAMPLE } from '@careledger/domain/examples';
import { ledgerAnswers } from '@careledger/ledger/service';
import {
  assertOwnOrganisation,
  exampleJob,
  preferencesOf,
  sendAnswer,
  withExamples,
  type ServiceApp,
} from '@careledger/service-kit';
import { byOps, byOpsOrSystem, byPatientOrOps } from '../access.js';
import { patientProblems } from '../route-problems.js';
import { PatientParams } from '../schemas.js';
import {
  AttestationBody,
  AttestationView,
  FlushAllJob,
  FlushAllView,
  FlushJob,
  FlushQuery,
  FlushView,
  OutboxView,
} from './schemas.js';
import { FLUSH, FLUSH_ALL, type Flushes } from './flushes.js';
import type { OperationService } from './service.js';
import { StatisticsView } from './statistics-schemas.js';
import * as examples from './examples.js';

/** What a flush of every patient is about. */
const EVERYBODY = '';

export function addOperationRoutes(app: ServiceApp, operations: OperationService, flushes: Flushes): void {
  app.post(
    '/v1/patients/:patientId/flush',
    {
      config: { ...byPatientOrOps, isLongWork: true },
      schema: {
        summary:
          'Close open windows, seal, anchor, and wait until everything has arrived, or the time is over',
        problems: patientProblems,
        params: PatientParams,
        querystring: FlushQuery,
        response: {
          200: withExamples(FlushView, examples.flushed),
          202: withExamples(FlushJob, exampleJob(FLUSH, { stage: 'patients', done: 0, total: 1 }, null)),
        },
      },
    },
    async (request, reply) => {
      const { patientId } = request.params;
      const { timeoutMs: waitMs } = request.query;
      if (!preferencesOf(request.headers.prefer).isAsync)
        return reply.status(200).send(await operations.flush(patientId, waitMs));
      const answer = await flushes.ofPatient.answer(request, reply, { reference: patientId, waitMs });
      return sendAnswer(reply, answer, { status: 200 });
    },
  );

  app.post(
    '/v1/flush',
    {
      config: { ...byOps, isLongWork: true },
      schema: {
        summary: 'The same for every patient',
        querystring: FlushQuery,
        response: {
          200: withExamples(FlushAllView, examples.allFlushed),
          202: withExamples(
            FlushAllJob,
            exampleJob(FLUSH_ALL, { stage: 'patients', done: 1, total: 2 }, null),
          ),
        },
      },
    },
    async (request, reply) => {
      const { timeoutMs: waitMs } = request.query;
      if (!preferencesOf(request.headers.prefer).isAsync)
        return reply.status(200).send(await operations.flushAll(waitMs));
      const answer = await flushes.ofAll.answer(request, reply, { reference: EVERYBODY, waitMs });
      return sendAnswer(reply, answer, { status: 200 });
    },
  );

  app.get(
    '/v1/outbox',
    {
      config: byOps,
      schema: {
        summary: 'What is on its way, worker by worker; who is away; where the channels differ about consent',
        response: { 200: withExamples(OutboxView, examples.outbox) },
      },
    },
    async () => operations.outbox(),
  );

  app.get(
    '/v1/statistics',
    {
      config: byOps,
      schema: {
        summary: 'Counts and emergency times',
        response: { 200: withExamples(StatisticsView, examples.statistics) },
      },
    },
    async () => operations.statistics(),
  );

  app.post(
    '/v1/attestations',
    {
      config: byOpsOrSystem,
      schema: {
        summary: 'Attest a committed transaction, as this organisation’s peer has it; written on its channel',
        problems: [...ledgerAnswers, 'TRANSACTION_UNKNOWN'],
        body: withExamples(AttestationBody, { channel: 'authorities', txId: EXAMPLE.txId }),
        response: { 200: withExamples(AttestationView, examples.attested) },
      },
    },
    async (request) => {
      // An attestation is this organisation's word: a service that speaks for another one does not ask for it.
      assertOwnOrganisation(request, operations.mspId);
      return { statement: await operations.attest(request.body) };
    },
  );
}
