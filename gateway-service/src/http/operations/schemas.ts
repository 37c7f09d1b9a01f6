import { CompactJws } from '@careledger/contracts';
import { AuthorityId, ChannelName, PatientId, Timestamp, TxId, closedObject } from '@careledger/domain';
import { jobOf } from '@careledger/service-kit';
import { Type, type Static } from 'typebox';
import { WAIT_MS } from '../limits.js';

/** A request waits no longer than this for the outbox; the caller asks again. */
const FLUSH_WAIT_MAX_MS = 25_000;

export const FlushQuery = Type.Object({
  timeoutMs: Type.Integer({ minimum: 0, maximum: FLUSH_WAIT_MAX_MS, default: WAIT_MS }),
});

/** Counts of what is left: records due, versions on their way, consent steps, wraps to add, tags to confirm. */
export const FlushView = Type.Object(
  {
    patientId: PatientId,
    isDrained: Type.Boolean(),
    due: Type.Integer(),
    open: Type.Integer(),
    consent: Type.Integer(),
    rewraps: Type.Integer(),
    confirmations: Type.Integer(),
    anchoredHeight: Type.Union([Type.Integer(), Type.Null()]),
  },
  { title: 'FlushView' },
);
export type FlushView = Static<typeof FlushView>;

/** Ends when everything has arrived. */
export const FlushJob = jobOf('FlushJob', Type.Union([FlushView, Type.Null()]));

export const FlushAllView = Type.Object(
  { isDrained: Type.Boolean(), patients: Type.Array(FlushView) },
  { title: 'FlushAllView' },
);
export type FlushAllView = Static<typeof FlushAllView>;
export const FlushAllJob = jobOf('FlushAllJob', Type.Union([FlushAllView, Type.Null()]));

const WorkerView = Type.Object(
  {
    name: Type.String(),
    waiting: Type.Integer(),
    running: Type.Integer(),
    failures: Type.Integer(),
    lastError: Type.Union([Type.String(), Type.Null()]),
  },
  { title: 'WorkerView' },
);

/** Rows of what is wrong. */
export const SHOWN_MAX = 50;
const Shown = <Row extends Parameters<typeof Type.Array>[0]>(row: Row) =>
  Type.Object({
    total: Type.Integer(),
    newest: Type.Array(row, { description: `Of \`total\`, at most ${SHOWN_MAX}` }),
  });
const UnmadeView = Type.Object({
  patientId: PatientId,
  kind: Type.String(),
  place: Type.String(),
  code: Type.String(),
  at: Timestamp,
});
const UndeliveredView = Type.Object({
  patientId: PatientId,
  authorityId: AuthorityId,
  code: Type.String(),
  at: Timestamp,
});

export const OutboxView = Type.Object(
  {
    due: Type.Integer(),
    /** Those of them that are put off: their devices brought about more than they may in an hour. */
    deferred: Type.Integer(),
    open: Type.Object({ emergency: Type.Integer(), periodic: Type.Integer() }),
    consent: Type.Integer(),
    rewraps: Type.Integer(),
    /** Versions by authorities whose tags are to be confirmed. */
    confirmations: Type.Integer(),
    /** Milliseconds since the oldest record that is not announced was made. */
    oldestAgeMs: Type.Union([Type.Integer(), Type.Null()]),
    /** Records that cannot be made as they are, and notices that were never delivered; the newest say why. */
    unmade: Shown(UnmadeView),
    undelivered: Shown(UndeliveredView),
    workers: Type.Array(WorkerView),
    ledgerAway: Type.Union([Type.String(), Type.Null()]),
    providersResting: Type.Array(Type.String()),
    reconciliation: Type.Unknown(),
  },
  { title: 'OutboxView' },
);
export type OutboxView = Static<typeof OutboxView>;

export const AttestationBody = closedObject({ channel: ChannelName, txId: TxId });
export type AttestationBody = Static<typeof AttestationBody>;
export const AttestationView = Type.Object({ statement: CompactJws });
