import { AccessState, records } from '@careledger/contracts';
import { Id128, PatientId, PurposeOfUse, RecordId, RecordVersion, Timestamp } from '@careledger/domain';
import { onLedger } from '@careledger/ledger/service';
import { requireRole, type ServiceApp } from '@careledger/service-kit';
import { Type } from 'typebox';
import { ACCESS_BASES, type AccessLog } from '../access/access-log.js';
import type { Channels } from '../ledger-port.js';
import { Cursor, NullOr, Paging, cursorOf, pageArgs } from './schemas.js';

const OwnEntry = Type.Object({
  /** `request`: through a provider. `notice`: a direct emergency was shown. `visit`: what this authority did. */
  basis: Type.Enum([...ACCESS_BASES]),
  requestSid: Id128,
  patientId: PatientId,
  recordId: NullOr(RecordId),
  visitId: NullOr(Id128),
  version: NullOr(RecordVersion),
  purpose: PurposeOfUse,
  practitionerId: NullOr(Type.String()),
  unit: NullOr(Type.String()),
  caller: NullOr(Type.String()),
  providerId: NullOr(Type.String()),
  askedAt: Timestamp,
  decision: NullOr(AccessState.properties.decision),
  reason: NullOr(Type.String()),
  /** Of a notice: the own peer, or, while that was away, the own mirror. */
  decidedBy: NullOr(Type.Enum(['peer', 'mirror'])),
  txId: NullOr(Type.String()),
  /** `opened`, `denied`, or the code with which nothing was shown; null: the answer never came. */
  outcome: NullOr(Type.String()),
});
const Entry = Type.Object({
  /** Null: this authority asked, the ledger shows no decision (on this page). */
  ledger: NullOr(AccessState),
  /** Null: the ledger has a request under this authority's key that this service did not make. Look into it. */
  own: NullOr(OwnEntry),
});
/** Before every id. */
const NEWEST = Number.MAX_SAFE_INTEGER;

export function addAuditRoutes(
  app: ServiceApp,
  log: AccessLog,
  channels: Channels,
  authorityId: string,
): void {
  app.get(
    '/v1/audit',
    {
      config: requireRole('auditor'),
      schema: {
        summary: 'What this authority asked for and showed, and the answers',
        description:
          'With `patientId`: as the ledger has it, oldest first. Without: by this service’s own log, newest first.',
        querystring: Type.Object({ patientId: Type.Optional(PatientId), ...Paging }),
        response: { 200: Type.Object({ accesses: Type.Array(Entry), cursor: Cursor }) },
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
