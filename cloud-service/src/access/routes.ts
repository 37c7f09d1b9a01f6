import { EXAMPLE } from '@careledger/domain/examples';
import { ledgerAnswers } from '@careledger/ledger/service';
import {
  ACCESS_BODY_LIMIT_BYTES,
  AccessAnswer,
  AccessRequestHttp,
  PROVIDER_ROUTES,
  ReceiptAnswer,
  ReceiptRequest,
  ReleaseAnswer,
  ReleaseLookupAnswer,
  ReleaseLookupRequest,
  ReleaseRequestHttp,
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
import { assertSpeaksFor, callerOf } from '../caller.js';
import { keepReceipts, type ReceiptServiceOptions } from './receipt-service.js';
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

const Place = Type.Pick(Release, ['releasedAt', 'requestSid', 'requester']);
const placeOf = ({ releasedAt, requestSid, requester }: Static<typeof Release>) => ({
  releasedAt,
  requestSid,
  requester,
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
      bodyLimit: ACCESS_BODY_LIMIT_BYTES,
      config: requireRole('system'),
      schema: {
        summary: 'Ask for records: all decided in one transaction, each answered by itself',
        problems: ledgerAnswers,
        description:
          'Problems of items: `ACCESS_DENIED`, `ACCESS_REFUSED`, `ORGANISATION_MISMATCH`, `PROVIDER_UNREACHABLE`, and those of `POST /v1/releases`. An item that is `left` is sent again.',
        body: withExamples(AccessRequestHttp, examples.accessRequest),
        response: { 200: withExamples(AccessAnswer, examples.accessAnswer) },
      },
    },
    async (request) => ({ items: await relay.request(request.body.statements, callerOf(request)) }),
  );

  app.post(
    PROVIDER_ROUTES.releases,
    {
      bodyLimit: ACCESS_BODY_LIMIT_BYTES,
      config: requireRole('system'),
      schema: {
        summary: 'Release records to another provider under committed permits, each by itself',
        problems: ledgerAnswers,
        description:
          'Problems of items: `PERMIT_INVALID`, `PERMIT_EXPIRED`, `PERMIT_USED`, `POLICY_CHANGED`, `WRAPS_OUTDATED`, `RECORD_UNKNOWN`, `BLOB_MISSING`, `BLOB_DAMAGED`, `ORGANISATION_MISMATCH`.',
        body: withExamples(ReleaseRequestHttp, examples.releaseRequest),
        response: { 200: withExamples(ReleaseAnswer, examples.releaseAnswer) },
      },
    },
    async (request) => ({ items: await release.releaseTo(request.body.statements, callerOf(request)) }),
  );

  app.post(
    PROVIDER_ROUTES.receipts,
    {
      bodyLimit: ACCESS_BODY_LIMIT_BYTES,
      config: requireRole('system'),
      schema: {
        summary: 'Keep recipients’ receipts, each by itself',
        problems: ledgerAnswers,
        description: 'Problems of items: `RECEIPT_REFUSED`, `ORGANISATION_MISMATCH`.',
        body: withExamples(ReceiptRequest, examples.receiptRequest),
        response: { 200: withExamples(ReceiptAnswer, examples.receiptAnswer) },
      },
    },
    async (request) => ({ items: await keepReceipts(request.body.receipts, callerOf(request), receipts) }),
  );

  app.post(
    PROVIDER_ROUTES.releaseLookups,
    {
      config: requireRole('system'),
      schema: {
        summary: 'What was released under permits of a patient’s, for who speaks for the patient',
        problems: ['ORGANISATION_MISMATCH'],
        description:
          'A permit that is another patient’s, or of which this provider does not know, has nothing released under it here.',
        body: withExamples(ReleaseLookupRequest, examples.releaseLookupRequest),
        response: { 200: withExamples(ReleaseLookupAnswer, examples.releaseLookupAnswer) },
      },
    },
    async (request) => {
      assertSpeaksFor(callerOf(request), request.body.patientId);
      return { items: receipts.releases.lookUp(request.body) };
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
