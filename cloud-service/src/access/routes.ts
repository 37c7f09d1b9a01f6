import { EXAMPLE } from '@careledger/domain/examples';
import {
  AccessAnswer,
  AccessRequestHttp,
  PROVIDER_ROUTES,
  ReceiptRequest,
  ReleaseRequestHttp,
  ReleasedRecord,
} from '@careledger/protocol';
import * as examples from '@careledger/protocol/examples';
import {
  Next,
  fromCursor,
  pageOfRows,
  pageQuery,
  requireRole,
  withExamples,
  type ServiceApp,
} from '@careledger/service-kit';
import { Type, type Static } from 'typebox';
import { callerOf } from '../caller.js';
import { heldProblems, permitProblems, statementAnswers } from '../route-problems.js';
import { keepReceipt, type ReceiptServiceOptions } from './receipt-service.js';
import type { RelayService } from './relay-service.js';
import type { ReleaseService } from './release-service.js';

const RELEASES_MAX = 500;
const RELEASES_DEFAULT = 100;
const Release = Type.Object(
  {
    requestSid: Type.String(),
    permitTxId: Type.String(),
    recordId: Type.String(),
    version: Type.Integer(),
    requester: Type.String(),
    releasedAt: Type.String(),
  },
  { title: 'Release' },
);

const released: Static<typeof Release> = {
  requestSid: EXAMPLE.requestSid,
  permitTxId: EXAMPLE.txId,
  recordId: EXAMPLE.recordId,
  version: 1,
  requester: EXAMPLE.authorityId,
  releasedAt: EXAMPLE.at[4],
};

const Place = Type.Pick(Release, ['releasedAt', 'requestSid']);
const placeOf = ({ releasedAt, requestSid }: Static<typeof Release>) => ({ releasedAt, requestSid });

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
        body: withExamples(AccessRequestHttp, examples.accessRequest),
        response: { 200: withExamples(AccessAnswer, examples.accessAnswer) },
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
        body: withExamples(ReleaseRequestHttp, examples.releaseRequest),
        response: { 200: withExamples(ReleasedRecord, examples.releasedRecord) },
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
        body: withExamples(ReceiptRequest, examples.receiptRequest),
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
        querystring: Type.Object(pageQuery({ byDefault: RELEASES_DEFAULT, max: RELEASES_MAX })),
        response: {
          200: withExamples(Type.Object({ releases: Type.Array(Release), next: Next }), {
            releases: [released],
            next: null,
          }),
        },
      },
    },
    async (request) => {
      const { cursor, limit } = request.query;
      const before = cursor === undefined ? undefined : fromCursor(cursor, Place);
      const { rows, next } = pageOfRows(receipts.releases.list(before, limit + 1), limit, placeOf);
      return { releases: [...rows], next };
    },
  );
}
