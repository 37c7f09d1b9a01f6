import { fromBase64url, kidOf } from '@careledger/crypto';
import type { Database } from '@careledger/service-kit';
import type { Patient, Patients } from './patients.js';

/**
 * Consent keys that took the place of those that patients came with: in force here from when a rotation was taken in, or
 * was found on the ledger. Each opened an epoch of the patient's policy, in which decisions are numbered anew. What writes must
 * run within a transaction; {@link load} once it is over, and at the start.
 */
export class ConsentKeys {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * @param key raw, base64url
   * @param epoch that it opens; that which it had unless told
   */
  put(patientNo: number, key: string, epoch = this.#epochOf(patientNo, key)): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO consent_keys (patient_no, consent_key) VALUES (?, ?)')
      .run(patientNo, key);
    this.#database
      .prepare('INSERT OR REPLACE INTO policy_epochs (patient_no, consent_key, epoch) VALUES (?, ?, ?)')
      .run(patientNo, key, epoch);
  }

  /** The epoch of the key in force: 0 of the one that the patient came with. */
  epoch(patientNo: number): number {
    const row = this.#database
      .prepare(
        `SELECT epoch FROM policy_epochs
         WHERE patient_no = ? AND consent_key = (SELECT consent_key FROM consent_keys WHERE patient_no = ?)`,
      )
      .get(patientNo, patientNo) as { epoch: number } | undefined;
    return row?.epoch ?? 0;
  }

  /** The epoch in which a key with this thumbprint numbered. */
  epochOfKid(patientNo: number, kid: string): number {
    const rows = this.#database
      .prepare('SELECT consent_key AS key, epoch FROM policy_epochs WHERE patient_no = ?')
      .all(patientNo) as { key: string; epoch: number }[];
    return rows.find(({ key }) => kidOf('Ed25519', fromBase64url(key)) === kid)?.epoch ?? 0;
  }

  /** Tells `patients` which key counts for one of them. */
  load(patients: Pick<Patients, 'useConsentKey'>, { patientNo }: Pick<Patient, 'patientNo'>): void {
    const row = this.#database
      .prepare('SELECT consent_key AS key FROM consent_keys WHERE patient_no = ?')
      .get(patientNo) as { key: string } | undefined;
    if (row !== undefined) patients.useConsentKey({ patientNo }, row.key);
  }

  #epochOf(patientNo: number, key: string): number {
    const row = this.#database
      .prepare('SELECT epoch FROM policy_epochs WHERE patient_no = ? AND consent_key = ?')
      .get(patientNo, key) as { epoch: number } | undefined;
    return row?.epoch ?? 0;
  }
}
