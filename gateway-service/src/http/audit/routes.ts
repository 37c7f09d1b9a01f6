import { CompactJws } from '@careledger/contracts';
import { ledgerAnswers } from '@careledger/ledger/service';
import { type ServiceApp, withExamples } from '@careledger/service-kit';
import { Type } from 'typebox';
import { byPatient, byPatientOrAuditor } from '../access.js';
import { callerOf } from '../caller.js';
import { consentProblems, patientProblems } from '../route-problems.js';
import { PatientParams } from '../schemas.js';
import { AccessesPage, CheckInBody, LedgerPageQuery, VisitsPage } from './schemas.js';
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
        querystring: LedgerPageQuery,
        response: { 200: withExamples(AccessesPage, { accesses: [access], next: null }) },
      },
    },
    async (request) => audit.accesses(request.params.patientId, request.query),
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
