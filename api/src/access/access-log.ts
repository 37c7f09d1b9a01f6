import type { PurposeOfUse } from '@careledger/domain';
import type { Store } from '../store/store.js';

/** What became of a request: what was shown to the caller, or why nothing was. */
export type AccessOutcome = 'opened' | 'denied' | (string & {});

/** One request for a record, as this authority made it. */
export interface LoggedAccess {
  readonly id: number;
  readonly requestSid: string;
  readonly patientId: string;
  readonly recordId: string;
  readonly version: number | null;
  readonly purpose: PurposeOfUse;
  readonly practitionerId: string | null;
  readonly unit: string | null;
  /** Name of the bearer token. */
  readonly caller: string | null;
  readonly providerId: string;
  readonly askedAt: string;
  /** Null where the answer never came: the ledger knows. */
  readonly decision: 'permit' | 'deny' | null;
  readonly reason: string | null;
  readonly txId: string | null;
  /** `opened`, `denied`, or the code with which nothing was shown; null until it is known. */
  readonly outcome: AccessOutcome | null;
}

const COLUMNS = `id, request_sid AS requestSid, patient_id AS patientId, record_id AS recordId, version, purpose,
  practitioner_id AS practitionerId, unit, caller, provider_id AS providerId, asked_at AS askedAt, decision, reason,
  tx_id AS txId, outcome`;

export type AskedAccess = Omit<LoggedAccess, 'id' | 'askedAt' | 'decision' | 'reason' | 'txId' | 'outcome'>;

/** This authority's own log of its requests: on disk before each leaves. Writing only within `store.commit`. */
export class AccessLog {
  constructor(readonly store: Store) {}

  asked(access: AskedAccess): void {
    this.store.run(
      `INSERT INTO accesses (request_sid, patient_id, record_id, version, purpose, practitioner_id, unit, caller,
         provider_id, asked_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
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
    return this.store.get(`SELECT ${COLUMNS} FROM accesses WHERE request_sid = ?`, requestSid);
  }

  /** Newest first, before an id. */
  list(beforeId: number, limit: number): LoggedAccess[] {
    return this.store.all(
      `SELECT ${COLUMNS} FROM accesses WHERE id < ? ORDER BY id DESC LIMIT ?`,
      beforeId,
      limit,
    );
  }
}
