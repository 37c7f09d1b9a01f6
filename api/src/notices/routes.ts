import {
  AUTHORITY_ROUTES,
  EMERGENCY_NOTICE_MAX_CHARS,
  EmergencyNoticeAnswer,
  EmergencyNoticeHttp,
  NOTICE_CIPHERTEXT_MAX_BYTES,
} from '@careledger/protocol';
import { PatientId, timestampOf } from '@careledger/domain';
import { ledgerPageQuery } from '@careledger/ledger/service';
import {
  Next,
  ProblemError,
  fromCursor,
  pageOfRows,
  requireRole,
  type ServiceApp,
  type StreamedEvent,
  withExamples,
} from '@careledger/service-kit';
import { Type } from 'typebox';
import type { ReadGate } from '../access/read-gate.js';
import { VouchingQuery, readerOf, type Reader } from '../access/reader.js';
import { statementAnswers, vouchingProblems } from '../http/route-problems.js';
import type { EmergencyService } from './emergency-service.js';
import type { EmergencyStore } from './emergency-store.js';
import type { NoticeMetrics } from './metrics.js';
import type { NoticeLog } from './notice-log.js';
import type { NoticeReader } from './notice-reader.js';
import { NOTICE_TYPES, type LoggedNotice } from './notice.js';
import { Unmatched } from './schemas.js';
import { emergencyNotice, emergencyNoticeAnswer } from '@careledger/protocol/examples';
import * as examples from './examples.js';

/** The statement, the ciphertext in base64url and the JSON around them. */
const EMERGENCY_BODY_LIMIT_BYTES =
  EMERGENCY_NOTICE_MAX_CHARS + Math.ceil((NOTICE_CIPHERTEXT_MAX_BYTES * 4) / 3) + 1_024;
/** An id of the log: at most 15 digits, so that every one is a safe integer. */
const NOTICE_ID_PATTERN = '^(?:0|[1-9][0-9]{0,14})$';

/** Ten years: nobody looks for what is older, and a time that far back is still one. */
const AGE_MAX_MS = 3_650 * 24 * 60 * 60_000;

export interface NoticeRouteOptions {
  readonly log: NoticeLog;
  readonly emergencies: EmergencyStore;
  readonly service: EmergencyService;
  readonly reader: NoticeReader;
  readonly gate: ReadGate;
  readonly unmatchedAfterMs: number;
  readonly metrics: Pick<NoticeMetrics, 'emergency' | 'emergencySeconds'>;
}

/** One event of the stream, as OpenAPI 3.1 has it: `data` is JSON. */
const StreamedNotice = Type.Object(
  {
    id: Type.String({ description: 'For the header Last-Event-ID' }),
    event: Type.Enum([...NOTICE_TYPES]),
    data: Type.String({ contentMediaType: 'application/json' }),
  },
  { title: 'StreamedNotice' },
);

