import type { Database } from '@careledger/service-kit';

/** Patients of whose policy the ledgers are to be asked. What writes must run within a transaction. */
export class PolicyNewsStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  note(patientNo: number): void {
    this.#database
      .prepare(
        `INSERT INTO policy_news (patient_no) VALUES (?)
         ON CONFLICT (patient_no) DO UPDATE SET times = times + 1`,
      )
      .run(patientNo);
  }

  /** How often something was heard of the patient since the ledgers were asked; undefined: never. */
  times(patientNo: number): number | undefined {
    const row = this.#database.prepare('SELECT times FROM policy_news WHERE patient_no = ?').get(patientNo);
    return (row as { times: number } | undefined)?.times;
  }

  patients(): number[] {
    const rows = this.#database.prepare('SELECT patient_no FROM policy_news ORDER BY patient_no').all();
    return (rows as { patient_no: number }[]).map(({ patient_no }) => patient_no);
  }

  /** The ledgers were asked. Changes nothing where something was heard meanwhile. */
  end(patientNo: number, times: number): void {
    this.#database
      .prepare('DELETE FROM policy_news WHERE patient_no = ? AND times = ?')
      .run(patientNo, times);
  }
}
