import { sendAnswer, withExamples, type ServiceApp } from '@careledger/service-kit';
import { ledgerAnswers } from '@careledger/ledger/service';
import { byPatient, byPatientDelegateOrAuditor, delegationOf } from '../access.js';
import { decidedOrDelegated, decisionResponses } from '../decisions/answers.js';
import type { Decisions } from '../decisions/decisions.js';
import { patientProblems } from '../route-problems.js';
import { ListQuery, PatientParams } from '../schemas.js';
import { delegate, delegateToken, delegated, readyAppointment, readyEnd } from './examples.js';
import {
  DelegatedDecisionsPage,
  DelegateTokenView,
  DelegatesPage,
  DelegationParams,
  ReadyStatement,
} from './schemas.js';
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
      config: byPatientDelegateOrAuditor,
      schema: {
        summary: 'Who decides for the patient, and who did: oldest first',
        problems: patientProblems,
        params: PatientParams,
        querystring: ListQuery,
        response: { 200: withExamples(DelegatesPage, { delegates: [delegate], next: null }) },
      },
    },
    async (request) => delegates.list(request.params.patientId, request.query, delegationOf(request)),
  );

  app.get(
    '/v1/patients/:patientId/delegates/decisions',
    {
      config: byPatientDelegateOrAuditor,
      schema: {
        summary:
          'What delegates have decided for the patient through this gateway, and who did: newest first',
        problems: patientProblems,
        params: PatientParams,
        querystring: ListQuery,
        response: { 200: withExamples(DelegatedDecisionsPage, { decisions: [delegated], next: null }) },
      },
    },
    async (request) => delegates.decisions(request.params.patientId, request.query, delegationOf(request)),
  );

  app.post(
    '/v1/patients/:patientId/delegates',
    {
      config: decidedOrDelegated,
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
    '/v1/patients/:patientId/delegates/:delegationId/tokens',
    {
      config: byPatient,
      schema: {
        summary:
          'A bearer token for the delegate, in the place of the one before: it reaches this patient alone, what its delegation lets ' +
          'it do and what was made by it, and is good while the delegation is',
        problems: [...patientProblems, 'DELEGATION_NOT_FOUND'],
        params: DelegationParams,
        response: { 201: withExamples(DelegateTokenView, delegateToken) },
      },
    },
    async (request, reply) => {
      const { patientId, delegationId } = request.params;
      return reply.status(201).send(delegates.token(patientId, delegationId));
    },
  );

  app.post(
    '/v1/patients/:patientId/delegates/:delegationId/end',
    {
      config: decidedOrDelegated,
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
