import { AUTHORITY_ROUTES, EmergencyNoticeHttp } from '@careledger/protocol';
import { PatientId } from '@careledger/domain';
import { requireRole, type ServiceApp, type StreamedEvent } from '@careledger/service-kit';
import { Type } from 'typebox';
import { EMERGENCY_NOTICE_MAX_CHARS, type EmergencyService } from '../notices/emergency-service.js';
import type { EmergencyStore } from '../notices/emergency-store.js';
import type { NoticeLog } from '../notices/notice-log.js';
import { NOTICE_TYPES, NOTICES, type LoggedNotice } from '../notices/notice.js';

/** The statement and the JSON around it. */
const EMERGENCY_BODY_LIMIT_BYTES = EMERGENCY_NOTICE_MAX_CHARS + 1_024;
const UNMATCHED_MAX_ROWS = 500;
const { patientId, sid, recordId, version, receivedAt } = NOTICES.emergency.properties;
/** An id of the log: at most 15 digits, so that every one is a safe integer. */
const NOTICE_ID_PATTERN = '^(?:0|[1-9][0-9]{0,14})$';
const Unmatched = Type.Object({ patientId, sid, recordId, version, receivedAt });

export interface NoticeRouteOptions {
  readonly log: NoticeLog;
  readonly emergencies: EmergencyStore;
  readonly service: EmergencyService;
  readonly unmatchedAfterMs: number;
  /** How long an emergency took from its arrival until it was on disk and told, in seconds. */
  readonly observe: (seconds: number) => void;
  readonly count: (outcome: string) => void;
}

export function addNoticeRoutes(app: ServiceApp, options: NoticeRouteOptions): void {
  const { log, emergencies, service, unmatchedAfterMs } = options;

  app.get(
    '/v1/notices',
    {
      config: requireRole('practitioner'),
      // HEAD would follow the stream for ever.
      exposeHeadRoute: false,
      schema: {
        summary: 'Notices as server-sent events',
        description:
          'Event names: ' +
          `${NOTICE_TYPES.join(', ')}. Resumes after Last-Event-ID, or after \`after\` (0: all); else begins with what comes next.`,
        querystring: Type.Object({
          after: Type.Optional(Type.Integer({ minimum: 0 })),
          patientId: Type.Optional(PatientId),
          types: Type.Optional(
            Type.String({ pattern: `^(?:${NOTICE_TYPES.join('|')})(?:,(?:${NOTICE_TYPES.join('|')}))*$` }),
          ),
        }),
        // Checked, not converted: what is no id of ours must not become one, least of all 0, which replays everything.
        headers: Type.Object({
          'last-event-id': Type.Optional(Type.String({ pattern: NOTICE_ID_PATTERN })),
        }),
        produces: ['text/event-stream'],
      },
    },
    (request, reply) => {
      const { after, patientId, types } = request.query;
      const filter = {
        ...(patientId !== undefined && { patientId }),
        ...(types !== undefined && { types: NOTICE_TYPES.filter((type) => types.split(',').includes(type)) }),
      };
      return reply.sendEvents(async function* (lastEventId, signal) {
        const from = lastEventId === undefined ? (after ?? log.newestId) : Number(lastEventId);
        for await (const notice of log.follow(from, filter, signal)) yield await eventOf(notice);
      });
    },
  );

  async function eventOf(notice: LoggedNotice): Promise<StreamedEvent> {
    const { id, type, data } = notice;
    const kept = type === 'emergency' ? emergencies.ofNotice(id) : undefined;
    const shown = kept === undefined ? data : { ...data, bundle: await service.bundleOf(kept) };
    return { id: String(id), event: type, data: shown };
  }

  app.get(
    '/v1/notices/unmatched',
    {
      config: requireRole('practitioner', 'ops'),
      schema: {
        summary: 'Direct emergencies that the ledger has not shown since',
        querystring: Type.Object({ olderThanMs: Type.Integer({ minimum: 0, default: unmatchedAfterMs }) }),
        response: { 200: Type.Object({ emergencies: Type.Array(Unmatched) }) },
      },
    },
    async (request) => {
      const before = new Date(Date.now() - request.query.olderThanMs + 1).toISOString();
      const kept = emergencies.unmatched(before, UNMATCHED_MAX_ROWS);
      return {
        emergencies: kept.map(({ patientId, sid, recordId, version, receivedAt }) => ({
          patientId,
          sid,
          recordId,
          version,
          receivedAt,
        })),
      };
    },
  );

  app.post(
    AUTHORITY_ROUTES.emergencyNotices,
    {
      config: requireRole('system'),
      bodyLimit: EMERGENCY_BODY_LIMIT_BYTES,
      schema: {
        summary: 'An emergency, straight from a patient’s gateway',
        body: EmergencyNoticeHttp,
        response: { 202: Type.Object({ created: Type.Boolean() }) },
      },
    },
    async (request, reply) => {
      const startMs = performance.now();
      try {
        const created = await service.accept(request.body.statement);
        options.observe((performance.now() - startMs) / 1000);
        options.count(created ? 'accepted' : 'repeated');
        return await reply.status(202).send({ created });
      } catch (error) {
        options.count(error instanceof Error && 'code' in error ? String(error.code) : 'INTERNAL_ERROR');
        throw error;
      }
    },
  );
}
