import { TxId } from '@careledger/domain';
import { EXAMPLE } from '@careledger/domain/examples';
import type { LedgerChannel } from '@careledger/ledger';
import {
  PROVIDER_ROUTES,
  ReadingsAnswer,
  ReadingsRequest,
  RevocationAnswer,
  RevocationRequest,
  VisitRequest,
} from '@careledger/protocol';
import * as examples from '@careledger/protocol/examples';
import { requireRole, withExamples, type ServiceApp } from '@careledger/service-kit';
import { Type } from 'typebox';
import { callerOf } from '../caller.js';
import type { OwnPeer } from '../ledger/own-peer.js';
import { statementAnswers } from '../route-problems.js';
import type { ReadingRelay } from './readings.js';
import { relayRevocation } from './revocations.js';
import { relateVisit } from './visits.js';

/** Statements as large as they may be, as many as a batch has. */
const READINGS_BODY_LIMIT_BYTES = 8 * 1024 * 1024;

export interface RelayedServices {
  readonly cloud: LedgerChannel;
  readonly ownPeer: OwnPeer;
  readonly readings: ReadingRelay;
}

/** What others sign and this provider takes to channel `cloud`. */
export function addRelayedRoutes(app: ServiceApp, { cloud, ownPeer, readings }: RelayedServices): void {
  app.post(
    PROVIDER_ROUTES.visits,
    {
      config: requireRole('system'),
      schema: {
        summary: 'Relay a visit to the cloud channel',
        problems: [...statementAnswers, 'VISIT_REFUSED'],
        body: withExamples(VisitRequest, examples.visitRequest),
        response: { 201: withExamples(Type.Object({ txId: TxId }), { txId: EXAMPLE.txId }) },
      },
    },
    async (request, reply) =>
      reply.status(201).send(await relateVisit(cloud, request.body.statement, callerOf(request))),
  );

  app.post(
    PROVIDER_ROUTES.revocations,
    {
      config: requireRole('system'),
      schema: {
        summary:
          'Relay a patient’s revocation to the cloud channel; one that is there is answered with `already`',
        problems: statementAnswers,
        body: withExamples(RevocationRequest, examples.revocationRequest),
        response: { 201: withExamples(RevocationAnswer, { txId: EXAMPLE.txId }, examples.relayedBefore) },
      },
    },
    async (request, reply) =>
      reply.status(201).send(await relayRevocation({ cloud, ownPeer }, request.body.statement)),
  );

  app.post(
    PROVIDER_ROUTES.readings,
    {
      config: requireRole('system'),
      bodyLimit: READINGS_BODY_LIMIT_BYTES,
      schema: {
        summary: 'Report to the cloud channel who was shown a direct emergency notice',
        problems: statementAnswers,
        body: withExamples(ReadingsRequest, examples.readingsRequest),
        response: { 200: withExamples(ReadingsAnswer, examples.readingsAnswer) },
      },
    },
    (request) => readings.report(request.body.statements, callerOf(request)),
  );
}
