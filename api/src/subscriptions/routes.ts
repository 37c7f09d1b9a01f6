import { SubscriptionState } from '@careledger/contracts';
import { subscriptionState } from '@careledger/contracts/examples';
import { Id128, PatientId } from '@careledger/domain';
import { ledgerAnswers, ledgerPageQuery, nextOf, pageArgs } from '@careledger/ledger/service';
import {
  IfMatch,
  Next,
  contentTag,
  exampleJob,
  jobOf,
  requireRole,
  sendAnswer,
  withExamples,
  type ServiceApp,
} from '@careledger/service-kit';
import { Type } from 'typebox';
import { changeRef } from './change-store.js';
import { CANCELLATION, REQUEST, subscriptionPath } from './change-work.js';
import { CancelledSubscription, NewSubscription, RequestedSubscription } from './schemas.js';
import type { SubscriptionRequests } from './subscription-requests.js';
import * as examples from './examples.js';

const SubscriptionParams = Type.Object({ subscriptionId: Id128 });

export interface SubscriptionRouteOptions extends SubscriptionRequests {
  readonly answerWithinMs: number;
}

export function addSubscriptionRoutes(
  app: ServiceApp,
  { service, requesting, cancelling, answerWithinMs: waitMs }: SubscriptionRouteOptions,
): void {
  app.post(
    '/v1/subscriptions',
    {
      config: { ...requireRole('practitioner', 'ops'), isLongWork: true },
      schema: {
        summary: 'Ask a patient for a subscription',
        problems: ['LEDGER_REFUSED', 'PATIENT_UNKNOWN'],
        body: withExamples(NewSubscription, examples.asked),
        response: {
          201: withExamples(RequestedSubscription, examples.made),
          202: withExamples(
            jobOf('SubscriptionJob', RequestedSubscription),
            exampleJob(REQUEST, { stage: 'signed', done: 1, total: 2 }, examples.requested),
          ),
        },
      },
    },
    async (request, reply) => {
      const asked = await service.request(request.body, request.idempotent);
      const answer = await requesting.answer(request, reply, { reference: changeRef(asked), waitMs });
      return sendAnswer(reply, answer, { status: 201, location: subscriptionPath(asked.subscriptionId) });
    },
  );

  app.get(
    '/v1/subscriptions',
    {
      config: requireRole('practitioner', 'ops', 'auditor'),
      schema: {
        summary: 'Subscriptions of this authority, as the ledger has them',
        problems: ledgerAnswers,
        querystring: Type.Object({
          patientId: Type.Optional(PatientId),
          status: Type.Optional(SubscriptionState.properties.status),
          ...ledgerPageQuery,
        }),
        response: {
          200: withExamples(
            Type.Object({ subscriptions: Type.Array(SubscriptionState), next: Next }),
            examples.subscriptions,
          ),
        },
      },
    },
    async (request) => {
      const { patientId, status } = request.query;
      const { rows, bookmark } = await service.list({
        ...pageArgs(request.query),
        ...(patientId !== undefined && { patientId }),
        ...(status !== undefined && { status }),
      });
      return { subscriptions: rows, next: nextOf(bookmark) };
    },
  );

  app.get(
    '/v1/subscriptions/:subscriptionId',
    {
      config: requireRole('practitioner', 'ops', 'auditor'),
      schema: {
        summary: 'A subscription of this authority, as the ledger has it',
        problems: [...ledgerAnswers, 'SUBSCRIPTION_UNKNOWN'],
        params: SubscriptionParams,
        response: { 200: withExamples(SubscriptionState, subscriptionState) },
      },
    },
    async (request, reply) => {
      const subscription = await service.get(request.params.subscriptionId);
      return reply.header('etag', contentTag(subscription)).send(subscription);
    },
  );

  app.delete(
    '/v1/subscriptions/:subscriptionId',
    {
      config: { ...requireRole('practitioner', 'ops'), isLongWork: true },
      schema: {
        summary: 'Cancel a subscription: its notices end, the grant stands until the patient revokes it',
        problems: [...ledgerAnswers, 'SUBSCRIPTION_UNKNOWN', 'RESOURCE_CHANGED'],
        headers: Type.Object(IfMatch),
        params: SubscriptionParams,
        response: {
          200: withExamples(CancelledSubscription, examples.cancelled, examples.cancelledBefore),
          202: withExamples(
            jobOf('CancellationJob', CancelledSubscription),
            exampleJob(CANCELLATION, { stage: 'signed', done: 1, total: 2 }, examples.cancelling),
          ),
        },
      },
    },
    async (request, reply) => {
      const begun = await service.cancel(request.params.subscriptionId, request.headers['if-match']);
      if (begun === undefined) return reply.status(200).send({ txId: null, already: true });
      const answer = await cancelling.answer(request, reply, { reference: changeRef(begun), waitMs });
      return sendAnswer(reply, answer, { status: 200 });
    },
  );
}
