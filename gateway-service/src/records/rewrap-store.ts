import type { Database } from '@careledger/service-kit';

/** Earlier versions of a patient's records that a grant covers are still to be wrapped to its authority. */
export interface RewrapJob {
  readonly jobNo: number;
  readonly patientNo: number;
  readonly grantId: string;
  /** Versions from this number on are left. */
  readonly from: number;
  readonly through: number;
}

/** Jobs of the rewrapper. What writes must run within a transaction. */
export class RewrapStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  insert({ patientNo, grantId, from, through }: Omit<RewrapJob, 'jobNo'>): void {
    this.#database
      .prepare(
        'INSERT INTO rewrap_jobs (patient_no, grant_id, next_version_no, last_version_no) VALUES (?, ?, ?, ?)',
      )
      .run(patientNo, grantId, from, through);
  }

  /** All jobs, the oldest first. */
  list(): RewrapJob[] {
    const rows = this.#database
      .prepare(
        `SELECT job_no AS jobNo, patient_no AS patientNo, grant_id AS grantId, next_version_no AS "from",
           last_version_no AS through FROM rewrap_jobs ORDER BY job_no`,
      )
      .all();
    return rows as unknown as RewrapJob[];
  }

  count(patientNo?: number): number {
    const row = (
      patientNo === undefined
        ? this.#database.prepare('SELECT count(*) AS n FROM rewrap_jobs').get()
        : this.#database.prepare('SELECT count(*) AS n FROM rewrap_jobs WHERE patient_no = ?').get(patientNo)
    ) as { n: number };
    return row.n;
  }

  advance(jobNo: number, from: number): void {
    this.#database.prepare('UPDATE rewrap_jobs SET next_version_no = ? WHERE job_no = ?').run(from, jobNo);
  }

  remove(jobNo: number): void {
    this.#database.prepare('DELETE FROM rewrap_jobs WHERE job_no = ?').run(jobNo);
  }
}
