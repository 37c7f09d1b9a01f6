import { ledgerAnswers } from '@careledger/ledger/service';
import { type ServiceApp, withExamples } from '@careledger/service-kit';
import type { ProblemCode } from '../../problems.js';
import { byPatient } from '../access.js';
import { callerOf } from '../caller.js';
import { ReadyOrPassphrase, statusOf } from '../grants/schemas.js';
import { consentProblems, patientProblems } from '../route-problems.js';
import { PatientParams } from '../schemas.js';
import { ApprovalBody, SubscriptionParams, SubscriptionsPage, SubscriptionsQuery } from './schemas.js';
import type { SubscriptionService } from './service.js';
import { byPassphrase, jobAnswers, readyRejection } from '../grants/examples.js';
import { asAsked, narrowed, readyApproval, subscription } from './examples.js';

const DECISION_PROBLEMS: readonly ProblemCode[] = [
  ...consentProblems,
  'SUBSCRIPTION_NOT_FOUND',
  'SUBSCRIPTION_NOT_PENDING',
];

export function addSubscriptionRoutes(app: ServiceApp, subscriptions: SubscriptionService): void {
  app.get(
    '/v1/patients/:patientId/subscriptions',
    {
      config: byPatient,
      schema: {
        summary: 'Who has asked to be subscribed, and what came of it',
        problems: [...patientProblems, ...ledgerAnswers],
        params: PatientParams,
        querystring: SubscriptionsQuery,
        response: { 200: withExamples(SubscriptionsPage, { subscriptions: [subscription], next: null }) },
      },
    },
    async (request) => subscriptions.list(request.params.patientId, request.query),
  );

  app.post(
    '/v1/patients/:patientId/subscriptions/:subscriptionId/approve',
    {
      config: byPatient,
      schema: {
        summary: 'Approve: a grant that names the subscription; what is not said is as the authority asked',
        problems: DECISION_PROBLEMS,
        params: SubscriptionParams,
        body: withExamples(ApprovalBody, asAsked, narrowed, readyApproval),
        response: jobAnswers,
      },
    },
    async (request, reply) => {
      const { patientId, subscriptionId } = request.params;
      const outcome = await subscriptions.approve(patientId, subscriptionId, request.body, {
        caller: callerOf(request),
        request: request.idempotent,
      });
      return reply.status(statusOf(outcome)).send(outcome);
    },
  );

  app.post(
    '/v1/patients/:patientId/subscriptions/:subscriptionId/reject',
    {
      config: byPatient,
      schema: {
        summary: 'Reject: the authority is told, and gets no notices',
        problems: DECISION_PROBLEMS,
        params: SubscriptionParams,
        body: withExamples(ReadyOrPassphrase, byPassphrase, readyRejection),
        response: jobAnswers,
      },
    },
    async (request, reply) => {
      const { patientId, subscriptionId } = request.params;
      const outcome = await subscriptions.reject(patientId, subscriptionId, request.body, callerOf(request));
      return reply.status(statusOf(outcome)).send(outcome);
    },
  );
}