export function addNoticeRoutes(app: ServiceApp, options: NoticeRouteOptions): void {
  const { log, emergencies, gate, metrics, reader: notices, service, unmatchedAfterMs } = options;

  app.get(
    '/v1/notices',
    {
      config: requireRole('practitioner'),
      // HEAD would follow the stream for ever.
      exposeHeadRoute: false,
      schema: {
        summary: 'Notices as server-sent events',
        problems: vouchingProblems,
        description:
          'Event names: ' +
          `${NOTICE_TYPES.join(', ')}. Resumes after Last-Event-ID, or after \`after\` (0: all); else begins with what ` +
          'comes next, and so it does after an id that is yet to come (of a store that was restored since). ' +
          'What a direct emergency says is shown as `bundle` to whoever may see it at the moment at which it is sent, by ' +
          'token, `unit`, `practitionerId` and `purpose`; others get `withheld` with the reason. The stream ends when ' +
          'the practitioner is withdrawn.',
        querystring: Type.Object({
          after: Type.Optional(Type.Integer({ minimum: 0 })),
          patientId: Type.Optional(PatientId),
          types: Type.Optional(
            Type.String({ pattern: `^(?:${NOTICE_TYPES.join('|')})(?:,(?:${NOTICE_TYPES.join('|')}))*$` }),
          ),
          ...VouchingQuery,
        }),
        // Checked, not converted: what is no id of ours must not become one, least of all 0, which replays everything.
        headers: Type.Object({
          'last-event-id': Type.Optional(Type.String({ pattern: NOTICE_ID_PATTERN })),
        }),
        response: {
          200: {
            description: 'A stream without end',
            content: { 'text/event-stream': { schema: StreamedNotice, example: examples.recordNotice } },
          },
        },
      },
    },
    (request, reply) => {
      const { after, patientId, types } = request.query;
      const filter = {
        ...(patientId !== undefined && { patientId }),
        ...(types !== undefined && { types: NOTICE_TYPES.filter((type) => types.split(',').includes(type)) }),
      };
      const reader = readerOf(request, request.query);
      gate.personOf(reader);
      return reply.sendEvents(async function* (lastEventId, signal) {
        const from = lastEventId === undefined ? (after ?? log.newestId) : Number(lastEventId);
        // From beyond the newest, what comes next would be passed over until it has caught up.
        for await (const notice of log.follow(Math.min(from, log.newestId), filter, signal)) {
          const event = await eventFor(reader, notice);
          if (event === undefined) return;
          yield event;
        }
      });
    },
  );

  /** Undefined where whoever follows is nobody here any more. */
  async function eventFor(reader: Reader, notice: LoggedNotice): Promise<StreamedEvent | undefined> {
    const { id, type, data } = notice;
    try {
      gate.personOf(reader);
      const kept = type === 'emergency' ? emergencies.ofNotice(id) : undefined;
      const shown = kept === undefined ? data : { ...data, ...(await notices.read(reader, kept)) };
      return { id: String(id), event: type, data: shown };
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      return undefined;
    }
  }

  app.get(
    '/v1/notices/unmatched',
    {
      config: requireRole('practitioner', 'ops'),
      schema: {
        operationId: 'listUnmatchedNotices',
        summary: 'Direct emergencies that the ledger has not shown since, or shows otherwise; newest first',
        querystring: Type.Object({
          olderThanMs: Type.Integer({
            ...{ minimum: 0, maximum: AGE_MAX_MS, default: unmatchedAfterMs },
            description: 'Came so long ago or longer: the ledger may still show what is newer',
          }),
          withinMs: Type.Optional(
            Type.Integer({
              ...{ minimum: 1, maximum: AGE_MAX_MS },
              description: 'Came since then; all of them unless given',
            }),
          ),
          ...ledgerPageQuery,
        }),
        response: {
          200: withExamples(Type.Object({ emergencies: Type.Array(Unmatched), next: Next }), {
            emergencies: [examples.unmatched],
            next: null,
          }),
        },
      },
    },
    async (request) => {
      const { olderThanMs, withinMs, cursor, limit } = request.query;
      const nowMs = Date.now();
      const kept = emergencies.unmatched({
        receivedBefore: timestampOf(nowMs - olderThanMs + 1),
        receivedAfter: timestampOf(withinMs === undefined ? 0 : nowMs - withinMs),
        beforeNoticeId: cursor === undefined ? Number.MAX_SAFE_INTEGER : fromCursor(cursor, Type.Integer()),
        limit: limit + 1,
      });
      const { rows, next } = pageOfRows(kept, limit, ({ noticeId }) => noticeId);
      return {
        emergencies: rows.map(({ patientId, sid, recordId, version, receivedAt, mismatch }) => ({
          patientId,
          sid,
          recordId,
          version,
          receivedAt,
          reason: mismatch ?? ('NOT_ANNOUNCED' as const),
        })),
        next,
      };
    },
  );

  app.post(
    AUTHORITY_ROUTES.emergencyNotices,
    {
      // Any member's token: the gateway's signature is what counts. It takes no key: a notice that comes again is known
      // by its statement, and nothing about keys or limits may ever refuse a danger.
      config: { ...requireRole('system'), idempotencyKey: false, rateLimit: false },
      bodyLimit: EMERGENCY_BODY_LIMIT_BYTES,
      schema: {
        summary: 'An emergency, straight from a patient’s gateway',
        problems: [
          ...statementAnswers,
          'STATEMENT_EXPIRED',
          'STATEMENT_FROM_FUTURE',
          'STATEMENT_ID_REUSED',
          'NOT_ADDRESSED',
          'NOT_SUBSCRIBED',
          'NOTICE_REFUSED',
        ],
        body: withExamples(EmergencyNoticeHttp, emergencyNotice),
        response: { 202: withExamples(EmergencyNoticeAnswer, emergencyNoticeAnswer) },
      },
    },
    async (request, reply) => {
      const startMs = performance.now();
      try {
        const answer = await service.accept(request.body);
        metrics.emergencySeconds((performance.now() - startMs) / 1000);
        metrics.emergency(answer.created ? 'accepted' : 'repeated');
        return await reply.status(202).send(answer);
      } catch (error) {
        metrics.emergency(error instanceof Error && 'code' in error ? String(error.code) : 'INTERNAL_ERROR');
        throw error;
      }
    },
  );
}
