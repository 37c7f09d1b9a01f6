import type { Database } from '@careledger/service-kit';

/** A patient whose wraps here are to be held against the policy, and the ledger told. */
export interface WrapDuty {
  readonly patientId: string;
  /** Counts what made it due. */
  readonly generation: number;
}

/** Patients of whose wraps this provider may owe the ledger a word. */
export class WrapDutyStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** It is due, for a patient of whom something is held here; within a transaction or by itself. Whether it is one. */
  note(patientId: string): boolean {
    const { changes } = this.#database
      .prepare(
        `INSERT INTO wrap_duties (patient_id)
           SELECT ?1 WHERE EXISTS (SELECT 1 FROM versions WHERE patient_id = ?1)
         ON CONFLICT (patient_id) DO UPDATE SET generation = generation + 1, is_due = 1`,
      )
      .run(patientId);
    return changes === 1;
  }

  find(patientId: string): WrapDuty | undefined {
    const row = this.#database
      .prepare(
        'SELECT patient_id AS patientId, generation FROM wrap_duties WHERE patient_id = ? AND is_due = 1',
      )
      .get(patientId);
    return row as WrapDuty | undefined;
  }

  /** Patients with one. */
  due(): string[] {
    const rows = this.#database
      .prepare('SELECT patient_id AS patientId FROM wrap_duties WHERE is_due = 1')
      .all();
    return (rows as { readonly patientId: string }[]).map(({ patientId }) => patientId);
  }

  /** Changes nothing of one that has become due again. */
  end({ patientId, generation }: WrapDuty): void {
    this.#database
      .prepare('UPDATE wrap_duties SET is_due = 0 WHERE patient_id = ? AND generation = ?')
      .run(patientId, generation);
  }
}
