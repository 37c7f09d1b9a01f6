import { ledgerAnswers } from '@careledger/ledger/service';
import {
  IfMatch,
  assertUnchanged,
  contentTag,
  sendAnswer,
  withExamples,
  type ServiceApp,
} from '@careledger/service-kit';
import { Type, type Static } from 'typebox';
import type { ProblemCode } from '../../problems.js';
import { byPatientOrDelegate, delegationOf } from '../access.js';
import { callerOf } from '../caller.js';
import type { Decisions } from '../decisions/decisions.js';
import { decidedOrDelegated, decisionResponses } from '../decisions/answers.js';
import { ReadyOrPassphrase } from '../grants/schemas.js';
import { consentProblems, patientProblems } from '../route-problems.js';
import { PatientParams } from '../schemas.js';
import {
  ApprovalBody,
  SubscriptionParams,
  SubscriptionView,
  SubscriptionsPage,
  SubscriptionsQuery,
} from './schemas.js';
import type { SubscriptionService } from './service.js';
import { byPassphrase, readyRejection } from '../grants/examples.js';
import { asAsked, narrowed, readyApproval, subscription } from './examples.js';

const DECISION_PROBLEMS: readonly ProblemCode[] = [
  ...consentProblems,
  'SUBSCRIPTION_NOT_FOUND',
  'SUBSCRIPTION_NOT_PENDING',
  'RESOURCE_CHANGED',
];
const APPROVAL_PROBLEMS: readonly ProblemCode[] = [...DECISION_PROBLEMS, 'SUBSCRIPTION_EXCEEDED'];

export function addSubscriptionRoutes(
  app: ServiceApp,
  subscriptions: SubscriptionService,
  decisions: Decisions,
): void {
  /** @throws ProblemError RESOURCE_CHANGED */
  const assertAsSeen = async (
    ifMatch: string | undefined,
    { patientId, subscriptionId }: Static<typeof SubscriptionParams>,
    by: string | undefined,
  ): Promise<void> => {
    if (ifMatch === undefined) return;
    assertUnchanged(ifMatch, await subscriptions.get(patientId, subscriptionId, by));
  };

  app.get(
    '/v1/patients/:patientId/subscriptions',
    {
      config: byPatientOrDelegate,
      schema: {
        summary: 'Who has asked to be subscribed, and what came of it',
        problems: [...patientProblems, ...ledgerAnswers],
        params: PatientParams,
        querystring: SubscriptionsQuery,
        response: { 200: withExamples(SubscriptionsPage, { subscriptions: [subscription], next: null }) },
      },
    },
    async (request) => subscriptions.list(request.params.patientId, request.query, delegationOf(request)),
  );

  app.get(
    '/v1/patients/:patientId/subscriptions/:subscriptionId',
    {
      config: byPatientOrDelegate,
      schema: {
        summary: 'What an authority has asked, and what came of it',
        problems: [...patientProblems, ...ledgerAnswers, 'SUBSCRIPTION_NOT_FOUND'],
        params: SubscriptionParams,
        response: { 200: withExamples(SubscriptionView, subscription) },
      },
    },
    async (request, reply) => {
      const { patientId, subscriptionId } = request.params;
      const view = await subscriptions.get(patientId, subscriptionId, delegationOf(request));
      return reply.header('etag', contentTag(view)).send(view);
    },
  );

  app.post(
    '/v1/patients/:patientId/subscriptions/:subscriptionId/approve',
    {
      config: decidedOrDelegated,
      schema: {
        summary:
          'Approve, wholly or in part: a grant that names the subscription; what is said narrows what the authority asked',
        problems: APPROVAL_PROBLEMS,
        params: SubscriptionParams,
        headers: Type.Object(IfMatch),
        body: withExamples(ApprovalBody, asAsked, narrowed, readyApproval),
        response: decisionResponses,
      },
    },
    async (request, reply) => {
      const { patientId, subscriptionId } = request.params;
      await assertAsSeen(request.headers['if-match'], request.params, delegationOf(request));
      const taken = await subscriptions.approve(patientId, subscriptionId, request.body, {
        caller: callerOf(request),
        request: request.idempotent,
      });
      const answer = await decisions.answer([request, reply], request.params.patientId, taken);
      return sendAnswer(reply, answer, { status: 200 });
    },
  );

  app.post(
    '/v1/patients/:patientId/subscriptions/:subscriptionId/reject',
    {
      config: decidedOrDelegated,
      schema: {
        summary: 'Reject: the authority is told, and gets no notices',
        problems: DECISION_PROBLEMS,
        params: SubscriptionParams,
        headers: Type.Object(IfMatch),
        body: withExamples(ReadyOrPassphrase, byPassphrase, readyRejection),
        response: decisionResponses,
      },
    },
    async (request, reply) => {
      const { patientId, subscriptionId } = request.params;
      await assertAsSeen(request.headers['if-match'], request.params, delegationOf(request));
      const taken = await subscriptions.reject(patientId, subscriptionId, request.body, callerOf(request));
      const answer = await decisions.answer([request, reply], request.params.patientId, taken);
      return sendAnswer(reply, answer, { status: 200 });
    },
  );
}
