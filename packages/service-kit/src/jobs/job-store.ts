import { randomId128 } from '@careledger/crypto';
import type { IdempotencyKeys } from '../http/idempotency-keys.js';
import type { IdempotentRequest } from '../http/idempotent-request.js';
import type { Problem } from '../http/problems.js';
import type { Database } from '../sqlite/database.js';
import type { Migration } from '../sqlite/migrations.js';

/** A job that has ended is kept so long. */
export const JOB_TTL_MS = 30 * 24 * 60 * 60_000;
/** Ended jobs that a new one clears away: more than it adds, and little work. */
const CLEARED_PER_JOB_MAX = 64;

/** A service that has jobs puts this at the end of its migrations. */
export const jobsMigration: Migration = {
  name: 'jobs: work that its caller asks after, by the token that asked for it',
  sql: `
    CREATE TABLE jobs (
      job_no INTEGER PRIMARY KEY,
      job_id TEXT NOT NULL UNIQUE,
      token_sha256 TEXT NOT NULL,
      kind TEXT NOT NULL,
      -- names the rows of the work, in the words of its kind
      reference TEXT NOT NULL,
      created_ms INTEGER NOT NULL,
      -- null while it is under way
      ended_ms INTEGER,
      -- what it ended with, JSON
      outcome TEXT
    ) STRICT;
    CREATE UNIQUE INDEX jobs_under_way ON jobs (kind, token_sha256, reference) WHERE ended_ms IS NULL;
    CREATE INDEX jobs_of_token ON jobs (token_sha256, job_no);
    CREATE INDEX jobs_ended ON jobs (ended_ms) WHERE ended_ms IS NOT NULL;
  `,
};

/** What a job ended with. */
export interface JobOutcome {
  readonly stage: string;
  readonly total: number | null;
  /** What it failed with. */
  readonly problem?: Problem;
  /** Where nothing else keeps it. */
  readonly result?: unknown;
}

export interface JobRow {
  readonly jobNo: number;
  readonly jobId: string;
  readonly tokenSha256: string;
  readonly kind: string;
  readonly reference: string;
  readonly createdMs: number;
  readonly endedMs: number | null;
  readonly outcome: JobOutcome | null;
}

/** Whose job it is, and what it is about. */
export type NewJobRow = Pick<JobRow, 'tokenSha256' | 'kind' | 'reference'>;

export interface JobStoreOptions {
  /** With `jobsMigration` applied, and those of IdempotencyKeys. */
  readonly database: Pick<Database, 'prepare' | 'deferred' | 'syncThen'>;
  readonly requests: Pick<IdempotencyKeys, 'find' | 'claim'>;
  /** Default Date.now. */
  readonly clock?: () => number;
}

const COLUMNS = `job_no AS jobNo, job_id AS jobId, token_sha256 AS tokenSha256, kind, reference, created_ms AS createdMs,
  ended_ms AS endedMs, outcome`;

/** The rows of jobs. What was written is on disk when its promise resolves. */
export class JobStore {
  readonly #options: JobStoreOptions;
  readonly #clock: () => number;

  constructor(options: JobStoreOptions) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
  }

  /**
   * A job; the one that is under way where the same caller asked for the same before.
   * @param request under an idempotency key: the job that it made before, also where that has ended
   */
  async open(wanted: NewJobRow, request?: IdempotentRequest): Promise<JobRow> {
    const { requests } = this.#options;
    const before = request && requests.find(request);
    const known = before?.state === 'same' ? this.find(before.reference) : undefined;
    if (known !== undefined) return known;
    const jobId = await this.#write(() => {
      const { jobId: id } = this.#underWay(wanted) ?? this.#insert(wanted);
      if (request) requests.claim(request, id);
      return id;
    });
    const made = this.find(jobId);
    if (made === undefined) throw new Error(`The job ${jobId} was not kept`);
    return made;
  }

  find(jobId: string): JobRow | undefined {
    return this.#all('WHERE job_id = ?', jobId)[0];
  }

  /** Those of a token, newest first. @param before number of the last one of the page before */
  page(tokenSha256: string, before: number | undefined, limit: number): JobRow[] {
    return this.#all(
      'WHERE token_sha256 = ? AND job_no < ? ORDER BY job_no DESC LIMIT ?',
      tokenSha256,
      before ?? Number.MAX_SAFE_INTEGER,
      limit,
    );
  }

  /** Of a kind, oldest first. */
  underWay(kind: string): JobRow[] {
    return this.#all('WHERE ended_ms IS NULL AND kind = ? ORDER BY job_no', kind);
  }

  /** One that has ended stays as it is. */
  async end(jobId: string, outcome: JobOutcome): Promise<void> {
    await this.#write(() =>
      this.#options.database
        .prepare('UPDATE jobs SET ended_ms = ?, outcome = ? WHERE job_id = ? AND ended_ms IS NULL')
        .run(this.#clock(), JSON.stringify(outcome), jobId),
    );
  }

  #underWay({ kind, tokenSha256, reference }: NewJobRow): JobRow | undefined {
    return this.#all(
      'WHERE ended_ms IS NULL AND kind = ? AND token_sha256 = ? AND reference = ?',
      kind,
      tokenSha256,
      reference,
    )[0];
  }

  #insert({ kind, tokenSha256, reference }: NewJobRow): Pick<JobRow, 'jobId'> {
    const { database } = this.#options;
    const nowMs = this.#clock();
    database
      .prepare(
        `DELETE FROM jobs WHERE job_no IN
           (SELECT job_no FROM jobs WHERE ended_ms <= ? ORDER BY ended_ms LIMIT ?)`,
      )
      .run(nowMs - JOB_TTL_MS, CLEARED_PER_JOB_MAX);
    const jobId = randomId128();
    database
      .prepare('INSERT INTO jobs (job_id, token_sha256, kind, reference, created_ms) VALUES (?, ?, ?, ?, ?)')
      .run(jobId, tokenSha256, kind, reference, nowMs);
    return { jobId };
  }

  async #write<T>(work: () => T): Promise<T> {
    const { database } = this.#options;
    const result = database.deferred(work);
    await new Promise<void>((resolve, reject) =>
      database.syncThen((error) => (error ? reject(error) : resolve())),
    );
    return result;
  }

  #all(where: string, ...values: (string | number)[]): JobRow[] {
    const rows = this.#options.database.prepare(`SELECT ${COLUMNS} FROM jobs ${where}`).all(...values);
    return (rows as unknown as (Omit<JobRow, 'outcome'> & { outcome: string | null })[]).map(
      ({ outcome, ...row }) => ({
        ...row,
        outcome: outcome === null ? null : (JSON.parse(outcome) as JobOutcome),
      }),
    );
  }
}
