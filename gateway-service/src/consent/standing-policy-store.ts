import type { StandingPolicyName } from '@careledger/consent';
import type { Database } from '@careledger/service-kit';

/** Rules that a patient has picked in one step. */
export interface SetPolicy {
  readonly name: StandingPolicyName;
  readonly version: number;
  /** Ids of its statements, in their order. */
  readonly statements: readonly string[];
  readonly setMs: number;
}

interface Row extends Omit<SetPolicy, 'statements'> {
  readonly statements: string;
}

/** Standing policies as patients have set them here. What writes must run within a transaction. */
export class StandingPolicyStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The one that was set last. */
  last(patientNo: number): SetPolicy | undefined {
    const row = this.#database
      .prepare(
        `SELECT name, version, statements, set_ms AS setMs FROM standing_policies
         WHERE patient_no = ? ORDER BY policy_no DESC LIMIT 1`,
      )
      .get(patientNo) as Row | undefined;
    return row && { ...row, statements: JSON.parse(row.statements) as string[] };
  }

  /** Whether these statements were set before, last or not. @param statements ids, in their order */
  has(patientNo: number, statements: readonly string[]): boolean {
    const row = this.#database
      .prepare('SELECT 1 FROM standing_policies WHERE patient_no = ? AND statements = ? LIMIT 1')
      .get(patientNo, JSON.stringify(statements));
    return row !== undefined;
  }

  insert(patientNo: number, { name, version, statements, setMs }: SetPolicy): void {
    this.#database
      .prepare(
        `INSERT INTO standing_policies (patient_no, name, version, statements, set_ms) VALUES (?, ?, ?, ?, ?)`,
      )
      .run(patientNo, name, version, JSON.stringify(statements), setMs);
  }
}
