import type { Store } from '../store/store.js';

/** A direct emergency notice as it is kept: the bundle stays sealed and is opened for whoever reads it. */
export interface KeptEmergency {
  readonly patientId: string;
  readonly sid: string;
  /** Of the statement: tells a repetition from another one. */
  readonly hash: string;
  readonly recordId: string;
  readonly version: number;
  readonly sealed: string;
  readonly noticeId: number;
  readonly receivedAt: string;
  /** When its announcement was seen on the ledger, or the notice came after it. */
  readonly matchedAt: string | null;
}

type RecordVersion = Pick<KeptEmergency, 'patientId' | 'recordId' | 'version'>;

const COLUMNS = `patient_id AS patientId, sid, hash, record_id AS recordId, version, sealed, notice_id AS noticeId,
  received_at AS receivedAt, matched_at AS matchedAt`;

/** Direct emergency notices. Writing only within `store.commit`. */
export class EmergencyStore {
  constructor(readonly store: Store) {}

  find(patientId: string, sid: string): KeptEmergency | undefined {
    return this.store.get(
      `SELECT ${COLUMNS} FROM emergencies WHERE patient_id = ? AND sid = ?`,
      patientId,
      sid,
    );
  }

  ofRecord({ patientId, recordId, version }: RecordVersion): KeptEmergency | undefined {
    return this.store.get(
      `SELECT ${COLUMNS} FROM emergencies WHERE patient_id = ? AND record_id = ? AND version = ?`,
      patientId,
      recordId,
      version,
    );
  }

  ofNotice(noticeId: number): KeptEmergency | undefined {
    return this.store.get(`SELECT ${COLUMNS} FROM emergencies WHERE notice_id = ?`, noticeId);
  }

  put(emergency: KeptEmergency): void {
    this.store.run(
      'INSERT INTO emergencies VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
      emergency.patientId,
      emergency.sid,
      emergency.hash,
      emergency.recordId,
      emergency.version,
      emergency.sealed,
      emergency.noticeId,
      emergency.receivedAt,
      emergency.matchedAt,
    );
  }

  /** The record was announced: its direct notices are matched. False where there was none. */
  match({ patientId, recordId, version }: RecordVersion): boolean {
    const direct = this.ofRecord({ patientId, recordId, version }) !== undefined;
    if (direct)
      this.store.run(
        `UPDATE emergencies SET matched_at = ?
         WHERE patient_id = ? AND record_id = ? AND version = ? AND matched_at IS NULL`,
        new Date().toISOString(),
        patientId,
        recordId,
        version,
      );
    return direct;
  }

  /** Received before a time and not seen on the ledger since, oldest first. */
  unmatched(receivedBefore: string, limit: number): KeptEmergency[] {
    return this.store.all(
      `SELECT ${COLUMNS} FROM emergencies WHERE matched_at IS NULL AND received_at < ?
       ORDER BY received_at LIMIT ?`,
      receivedBefore,
      limit,
    );
  }
}
