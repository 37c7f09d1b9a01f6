import { TxId } from '@careledger/domain';
import type { LedgerChannel } from '@careledger/ledger';
import { PROVIDER_ROUTES, VisitRequest } from '@careledger/protocol';
import { requireRole, type ServiceApp } from '@careledger/service-kit';
import { Type } from 'typebox';
import { relateVisit } from '../visits/visit-service.js';

export function addVisitRoutes(app: ServiceApp, cloud: LedgerChannel): void {
  app.post(
    PROVIDER_ROUTES.visits,
    {
      config: requireRole('system'),
      schema: {
        summary: 'Relay a visit to the cloud channel',
        body: VisitRequest,
        response: { 201: Type.Object({ txId: TxId }) },
      },
    },
    async (request, reply) => reply.status(201).send(await relateVisit(cloud, request.body.statement)),
  );
}
