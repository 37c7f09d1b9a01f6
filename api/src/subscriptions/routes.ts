import { SubscriptionState } from '@careledger/contracts';
import { subscriptionState } from '@careledger/contracts/examples';
import { Id128, PatientId, TxId } from '@careledger/domain';
import { ledgerAnswers, ledgerPageQuery, nextOf, pageArgs } from '@careledger/ledger/service';
import {
  IfMatch,
  Next,
  contentTag,
  requireRole,
  withExamples,
  type ServiceApp,
} from '@careledger/service-kit';
import { Type } from 'typebox';
import { CancelledSubscription, NewSubscription } from './schemas.js';
import type { SubscriptionService } from './subscription-service.js';
import * as examples from './examples.js';

const SubscriptionParams = Type.Object({ subscriptionId: Id128 });

export function addSubscriptionRoutes(app: ServiceApp, service: SubscriptionService): void {
  app.post(
    '/v1/subscriptions',
    {
      config: requireRole('practitioner', 'ops'),
      schema: {
        summary: 'Ask a patient for a subscription',
        problems: [...ledgerAnswers, 'PATIENT_UNKNOWN', 'TOO_MANY_TAGS'],
        body: withExamples(NewSubscription, examples.asked),
        response: { 201: withExamples(Type.Object({ subscriptionId: Id128, txId: TxId }), examples.made) },
      },
    },
    async (request, reply) => {
      const { body, idempotent } = request;
      const made = await service.request({ ...body, ...(idempotent && { request: idempotent }) });
      return reply.status(201).send(made);
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
      config: requireRole('practitioner', 'ops'),
      schema: {
        summary: 'Cancel a subscription: its notices end, the grant stands until the patient revokes it',
        problems: [...ledgerAnswers, 'SUBSCRIPTION_UNKNOWN', 'RESOURCE_CHANGED'],
        headers: Type.Object(IfMatch),
        params: SubscriptionParams,
        response: { 200: withExamples(CancelledSubscription, examples.cancelled, examples.cancelledBefore) },
      },
    },
    (request) => service.cancel(request.params.subscriptionId, request.headers['if-match']),
  );
}
