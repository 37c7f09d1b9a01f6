import { fromBase64url, kidOf } from '@careledger/crypto';
import type { Database } from '@careledger/service-kit';
import type { Patient, Patients } from './patients.js';

/**
 * Consent keys that took the place of those that patients came with: in force here from when a rotation was taken in, or
 * was found on the ledger. Each opened an epoch of the patient's policy, in which decisions are numbered anew. What
 * writes must run within a transaction; {@link load} once it is over, and at the start.
 */
export class ConsentKeys {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * @param key raw, base64url
   * @param epoch that it opens, in which it alone numbers: what another key has used up there, which was to open it and
   * was refused, is none of this one's
   */
  put(patientNo: number, key: string, epoch: number): void {
    const before = this.knownEpoch(patientNo, key);
    this.#database
      .prepare('INSERT OR REPLACE INTO consent_keys (patient_no, consent_key) VALUES (?, ?)')
      .run(patientNo, key);
    this.#database
      .prepare('INSERT OR REPLACE INTO policy_epochs (patient_no, consent_key, epoch) VALUES (?, ?, ?)')
      .run(patientNo, key, epoch);
    if ((before ?? 0) !== epoch) this.#beginNumbers(patientNo, epoch, before);
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

  /** The epoch of a key, raw, base64url; undefined of one that was not put here. */
  knownEpoch(patientNo: number, key: string): number | undefined {
    const row = this.#database
      .prepare('SELECT epoch FROM policy_epochs WHERE patient_no = ? AND consent_key = ?')
      .get(patientNo, key) as { epoch: number } | undefined;
    return row?.epoch;
  }

  /** From 1 on; above what it has signed where it numbered in another epoch so far, and what was adopted from the ledger. */
  #beginNumbers(patientNo: number, epoch: number, before: number | undefined): void {
    this.#database
      .prepare(
        `INSERT OR REPLACE INTO policy_numbers (patient_no, epoch, next_seq) SELECT ?1, ?2, max(
           coalesce((SELECT next_seq FROM policy_numbers WHERE patient_no = ?1 AND epoch = ?3), 1),
           coalesce((SELECT max(policy_seq) + 1 FROM grants
             WHERE patient_no = ?1 AND epoch = ?2 AND status IN ('active', 'revoked')), 1))`,
      )
      .run(patientNo, epoch, before ?? null);
  }
}
