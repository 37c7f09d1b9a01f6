import { hash, randomBytes } from 'node:crypto';
import type { Database, TokenHolder } from '@careledger/service-kit';
import type { Patient, Patients } from '../patients/index.js';
import type { Delegation, DelegationStore } from './delegation-store.js';
import { ConsentError } from './errors.js';

const TOKEN_BYTES = 32;

export interface DelegateTokensOptions {
  readonly database: Database;
  readonly patients: Pick<Patients, 'byNo'>;
  readonly delegations: Pick<DelegationStore, 'get'>;
  readonly clock: () => number;
}

/** Bearer tokens of role delegate, one a delegation; only their hashes are kept. Each is good while its delegation is. */
export class DelegateTokens {
  readonly #options: DelegateTokensOptions;

  constructor(options: DelegateTokensOptions) {
    this.#options = options;
  }

  /**
   * A new token in the place of the one before, on disk when this returns. Of a delegation that is on its way to the ledgers it is good
   * from when both have it.
   * @throws ConsentError `DELEGATION_NOT_FOUND`: there is none, or it is over
   */
  issue({ patientNo }: Pick<Patient, 'patientNo'>, delegationId: string): string {
    const { database, clock } = this.#options;
    if (!this.#stands(patientNo, delegationId, ['pending', 'active']))
      throw new ConsentError(
        'DELEGATION_NOT_FOUND',
        `This patient has no delegation ${delegationId} in force`,
      );
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    database.transaction(() => {
      database
        .prepare('INSERT OR REPLACE INTO delegate_tokens VALUES (?, ?, ?, ?)')
        .run(patientNo, delegationId, hash('sha256', token, 'hex'), clock());
    });
    return token;
  }

  /** None of a patient's delegates has a token any more. */
  withdraw({ patientNo }: Pick<Patient, 'patientNo'>): void {
    const { database } = this.#options;
    database.transaction(() => {
      database.prepare('DELETE FROM delegate_tokens WHERE patient_no = ?').run(patientNo);
    });
  }

  /** Whose token has this hash; nobody's once its delegation, or one that this rests on, has ended. */
  find(sha256: string): TokenHolder | undefined {
    const { database, patients } = this.#options;
    const row = database
      .prepare('SELECT patient_no, delegation_id FROM delegate_tokens WHERE sha256 = ?')
      .get(sha256) as { patient_no: number; delegation_id: string } | undefined;
    if (row === undefined || !this.#stands(row.patient_no, row.delegation_id, ['active'])) return undefined;
    const patientIds = new Set([patients.byNo(row.patient_no).patientId]);
    const { delegation_id: delegationId } = row;
    return { role: 'delegate', mspId: undefined, patientIds, delegationId, name: undefined, unit: undefined };
  }

  /** Whether the delegation, and each that it rests on, is one of these and its time is not over. */
  #stands(patientNo: number, delegationId: string, as: readonly Delegation['status'][]): boolean {
    const { delegations, clock } = this.#options;
    const own = delegations.get(patientNo, delegationId);
    return (own?.terms.path ?? [delegationId]).every((id) => {
      const link = delegations.get(patientNo, id);
      return link !== undefined && as.includes(link.status) && clock() < Date.parse(link.terms.until);
    });
  }
}
