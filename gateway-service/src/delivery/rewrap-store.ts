import type { Database } from '@careledger/service-kit';
import type { RewrapRequests } from '../records/handover.js';

/** A patient's wraps are to be held against the grants, version by version. */
export interface RewrapJob {
  readonly patientNo: number;
  /** Versions from this number on are left. */
  readonly from: number;
  /** The first one on which its provider did not agree yet: to be looked at once more. */
  readonly againFrom: number | null;
  /** Counts the requests: what changes while a round is under way makes another one. */
  readonly generation: number;
}

const COLUMNS = `patient_no AS patientNo, next_version_no AS "from", again_from AS againFrom, generation`;

/** Jobs of the rewrapper, one a patient. What writes must run within a transaction. */
export class RewrapStore implements RewrapRequests {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  request(patientNo: number, from = 1): void {
    this.#database
      .prepare(
        `INSERT INTO rewrap_jobs (patient_no, next_version_no) VALUES (?, ?)
         ON CONFLICT (patient_no) DO UPDATE SET
           next_version_no = min(next_version_no, excluded.next_version_no), generation = generation + 1`,
      )
      .run(patientNo, from);
  }

  get(patientNo: number): RewrapJob | undefined {
    const row = this.#database
      .prepare(`SELECT ${COLUMNS} FROM rewrap_jobs WHERE patient_no = ?`)
      .get(patientNo);
    return row as unknown as RewrapJob | undefined;
  }

  /** Patients with a job. */
  patients(): number[] {
    const rows = this.#database.prepare('SELECT patient_no FROM rewrap_jobs ORDER BY patient_no').all();
    return (rows as { patient_no: number }[]).map(({ patient_no }) => patient_no);
  }

  count(patientNo?: number): number {
    const row = (
      patientNo === undefined
        ? this.#database.prepare('SELECT count(*) AS n FROM rewrap_jobs').get()
        : this.#database.prepare('SELECT count(*) AS n FROM rewrap_jobs WHERE patient_no = ?').get(patientNo)
    ) as { n: number };
    return row.n;
  }

  /** The version at which the job stood has been looked at. Changes nothing of a job that was requested again. */
  advance({ patientNo, generation }: RewrapJob, past: number, isAgreed: boolean): void {
    this.#database
      .prepare(
        `UPDATE rewrap_jobs SET next_version_no = ?, again_from = coalesce(again_from, ?)
         WHERE patient_no = ? AND generation = ?`,
      )
      .run(past + 1, isAgreed ? null : past, patientNo, generation);
  }

  /**
   * The last version has been looked at: ends the job, or begins again where a provider did not agree.
   * @returns what is left of the job
   */
  end({ patientNo, generation }: RewrapJob): RewrapJob | undefined {
    this.#database
      .prepare('DELETE FROM rewrap_jobs WHERE patient_no = ? AND generation = ? AND again_from IS NULL')
      .run(patientNo, generation);
    this.#database
      .prepare(
        `UPDATE rewrap_jobs SET next_version_no = again_from, again_from = NULL
         WHERE patient_no = ? AND generation = ? AND again_from IS NOT NULL`,
      )
      .run(patientNo, generation);
    return this.get(patientNo);
  }

  /** Grants that ended up to here have had their wraps looked at. */
  sweptMs(): number {
    const row = this.#database.prepare('SELECT swept_ms FROM rewrap_sweep').get() as { swept_ms: number };
    return row.swept_ms;
  }

  setSwept(nowMs: number): void {
    this.#database.prepare('UPDATE rewrap_sweep SET swept_ms = ?').run(nowMs);
  }
}
