import type { PurposeOfUse } from '@careledger/domain';
import type { Store } from '../store/store.js';

/** What became of a request: what was shown to the caller, or why nothing was. */
export type AccessOutcome = 'opened' | 'denied' | (string & {});

/**
 * What somebody's sight of something rests on: a request through a provider, a direct emergency notice, a visit that
 * this authority recorded itself, or the copy that it keeps.
 */
export const ACCESS_BASES = ['request', 'notice', 'visit', 'copy'] as const;
export type AccessBasis = (typeof ACCESS_BASES)[number];

/** One reading, or the try of one, as this authority made it. */
export interface LoggedAccess {
  readonly id: number;
  readonly basis: AccessBasis;
  /** Of the statement; of a visit or a copy, which no statement tells of, a number of its own. */
  readonly requestSid: string;
  readonly patientId: string;
  /** Null for a visit. */
  readonly recordId: string | null;
  readonly version: number | null;
  /** Of a visit. */
  readonly visitId: string | null;
  readonly purpose: PurposeOfUse;
  readonly practitionerId: string | null;
  readonly unit: string | null;
  /** Name of the bearer token. */
  readonly caller: string | null;
  /** Of a request. */
  readonly providerId: string | null;
  readonly askedAt: string;
  /** Null where the answer never came: the ledger knows. */
  readonly decision: 'permit' | 'deny' | null;
  readonly reason: string | null;
  /** Of a notice, and of a copy. */
  readonly decidedBy: 'peer' | 'mirror' | null;
  readonly txId: string | null;
  /** `opened`, `denied`, or the code with which nothing was shown; null until it is known. */
  readonly outcome: AccessOutcome | null;
}

/** Of a {@link LoggedAccess}. */
export const ACCESS_COLUMNS = `id, basis, request_sid AS requestSid, patient_id AS patientId, record_id AS recordId, version,
  visit_id AS visitId, purpose, practitioner_id AS practitionerId, unit, caller, provider_id AS providerId,
  asked_at AS askedAt, decision, reason, decided_by AS decidedBy, tx_id AS txId, outcome`;

/** Who asks, for what purpose. */
export type AskedBy = Pick<LoggedAccess, 'purpose' | 'practitionerId' | 'unit' | 'caller'>;
export type AskedAccess = AskedBy &
  Pick<LoggedAccess, 'requestSid' | 'patientId' | 'version'> & {
    readonly recordId: string;
    readonly providerId: string;
  };
/** What is shown without a request: decided here, at once. */
export type ShownAccess = AskedBy &
  Pick<
    LoggedAccess,
    'requestSid' | 'patientId' | 'recordId' | 'version' | 'visitId' | 'reason' | 'decidedBy'
  > & {
    readonly basis: Exclude<AccessBasis, 'request'>;
  };

/** This authority's own log of what it asked for and showed: on disk before. Writing only within `store.commit`. */
export class AccessLog {
  constructor(readonly store: Store) {}

  asked(access: AskedAccess): void {
    this.store.run(
      `INSERT INTO accesses (basis, request_sid, patient_id, record_id, version, purpose, practitioner_id, unit, caller,
         provider_id, asked_at) VALUES ('request', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      access.requestSid,
      access.patientId,
      access.recordId,
      access.version,
      access.purpose,
      access.practitionerId,
      access.unit,
      access.caller,
      access.providerId,
      new Date().toISOString(),
    );
  }

  shown(access: ShownAccess): void {
    this.store.run(
      `INSERT INTO accesses (basis, request_sid, patient_id, record_id, version, visit_id, purpose, practitioner_id,
         unit, caller, asked_at, decision, reason, decided_by, outcome)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'permit', ?, ?, 'opened')`,
      access.basis,
      access.requestSid,
      access.patientId,
      access.recordId,
      access.version,
      access.visitId,
      access.purpose,
      access.practitionerId,
      access.unit,
      access.caller,
      new Date().toISOString(),
      access.reason,
      access.decidedBy,
    );
  }

  answered(
    requestSid: string,
    answer: Partial<Pick<LoggedAccess, 'version' | 'decision' | 'reason' | 'txId' | 'outcome'>>,
  ): void {
    this.store.run(
      `UPDATE accesses SET version = coalesce(?, version), decision = coalesce(?, decision),
         reason = coalesce(?, reason), tx_id = coalesce(?, tx_id), outcome = coalesce(?, outcome)
       WHERE request_sid = ?`,
      answer.version ?? null,
      answer.decision ?? null,
      answer.reason ?? null,
      answer.txId ?? null,
      answer.outcome ?? null,
      requestSid,
    );
  }

  find(requestSid: string): LoggedAccess | undefined {
    return this.store.get(`SELECT ${ACCESS_COLUMNS} FROM accesses WHERE request_sid = ?`, requestSid);
  }

  /** Newest first, before an id. */
  list(beforeId: number, limit: number): LoggedAccess[] {
    return this.store.all(
      `SELECT ${ACCESS_COLUMNS} FROM accesses WHERE id < ? ORDER BY id DESC LIMIT ?`,
      beforeId,
      limit,
    );
  }
}
