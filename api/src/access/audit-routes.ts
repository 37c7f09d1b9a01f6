import { records } from '@careledger/contracts';
import { PatientId } from '@careledger/domain';
import { ledgerAnswers, onLedger } from '@careledger/ledger/service';
import { requireRole, type ServiceApp } from '@careledger/service-kit';
import { Type } from 'typebox';
import { Cursor, Paging, cursorOf, pageArgs } from '../http/schemas.js';
import type { Channels } from '../ledger-port.js';
import type { AccessLog } from './access-log.js';
import { AuditEntry } from './schemas.js';

/** Before every id. */
const NEWEST = Number.MAX_SAFE_INTEGER;

export interface AuditRouteOptions {
  readonly authorityId: string;
  readonly channels: Channels;
  readonly log: AccessLog;
}

export function addAuditRoutes(app: ServiceApp, { authorityId, channels, log }: AuditRouteOptions): void {
  app.get(
    '/v1/audit',
    {
      config: requireRole('auditor'),
      schema: {
        summary: 'What this authority asked for and showed, and the answers',
        problems: ledgerAnswers,
        description:
          'With `patientId`: as the ledger has it, oldest first. Without: by this service’s own log, newest first.',
        querystring: Type.Object({ patientId: Type.Optional(PatientId), ...Paging }),
        response: { 200: Type.Object({ accesses: Type.Array(AuditEntry), cursor: Cursor }) },
      },
    },
    (request) => {
      const { patientId, limit, cursor } = request.query;
      return patientId === undefined
        ? byOwnLog(limit, cursor)
        : byLedger({ patientId, ...pageArgs(request.query) });
    },
  );

  async function byOwnLog(limit: number, cursor: string | undefined) {
    const before = cursor === undefined ? NEWEST : Number(cursor);
    const own = log.list(Number.isSafeInteger(before) ? before : NEWEST, limit);
    const last = own.length === limit ? own.at(-1) : undefined;
    const accesses = own.map((entry) => ({ ledger: null, own: entry }));
    return { accesses, cursor: last === undefined ? null : String(last.id) };
  }

  async function byLedger(page: { patientId: string; pageSize: number; bookmark?: string }) {
    const { rows, bookmark } = await onLedger(() =>
      channels.cloud.evaluate(records, 'ListAccesses', { requester: authorityId, ...page }),
    );
    const accesses = rows.map((row) => ({ ledger: row, own: log.find(row.requestSid) ?? null }));
    return { accesses, cursor: cursorOf(bookmark) };
  }
}
