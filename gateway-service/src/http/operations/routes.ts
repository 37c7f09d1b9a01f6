import { ledgerAnswers } from '@careledger/ledger/service';
import { assertOwnOrganisation, type ServiceApp, withExamples } from '@careledger/service-kit';
import { byOps, byOpsOrSystem, byPatientOrOps } from '../access.js';
import { patientProblems } from '../route-problems.js';
import { PatientParams } from '../schemas.js';
import {
  AttestationBody,
  AttestationView,
  FlushAllView,
  FlushQuery,
  FlushView,
  OutboxView,
} from './schemas.js';
import type { OperationService } from './service.js';
import { StatisticsView } from './statistics-schemas.js';
import { EXAMPLE } from '@careledger/domain/examples';
import * as examples from './examples.js';

export function addOperationRoutes(app: ServiceApp, operations: OperationService): void {
  app.post(
    '/v1/patients/:patientId/flush',
    {
      config: byPatientOrOps,
      schema: {
        summary: 'Close open windows, seal, anchor, and wait until everything has arrived',
        problems: patientProblems,
        params: PatientParams,
        querystring: FlushQuery,
        response: { 200: withExamples(FlushView, examples.flushed) },
      },
    },
    async (request) => operations.flush(request.params.patientId, request.query.timeoutMs),
  );

  app.post(
    '/v1/flush',
    {
      config: byOps,
      schema: {
        summary: 'The same for every patient',
        querystring: FlushQuery,
        response: { 200: withExamples(FlushAllView, examples.allFlushed) },
      },
    },
    async (request) => operations.flushAll(request.query.timeoutMs),
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
