import { sendAnswer, withExamples, type ServiceApp } from '@careledger/service-kit';
import { ledgerAnswers } from '@careledger/ledger/service';
import { byPatientOrAuditor } from '../access.js';
import { decided, decisionResponses } from '../decisions/answers.js';
import type { Decisions } from '../decisions/decisions.js';
import { patientProblems } from '../route-problems.js';
import { ListQuery, PatientParams } from '../schemas.js';
import { delegate, delegated, readyAppointment, readyEnd } from './examples.js';
import { DelegatedDecisionsPage, DelegatesPage, DelegationParams, ReadyStatement } from './schemas.js';
import type { DelegateService } from './service.js';

const problems = [
  ...patientProblems,
  'CONSENT_STATEMENT_REFUSED',
  'CONSENT_REFUSED',
  ...ledgerAnswers,
] as const;

export function addDelegateRoutes(app: ServiceApp, delegates: DelegateService, decisions: Decisions): void {
  app.get(
    '/v1/patients/:patientId/delegates',
    {
      config: byPatientOrAuditor,
      schema: {
        summary: 'Who decides for the patient, and who did: oldest first',
        problems: patientProblems,
        params: PatientParams,
        querystring: ListQuery,
        response: { 200: withExamples(DelegatesPage, { delegates: [delegate], next: null }) },
      },
    },
    async (request) => delegates.list(request.params.patientId, request.query),
  );

  app.get(
    '/v1/patients/:patientId/delegates/decisions',
    {
      config: byPatientOrAuditor,
      schema: {
        summary:
          'What delegates have decided for the patient through this gateway, and who did: newest first',
        problems: patientProblems,
        params: PatientParams,
        querystring: ListQuery,
        response: { 200: withExamples(DelegatedDecisionsPage, { decisions: [delegated], next: null }) },
      },
    },
    async (request) => delegates.decisions(request.params.patientId, request.query),
  );

  app.post(
    '/v1/patients/:patientId/delegates',
    {
      config: decided,
      schema: {
        summary:
          'Appoint somebody who decides for the patient, by the statement of the patient or of a delegate that may appoint ' +
          'others. Its own statements go by the routes for grants, denials, revocations and subscriptions, once every channel has it',
        problems,
        params: PatientParams,
        body: withExamples(ReadyStatement, readyAppointment),
        response: decisionResponses,
      },
    },
    async (request, reply) => {
      const { patientId } = request.params;
      const taken = await delegates.appoint(patientId, request.body.statement);
      const answer = await decisions.answer([request, reply], patientId, taken);
      return sendAnswer(reply, answer, { status: 200 });
    },
  );

  app.post(
    '/v1/patients/:patientId/delegates/:delegationId/end',
    {
      config: decided,
      schema: {
        summary:
          'End a delegation, and those that rest on it: by the statement of the patient, of who made it, or its own. ' +
          'What was granted by it stays unless the statement ends it',
        problems: [...problems, 'DELEGATION_NOT_FOUND'],
        params: DelegationParams,
        body: withExamples(ReadyStatement, readyEnd),
        response: decisionResponses,
      },
    },
    async (request, reply) => {
      const { patientId, delegationId } = request.params;
      const taken = await delegates.end(patientId, delegationId, request.body.statement);
      const answer = await decisions.answer([request, reply], patientId, taken);
      return sendAnswer(reply, answer, { status: 200 });
    },
  );
}
