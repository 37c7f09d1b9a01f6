import type { Database } from '@careledger/service-kit';
import type { DueRecord } from '../processing/index.js';

/** Which record: a window or an episode of a patient. */
export type RecordSource = Pick<DueRecord, 'patientNo' | 'kind' | 'source'>;

/** A record that was due and cannot be made as it is. */
export interface UnmadeRecord extends RecordSource {
  readonly code: string;
  readonly reason: string;
  readonly notedMs: number;
}

/** What this gateway owes and cannot make, for people to see. What writes must run within a transaction. */
export class UnmadeStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  put({ patientNo, kind, source, code, reason, notedMs }: UnmadeRecord): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO unmade_records VALUES (?, ?, ?, ?, ?, ?)')
      .run(patientNo, kind, source, code, reason, notedMs);
  }

  /** It has been made, or there is nothing to say any more. */
  remove({ patientNo, kind, source }: RecordSource): void {
    this.#database
      .prepare('DELETE FROM unmade_records WHERE patient_no = ? AND kind = ? AND place = ?')
      .run(patientNo, kind, source);
  }

  count(): number {
    const row = this.#database.prepare('SELECT count(*) AS n FROM unmade_records').get() as { n: number };
    return row.n;
  }

  /** The newest first. */
  list(limit: number): UnmadeRecord[] {
    const rows = this.#database
      .prepare(
        `SELECT patient_no AS patientNo, kind, place AS source, code, reason, noted_ms AS notedMs FROM unmade_records
         ORDER BY noted_ms DESC LIMIT ?`,
      )
      .all(limit);
    return rows as unknown as UnmadeRecord[];
  }
}
