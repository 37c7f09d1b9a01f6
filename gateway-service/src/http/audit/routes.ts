import { CompactJws } from '@careledger/contracts';
import {
  DecisionsPage,
  ReadersPage,
  ReadersQuery,
  WrapHoldersPage,
  answerExamples,
} from '@careledger/ledger/answers';
import { ledgerAnswers } from '@careledger/ledger/service';
import { type ServiceApp, withExamples } from '@careledger/service-kit';
import { Type } from 'typebox';
import { byPatient, byPatientOrAuditor } from '../access.js';
import { callerOf } from '../caller.js';
import { consentProblems, patientProblems } from '../route-problems.js';
import { PatientParams } from '../schemas.js';
import {
  AccessesPage,
  AccessesQuery,
  CheckInBody,
  ExplainedQuery,
  LedgerPageQuery,
  RecordParams,
  VisitsPage,
} from './schemas.js';
import type { AuditService } from './service.js';
import { visitState } from '@careledger/contracts/examples';
import { access, checkIn, readyCheckIn } from './examples.js';

export function addAuditRoutes(app: ServiceApp, audit: AuditService): void {
  app.get(
    '/v1/patients/:patientId/accesses',
    {
      config: byPatientOrAuditor,
      schema: {
        summary:
          'Who asked for what, and who was shown what, when, and the answer: permits and denials, from cloud',
        problems: [...patientProblems, ...ledgerAnswers],
        params: PatientParams,
        description:
          'Oldest first. With `recordId`: who asked for that record. With `requester` and `decision=permit`: what that ' +
          'authority was permitted to see. Each line names who asked, for what purpose, the answer and the reason. `release` says what came of a permit, by the word of the provider that could release under it: a permit that released nothing says so.',
        querystring: AccessesQuery,
        response: { 200: withExamples(AccessesPage, { accesses: [access], next: null }) },
      },
    },
    async (request) => audit.accesses(request.params.patientId, request.query),
  );

  app.get(
    '/v1/patients/:patientId/records/:recordId/readers',
    {
      config: byPatientOrAuditor,
      schema: {
        operationId: 'listRecordReaders',
        summary: 'Who could read a record at a time, grant by grant, by the rules in force on cloud then',
        problems: [...patientProblems, ...ledgerAnswers, 'PATIENT_UNKNOWN', 'RECORD_UNKNOWN'],
        params: RecordParams,
        querystring: ReadersQuery,
        response: { 200: withExamples(ReadersPage, answerExamples.readers) },
      },
    },
    async ({ params: { patientId, recordId }, query }) => audit.readers(patientId, recordId, query),
  );

  app.get(
    '/v1/patients/:patientId/decisions',
    {
      config: byPatientOrAuditor,
      schema: {
        operationId: 'listPatientDecisions',
        summary: 'Why attempts to read were permitted or denied: each with the rule that decided it',
        description: 'Oldest first. One attempt by its transaction (`txId`) or its request (`requestSid`).',
        problems: [...patientProblems, ...ledgerAnswers],
        params: PatientParams,
        querystring: ExplainedQuery,
        response: { 200: withExamples(DecisionsPage, answerExamples.decisions) },
      },
    },
    async (request) => audit.decisions(request.params.patientId, request.query),
  );

  app.get(
    '/v1/patients/:patientId/wrap-holders',
    {
      config: byPatientOrAuditor,
      schema: {
        operationId: 'listPatientWrapHolders',
        summary:
          'Providers that hold the patient’s records: what each has attested of deleted wraps, and what it owes since when',
        problems: [...patientProblems, ...ledgerAnswers],
        params: PatientParams,
        querystring: LedgerPageQuery,
        response: { 200: withExamples(WrapHoldersPage, answerExamples.wrapHolders) },
      },
    },
    async (request) => audit.wrapHolders(request.params.patientId, request.query),
  );

  app.get(
    '/v1/patients/:patientId/visits',
    {
      config: byPatientOrAuditor,
      schema: {
        summary: 'Visits that authorities have recorded, confirmed by a check-in or not',
        problems: [...patientProblems, ...ledgerAnswers],
        params: PatientParams,
        querystring: LedgerPageQuery,
        response: { 200: withExamples(VisitsPage, { visits: [visitState], next: null }) },
      },
    },
    async (request) => audit.visits(request.params.patientId, request.query),
  );

  app.post(
    '/v1/patients/:patientId/check-in',
    {
      config: byPatient,
      schema: {
        summary:
          'A check-in code for a visit, signed with the consent key: by its passphrase, or ready from the app',
        problems: [...consentProblems, 'REGISTRATION_PENDING'],
        params: PatientParams,
        body: withExamples(CheckInBody, checkIn, readyCheckIn),
        response: { 200: withExamples(Type.Object({ statement: CompactJws }), readyCheckIn) },
      },
    },
    async (request) => ({
      statement: await audit.checkIn(request.params.patientId, request.body, callerOf(request)),
    }),
  );
}
