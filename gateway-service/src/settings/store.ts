import type { Database } from '@careledger/service-kit';

/** One version of a patient's settings, as it is kept. */
export interface StoredSettings {
  readonly version: number;
  readonly hash: string;
  readonly fromMs: number;
  readonly statement: string;
}

/** Versions of patients' settings. What writes must run within a transaction of the gateway's store. */
export class SettingsStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  insert(patientNo: number, { version, hash, fromMs, statement }: StoredSettings): void {
    this.#database
      .prepare('INSERT INTO settings_versions VALUES (?, ?, ?, ?, ?)')
      .run(patientNo, version, hash, fromMs, statement);
  }

  /** A patient's, oldest first. @param after the version that the page before ended with */
  page(patientNo: number, after: number, limit: number): StoredSettings[] {
    const rows = this.#database
      .prepare(
        `SELECT version, hash, from_ms AS fromMs, statement FROM settings_versions
         WHERE patient_no = ? AND version > ? ORDER BY version LIMIT ?`,
      )
      .all(patientNo, after, limit);
    return rows as unknown as StoredSettings[];
  }
}
