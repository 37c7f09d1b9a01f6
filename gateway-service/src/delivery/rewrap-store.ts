import type { Database } from '@careledger/service-kit';
import type { RewrapRequests } from '../records/handover.js';

/** Version numbers, both included. */
export interface VersionRange {
  readonly first: number;
  readonly last: number;
}

/** A patient's wraps are to be held against the grants, version by version, from the newest back. */
export interface RewrapJob extends VersionRange {
  readonly patientNo: number;
  /** Versions from this number back to the first are left. */
  readonly next: number;
  /** Counts the requests: what changes while a round is under way makes another one. */
  readonly generation: number;
}

const COLUMNS =
  'patient_no AS patientNo, first_no AS "first", last_no AS "last", next_no AS "next", generation';

/** Jobs of the rewrapper, one a patient. What writes must run within a transaction. */
export class RewrapStore implements RewrapRequests {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Begins at the newest version again, whatever is on its way: it is the one that is asked for first. */
  request(patientNo: number, first = 1): void {
    this.#database
      .prepare(
        `INSERT INTO rewrap_jobs (patient_no, first_no, last_no, next_no)
           SELECT ?, ?, newest, newest
           FROM (SELECT coalesce(max(version_no), 0) AS newest FROM record_versions WHERE patient_no = ?) WHERE true
         ON CONFLICT (patient_no) DO UPDATE SET
           first_no = min(first_no, excluded.first_no), last_no = excluded.last_no, next_no = excluded.next_no,
           again_first = NULL, again_last = NULL, generation = generation + 1`,
      )
      .run(patientNo, first, patientNo);
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

  /** These are to be looked at once more. Changes nothing of a job that was requested again. */
  comeAgain({ patientNo, generation }: RewrapJob, { first, last }: VersionRange): void {
    this.#database
      .prepare(
        `UPDATE rewrap_jobs SET again_first = min(coalesce(again_first, ?1), ?1),
           again_last = max(coalesce(again_last, ?2), ?2)
         WHERE patient_no = ?3 AND generation = ?4`,
      )
      .run(first, last, patientNo, generation);
  }

  /** The version at which the job stood has been looked at. Changes nothing of a job that was requested again. */
  advance(job: RewrapJob, past: number, isAgreed: boolean): void {
    if (!isAgreed) this.comeAgain(job, { first: past, last: past });
    this.#database
      .prepare('UPDATE rewrap_jobs SET next_no = ? WHERE patient_no = ? AND generation = ?')
      .run(past - 1, job.patientNo, job.generation);
  }

  /**
   * The first version has been looked at: begins again with those that are to come again; without any the job is over.
   * @param isSettled whether nothing else of the patient's is left either
   * @returns what is left of the job
   */
  end({ patientNo, generation }: RewrapJob, isSettled: boolean): RewrapJob | undefined {
    if (isSettled)
      this.#database
        .prepare('DELETE FROM rewrap_jobs WHERE patient_no = ? AND generation = ? AND again_first IS NULL')
        .run(patientNo, generation);
    this.#database
      .prepare(
        `UPDATE rewrap_jobs SET first_no = again_first, last_no = again_last, next_no = again_last,
           again_first = NULL, again_last = NULL
         WHERE patient_no = ? AND generation = ? AND again_first IS NOT NULL`,
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
