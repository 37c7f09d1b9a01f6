import type { Database } from '@careledger/service-kit';
import type { Patient, Patients } from './patients.js';

/**
 * Consent keys that took the place of those that patients came with: in force here from when a rotation was taken in, or
 * was found on the ledger. What writes must run within a transaction; {@link load} once it is over, and at the start.
 */
export class ConsentKeys {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** @param key raw, base64url */
  put(patientNo: number, key: string): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO consent_keys (patient_no, consent_key) VALUES (?, ?)')
      .run(patientNo, key);
  }

  /** Tells `patients` which key counts for one of them. */
  load(patients: Pick<Patients, 'useConsentKey'>, { patientNo }: Pick<Patient, 'patientNo'>): void {
    const row = this.#database
      .prepare('SELECT consent_key AS key FROM consent_keys WHERE patient_no = ?')
      .get(patientNo) as { key: string } | undefined;
    if (row !== undefined) patients.useConsentKey({ patientNo }, row.key);
  }
}
