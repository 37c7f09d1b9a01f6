import type { AnnouncedRecordState } from '@careledger/contracts';
import type { Store } from '../store/store.js';

/** An announced version that is to be copied. */
export interface WaitingVersion {
  readonly place: number;
  readonly record: AnnouncedRecordState;
  /** How often it was asked for in vain. */
  readonly attempts: number;
}

/** Announced versions that wait to be copied, on disk. Writing only within `store.commit`. */
export class IntakeStore {
  constructor(readonly store: Store) {}

  add(record: AnnouncedRecordState, nowMs: number): void {
    const { patientId, recordId, version } = record;
    this.store.run(
      `INSERT INTO copy_intake (patient_id, record_id, version, state, due_ms) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET state = excluded.state`,
      ...[patientId, recordId, version, JSON.stringify(record), nowMs],
    );
  }

  /** The oldest that are due, all of one patient. */
  due(nowMs: number, limit: number): WaitingVersion[] {
    return this.store
      .all<{ place: number; state: string; attempts: number }>(
        `SELECT place, state, attempts FROM copy_intake
         WHERE due_ms <= ?1 AND patient_id = (SELECT patient_id FROM copy_intake WHERE due_ms <= ?1 ORDER BY place LIMIT 1)
         ORDER BY place LIMIT ?2`,
        nowMs,
        limit,
      )
      .map(({ place, state, attempts }) => ({
        ...{ place, attempts },
        record: JSON.parse(state) as AnnouncedRecordState,
      }));
  }

  done({ place }: WaitingVersion): void {
    this.store.run('DELETE FROM copy_intake WHERE place = ?', place);
  }

  again({ place }: WaitingVersion, dueMs: number): void {
    this.store.run(
      'UPDATE copy_intake SET attempts = attempts + 1, due_ms = ? WHERE place = ?',
      dueMs,
      place,
    );
  }

  forget(patientId: string): void {
    this.store.run('DELETE FROM copy_intake WHERE patient_id = ?', patientId);
  }
}
