import type { Database } from '@careledger/service-kit';

/** When patients' passphrases last became others: nothing of the passphrases themselves. */
export class PassphraseChanges {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Milliseconds since 1970; undefined for one that is as it was at the enrolment. */
  lastMs(patientNo: number): number | undefined {
    const row = this.#database
      .prepare('SELECT changed_ms AS ms FROM passphrase_changes WHERE patient_no = ?')
      .get(patientNo) as { ms: number } | undefined;
    return row?.ms;
  }

  /** On disk when this returns. */
  note(patientNo: number, nowMs: number): void {
    this.#database.transaction(() =>
      this.#database
        .prepare('INSERT OR REPLACE INTO passphrase_changes (patient_no, changed_ms) VALUES (?, ?)')
        .run(patientNo, nowMs),
    );
  }
}
