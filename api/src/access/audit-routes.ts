import { records } from '@careledger/contracts';
import { PatientId } from '@careledger/domain';
import { ledgerAnswers, ledgerPageQuery, nextOf, onLedger, pageArgs } from '@careledger/ledger/service';
import {
  Next,
  fromCursor,
  pageOfRows,
  requireRole,
  withExamples,
  type ServiceApp,
} from '@careledger/service-kit';
import { Type } from 'typebox';
import type { Channels } from '../ledger-port.js';
import type { AccessLog } from './access-log.js';
import { AuditEntry } from './schemas.js';
import * as examples from './examples.js';

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
        querystring: Type.Object({ patientId: Type.Optional(PatientId), ...ledgerPageQuery }),
        response: {
          200: withExamples(Type.Object({ accesses: Type.Array(AuditEntry), next: Next }), {
            accesses: [examples.entry],
            next: null,
          }),
        },
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
    const before = cursor === undefined ? NEWEST : fromCursor(cursor, Type.Integer());
    const { rows, next } = pageOfRows(log.list(before, limit + 1), limit, ({ id }) => id);
    return { accesses: rows.map((entry) => ({ ledger: null, own: entry })), next };
  }

  async function byLedger(page: { patientId: string; pageSize: number; bookmark?: string }) {
    const { rows, bookmark } = await onLedger(() =>
      channels.cloud.evaluate(records, 'ListAccesses', { requester: authorityId, ...page }),
    );
    const accesses = rows.map((row) => ({ ledger: row, own: log.find(row.requestSid) ?? null }));
    return { accesses, next: nextOf(bookmark) };
  }
}
