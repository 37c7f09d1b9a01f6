import { AnnouncedRecordState, RECORD_MAX_BYTES, records } from '@careledger/contracts';
import { PatientId, RecordId, RecordKind, RecordVersion, Timestamp } from '@careledger/domain';
import { ledgerAnswers, ledgerPageQuery, nextOf, onLedger, pageArgs } from '@careledger/ledger/service';
import { coversTags, isInForce } from '@careledger/policy';
import { IfMatch, Next, requireRole, type ServiceApp, withExamples } from '@careledger/service-kit';
import { Type } from 'typebox';
import { VouchingQuery, readerOf } from '../access/reader.js';
import { repeatableRequestOf } from '../http/idempotency.js';
import { writingProblems } from '../http/route-problems.js';
import type { Channels } from '../ledger-port.js';
import type { Outbox } from '../outbox/outbox.js';
import type { Policy } from '../policy/policy.js';
import type { Vouching } from '../policy/vouching.js';
import { problem } from '../problems.js';
import { WriteRequest, WriteStatus } from './schemas.js';
import { writeRef, type WriteService } from './write-service.js';
import type { Write, WriteStore } from './write-store.js';
import { announcedRecordState } from '@careledger/contracts/examples';
import * as examples from './examples.js';

/** A bundle in JSON and what is said about it. */
const BODY_LIMIT_BYTES = RECORD_MAX_BYTES + 65_536;

export interface RecordRouteOptions {
  readonly authorityId: string;
  readonly channels: Channels;
  readonly policy: Policy;
  readonly vouching: Vouching;
  readonly writer: WriteService;
  readonly writes: WriteStore;
  readonly outbox: Outbox;
  readonly answerWithinMs: number;
}

export function addRecordRoutes(app: ServiceApp, options: RecordRouteOptions): void {
  const { authorityId, channels, outbox, policy, vouching, writer, writes } = options;
  const recordIdParam = Type.Object({ recordId: RecordId });
  /** Who writes, why, and under which key. */
  const writerOf = (...from: Parameters<typeof readerOf>) => {
    const { principal, claim, purpose } = readerOf(...from);
    const [request] = from;
    return { purpose, person: vouching.personOf(principal, claim), request: repeatableRequestOf(request) };
  };

  app.get(
    '/v1/records',
    {
      config: requireRole('practitioner'),
      schema: {
        summary: 'Announced records of a patient that this authority may read, by period; every version',
        problems: [...ledgerAnswers, 'PATIENT_UNKNOWN'],
        querystring: Type.Object({
          patientId: PatientId,
          kind: Type.Optional(RecordKind),
          from: Type.Optional(Timestamp),
          to: Type.Optional(Timestamp),
          ...ledgerPageQuery,
        }),
        response: {
          200: withExamples(Type.Object({ records: Type.Array(AnnouncedRecordState), next: Next }), {
            records: [announcedRecordState],
            next: null,
          }),
        },
      },
    },
    async (request) => {
      const { patientId, kind, from, to } = request.query;
      const [page, grants] = await onLedger(() =>
        Promise.all([
          channels.authorities.evaluate(records, 'ListAnnouncements', {
            patientId,
            ...(kind !== undefined && { kind }),
            ...(from !== undefined && { from }),
            ...(to !== undefined && { to }),
            ...pageArgs(request.query),
          }),
          policy.fetchGrants(patientId),
        ]),
      );
      const reading = grants.filter(
        (grant) => grant.permissions.includes('read') && isInForce(grant, Date.now()),
      );
      const visible = page.rows.filter(
        (row) =>
          row.author === authorityId || reading.some((grant) => coversTags(grant.scopeTags, row.tagGroups)),
      );
      return { records: visible, next: nextOf(page.bookmark) };
    },
  );

  app.post(
    '/v1/records',
    {
      config: requireRole('practitioner'),
      bodyLimit: BODY_LIMIT_BYTES,
      schema: {
        summary: 'Write a clinical record',
        problems: writingProblems,
        querystring: Type.Object(VouchingQuery),
        body: withExamples(WriteRequest, examples.report),
        response: {
          201: withExamples(WriteStatus, examples.announced),
          202: withExamples(WriteStatus, examples.sealed),
        },
      },
    },
    async (request, reply) => {
      const write = await writer.create({ ...request.body, ...writerOf(request, request.query) });
      const { status, body } = await answerOf(write);
      return reply.status(status).header('location', statusPath(write)).send(body);
    },
  );

  app.put(
    '/v1/records/:recordId',
    {
      // The same revision again would be one version more.
      config: { ...requireRole('practitioner'), idempotencyKey: true },
      bodyLimit: BODY_LIMIT_BYTES,
      schema: {
        summary: 'Revise a record: its next version, of the one that If-Match names if it names one',
        problems: [...writingProblems, 'VERSION_CHANGED'],
        headers: Type.Object(IfMatch),
        params: recordIdParam,
        querystring: Type.Object(VouchingQuery),
        body: withExamples(WriteRequest, examples.report),
        response: {
          201: withExamples(WriteStatus, examples.revised),
          202: withExamples(WriteStatus, examples.revising),
        },
      },
    },
    async (request, reply) => {
      const ifMatch = request.headers['if-match'];
      const write = await writer.revise(request.params.recordId, {
        ...request.body,
        ...writerOf(request, request.query),
        ...(ifMatch !== undefined && { ifMatch }),
      });
      const { status, body } = await answerOf(write);
      return reply.status(status).header('location', statusPath(write)).send(body);
    },
  );

  app.get(
    '/v1/records/:recordId/versions/:version/status',
    {
      config: requireRole('practitioner', 'ops'),
      schema: {
        summary: 'How far a version that this authority writes has come',
        problems: ['RECORD_UNKNOWN'],
        params: Type.Object({ recordId: RecordId, version: RecordVersion }),
        response: { 200: withExamples(WriteStatus, examples.announced) },
      },
    },
    async (request) => {
      const { recordId, version } = request.params;
      const write = writes.find(recordId, version);
      if (write === undefined) throw problem('RECORD_UNKNOWN', 'This authority wrote no such version');
      return statusOf(write);
    },
  );

  /** 201 once the authorities know it, 202 while it is on its way. */
  async function answerOf({ recordId, version }: Write) {
    await outbox.finished('record', writeRef(recordId, version), options.answerWithinMs);
    const write = writes.find(recordId, version);
    if (write === undefined) throw problem('RECORD_UNKNOWN', 'The version was given up meanwhile');
    if (write.stage === 'refused')
      throw problem('RECORD_REFUSED', `The ledger refused the record: ${write.refusal}`, {
        members: { reason: write.refusal, recordId, version },
      });
    return { status: write.stage === 'announced' ? (201 as const) : (202 as const), body: statusOf(write) };
  }

  function statusOf(write: Write) {
    const { recordId, version, patientId, stage, providerId, storeTxId, receipt, announceTxId, refusal } =
      write;
    const lastError = outbox.lastError('record', writeRef(recordId, version));
    return {
      recordId,
      version,
      patientId,
      stage,
      providerId,
      storeTxId,
      receipt,
      announceTxId,
      reason: refusal,
      lastError,
    };
  }
}

const statusPath = ({ recordId, version }: Write): string =>
  `/v1/records/${recordId}/versions/${version}/status`;
