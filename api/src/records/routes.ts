import { AnnouncedRecordState, RECORD_MAX_BYTES, records } from '@careledger/contracts';
import { announcedRecordState } from '@careledger/contracts/examples';
import { PatientId, RecordId, RecordKind, RecordVersion, Timestamp } from '@careledger/domain';
import { ledgerAnswers, ledgerPageQuery, nextOf, onLedger, pageArgs } from '@careledger/ledger/service';
import { isInForce, readingGrants, termsOnRecord } from '@careledger/policy';
import {
  IfMatch,
  Next,
  exampleJob,
  jobOf,
  principalOf,
  requireRole,
  sendAnswer,
  withExamples,
  type ServiceApp,
} from '@careledger/service-kit';
import { Type } from 'typebox';
import type { OpeningRecords } from '../access/opening.js';
import { VouchingQuery, readerOf } from '../access/reader.js';
import { repeatableRequestOf } from '../http/idempotency.js';
import { readingProblems, writingProblems } from '../http/route-problems.js';
import type { Channels } from '../ledger-port.js';
import type { AnsweredWork } from '../outbox/answered-work.js';
import type { Policy } from '../policy/policy.js';
import type { Vouching } from '../policy/vouching.js';
import { problem } from '../problems.js';
import { WriteRequest, WriteStatus } from './schemas.js';
import type { RecordWriting } from './record-writing.js';
import { assertMayReplace, assertMayWrite } from './write-scopes.js';
import { WRITING, refOf, statusOf, statusPath } from './writing.js';
import * as examples from './examples.js';

/** A bundle in JSON and what is said about it. */
const BODY_LIMIT_BYTES = RECORD_MAX_BYTES + 65_536;

const WriteJob = jobOf('WriteJob', WriteStatus);

export interface RecordRouteOptions extends AnsweredWork, RecordWriting {
  readonly authorityId: string;
  readonly channels: Channels;
  readonly opening: OpeningRecords;
  readonly policy: Policy;
  readonly vouching: Vouching;
}

export function addRecordRoutes(app: ServiceApp, options: RecordRouteOptions): void {
  const { answerWithinMs, authorityId, channels, opening, outbox, policy, vouching } = options;
  const { writer, writes, writing } = options;
  const recordIdParam = Type.Object({ recordId: RecordId });
  /** Who writes, why, under which key, and the bundle to the letter. */
  const writerOf = (...from: Parameters<typeof readerOf>) => {
    const { principal, claim, purpose } = readerOf(...from);
    const [request] = from;
    const { bundle } = request.exactBody as { readonly bundle: unknown };
    return {
      purpose,
      person: vouching.personOf(principal, claim),
      request: repeatableRequestOf(request),
      text: JSON.stringify(bundle),
    };
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
      const nowMs = Date.now();
      const visible = page.rows.filter(
        (row) =>
          row.author === authorityId ||
          readingGrants(grants, termsOnRecord(row), nowMs).some((grant) => isInForce(grant, nowMs)),
      );
      return { records: visible, next: nextOf(page.bookmark) };
    },
  );

  app.post(
    '/v1/records',
    {
      config: {
        ...requireRole('practitioner'),
        ...{ isLongWork: true, scopedByContent: true, keepsNumbers: true },
      },
      bodyLimit: BODY_LIMIT_BYTES,
      schema: {
        summary: 'Write a clinical record',
        problems: writingProblems,
        querystring: Type.Object(VouchingQuery),
        body: withExamples(WriteRequest, examples.report),
        response: {
          201: withExamples(WriteStatus, examples.announced),
          202: withExamples(
            WriteJob,
            exampleJob(WRITING, { stage: 'sealed', done: 0, total: 2 }, examples.sealed),
          ),
        },
      },
    },
    async (request, reply) => {
      assertMayWrite(principalOf(request), request.body, 'c');
      const write = await writer.create({ ...request.body, ...writerOf(request, request.query) });
      const answer = await writing.answer(request, reply, {
        reference: refOf(write),
        waitMs: answerWithinMs,
      });
      return sendAnswer(reply, answer, { status: 201, location: statusPath(write) });
    },
  );

  app.put(
    '/v1/records/:recordId',
    {
      // The same revision again would be one version more.
      config: {
        ...requireRole('practitioner'),
        ...{ idempotencyKey: true, isLongWork: true, scopedByContent: true, keepsNumbers: true },
      },
      bodyLimit: BODY_LIMIT_BYTES,
      schema: {
        summary: 'Revise a record: its next version, of the one that If-Match names if it names one',
        problems: [...writingProblems, ...readingProblems, 'VERSION_CHANGED'],
        headers: Type.Object(IfMatch),
        params: recordIdParam,
        querystring: Type.Object(VouchingQuery),
        body: withExamples(WriteRequest, examples.report),
        response: {
          201: withExamples(WriteStatus, examples.revised),
          202: withExamples(
            WriteJob,
            exampleJob(WRITING, { stage: 'sealed', done: 0, total: 2 }, examples.revising),
          ),
        },
      },
    },
    async (request, reply) => {
      assertMayWrite(principalOf(request), request.body, 'u');
      const { recordId } = request.params;
      const wanted = { ...request.body, ...writerOf(request, request.query) };
      const seen = { patientId: wanted.patientId, recordId, ifMatch: request.headers['if-match'] };
      // The same request again revises nothing more.
      const ifMatch =
        writer.before(wanted.request) === undefined
          ? await assertMayReplace(opening, seen, readerOf(request, request.query))
          : undefined;
      const write = await writer.revise(recordId, { ...wanted, ...(ifMatch !== undefined && { ifMatch }) });
      const answer = await writing.answer(request, reply, {
        reference: refOf(write),
        waitMs: answerWithinMs,
      });
      return sendAnswer(reply, answer, { status: 201, location: statusPath(write) });
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
      return statusOf(write, outbox);
    },
  );
}
