import { SubscriptionState } from '@careledger/contracts';
import { Id128, PatientId, TxId } from '@careledger/domain';
import { ledgerAnswers, ledgerPageQuery, nextOf, pageArgs } from '@careledger/ledger/service';
import { Next, requireRole, type ServiceApp } from '@careledger/service-kit';
import { Type } from 'typebox';
import { CancelledSubscription, NewSubscription } from './schemas.js';
import type { SubscriptionService } from './subscription-service.js';

export function addSubscriptionRoutes(app: ServiceApp, service: SubscriptionService): void {
  app.post(
    '/v1/subscriptions',
    {
      config: requireRole('practitioner', 'ops'),
      schema: {
        summary: 'Ask a patient for a subscription',
        problems: [...ledgerAnswers, 'PATIENT_UNKNOWN', 'TOO_MANY_TAGS'],
        body: NewSubscription,
        response: { 201: Type.Object({ subscriptionId: Id128, txId: TxId }) },
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
        response: { 200: Type.Object({ subscriptions: Type.Array(SubscriptionState), next: Next }) },
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

  app.delete(
    '/v1/subscriptions/:subscriptionId',
    {
      config: requireRole('practitioner', 'ops'),
      schema: {
        summary: 'Cancel a subscription: its notices end, the grant stands until the patient revokes it',
        problems: [...ledgerAnswers, 'SUBSCRIPTION_UNKNOWN'],
        params: Type.Object({ subscriptionId: Id128 }),
        response: { 200: CancelledSubscription },
      },
    },
    (request) => service.cancel(request.params.subscriptionId),
  );
}
