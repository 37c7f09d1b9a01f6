import { randomBytes, hash } from 'node:crypto';
import type { Database, TokenHolder } from '@careledger/service-kit';
import type { Patient, Patients } from './patients.js';

const TOKEN_BYTES = 32;

/** Bearer tokens of role patient, made when a patient is; only their hashes are kept. */
export class PatientTokens {
  readonly #database: Database;
  readonly #patients: Pick<Patients, 'byNo'>;

  constructor(database: Database, patients: Pick<Patients, 'byNo'>) {
    this.#database = database;
    this.#patients = patients;
  }

  /** A new token, on disk when this returns. Earlier ones stay good unless `isOnly`. */
  issue({ patientNo }: Patient, { isOnly, nowMs }: { isOnly: boolean; nowMs: number }): string {
    return this.#database.transaction(() => {
      if (isOnly) this.#database.prepare('DELETE FROM patient_tokens WHERE patient_no = ?').run(patientNo);
      return this.#insert(patientNo, nowMs);
    });
  }

  /** One more for each, in their order, all on disk when this returns. */
  issueAll(patients: readonly Patient[], nowMs: number): string[] {
    return this.#database.transaction(() => patients.map(({ patientNo }) => this.#insert(patientNo, nowMs)));
  }

  /** Whose token has this hash. */
  find(sha256: string): TokenHolder | undefined {
    const row = this.#database
      .prepare('SELECT patient_no FROM patient_tokens WHERE sha256 = ?')
      .get(sha256) as { patient_no: number } | undefined;
    if (row === undefined) return undefined;
    const patientIds = new Set([this.#patients.byNo(row.patient_no).patientId]);
    return { role: 'patient', mspId: undefined, patientIds, name: undefined, unit: undefined };
  }

  #insert(patientNo: number, nowMs: number): string {
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    this.#database
      .prepare('INSERT INTO patient_tokens VALUES (?, ?, ?)')
      .run(hash('sha256', token, 'hex'), patientNo, nowMs);
    return token;
  }
}
