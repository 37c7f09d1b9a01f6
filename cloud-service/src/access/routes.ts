import {
  AccessAnswer,
  AccessRequestHttp,
  PROVIDER_ROUTES,
  ReceiptRequest,
  ReleaseRequestHttp,
  ReleasedRecord,
} from '@careledger/protocol';
import { requireRole, type ServiceApp } from '@careledger/service-kit';
import { Type } from 'typebox';
import { callerOf } from '../caller.js';
import { heldProblems, permitProblems, statementAnswers } from '../route-problems.js';
import { keepReceipt, type ReceiptServiceOptions } from './receipt-service.js';
import type { RelayService } from './relay-service.js';
import type { ReleaseService } from './release-service.js';

/** Releases that the audit route lists unless asked for fewer. */
const RELEASES_MAX = 500;
const Release = Type.Object({
  requestSid: Type.String(),
  permitTxId: Type.String(),
  recordId: Type.String(),
  version: Type.Integer(),
  requester: Type.String(),
  releasedAt: Type.String(),
});

/** The relay's side, the holder's, and what recipients sign for. */
export interface AccessServices {
  readonly relay: RelayService;
  readonly release: ReleaseService;
  readonly receipts: ReceiptServiceOptions;
}

export function addAccessRoutes(app: ServiceApp, { relay, release, receipts }: AccessServices): void {
  app.post(
    PROVIDER_ROUTES.access,
    {
      config: requireRole('system'),
      schema: {
        summary: 'Ask for a record',
        problems: [
          ...statementAnswers,
          ...heldProblems,
          'ACCESS_DENIED',
          'ACCESS_REFUSED',
          'PROVIDER_UNREACHABLE',
          ...permitProblems,
        ],
        body: AccessRequestHttp,
        response: { 200: AccessAnswer },
      },
    },
    (request) => relay.request(request.body.statement, callerOf(request)),
  );

  app.post(
    PROVIDER_ROUTES.releases,
    {
      config: requireRole('system'),
      schema: {
        summary: 'Release a record to another provider under a committed permit',
        problems: [...statementAnswers, ...heldProblems, ...permitProblems],
        body: ReleaseRequestHttp,
        response: { 200: ReleasedRecord },
      },
    },
    (request) => release.releaseTo(request.body.statement, callerOf(request)),
  );

  app.post(
    PROVIDER_ROUTES.receipts,
    {
      config: requireRole('system'),
      schema: {
        problems: [...statementAnswers, 'RECEIPT_REFUSED'],
        response: { 204: Type.Null({ description: 'Kept' }) },
        summary: 'Keep a recipient’s receipt',
        body: ReceiptRequest,
      },
    },
    async (request, reply) => {
      await keepReceipt(request.body.receipt, callerOf(request), receipts);
      return reply.status(204).send(null);
    },
  );

  app.get(
    PROVIDER_ROUTES.releases,
    {
      config: requireRole('auditor', 'ops'),
      schema: {
        summary: 'What was released, newest first',
        querystring: Type.Object({
          limit: Type.Integer({ minimum: 1, maximum: RELEASES_MAX, default: 100 }),
        }),
        response: { 200: Type.Object({ releases: Type.Array(Release) }) },
      },
    },
    async (request) => ({ releases: receipts.releases.list(request.query.limit) }),
  );
}
