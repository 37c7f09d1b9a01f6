import { Type } from 'typebox';
import { catalogued } from '../http/error-handler.js';
import { fromCursor, pageOfRows, type PageQuery } from '../http/pages.js';
import { commonProblems, ProblemError, type ProblemCatalogue } from '../http/problems.js';
import type { Logger } from '../logging.js';
import type { Job, JobSummary, JobWords } from './job.js';
import type { JobRow, JobStore } from './job-store.js';
import { watched, type JobKind } from './kind.js';
import { LongWork } from './long-work.js';
import { OwnWork, type DoJob } from './own-work.js';
import type { LookAtWork, Progress } from './progress.js';
import { failed, succeeded, underWay } from './view.js';

export interface JobsOptions {
  readonly store: JobStore;
  /** The service's own codes; the common ones are added. */
  readonly problems: ProblemCatalogue;
  readonly logger: Pick<Logger, 'warn'>;
}

/**
 * Work that goes on after its request was answered. A job is a row that names the work: how far that has come is read
 * from the work's own rows (`watch`), or the job itself is the work (`perform`). Both outlive the process.
 */
export class Jobs implements AsyncDisposable {
  readonly #options: JobsOptions;
  readonly #catalogue: ProblemCatalogue;
  readonly #kinds = new Map<string, JobKind>();
  readonly #own: OwnWork[] = [];
  readonly #words: JobWords[] = [];

  constructor(options: JobsOptions) {
    this.#options = options;
    this.#catalogue = { ...commonProblems, ...options.problems };
  }

  /** Work that has durable rows of its own. */
  watch<Result, Stage extends string>(
    words: JobWords<Stage>,
    look: LookAtWork<Result, NoInfer<Stage>>,
  ): LongWork<Result> {
    const { store } = this.#options;
    const { kind } = words;
    this.#add(words, watched(look));
    return new LongWork(async ({ tokenSha256, reference, waitMs, isAnswered }) => {
      const progress = await look(reference, { waitMs, isEnough: isAnswered });
      if (isAnswered(progress)) return { isDone: true, result: progress.result };
      return { isDone: false, job: underWay(await store.open({ tokenSha256, kind, reference }), progress) };
    });
  }

  /** Work that the job does itself; before `start`. */
  perform<Result, Stage extends string>(
    words: JobWords<Stage>,
    run: DoJob<Result, NoInfer<Stage>>,
  ): LongWork<Result, Result | null> {
    const { logger, store } = this.#options;
    const { kind } = words;
    const own = new OwnWork({ name: kind, run, store, catalogue: this.#catalogue, logger });
    this.#add(words, own);
    this.#own.push(own);
    return new LongWork(async ({ tokenSha256, reference, waitMs, idempotent }) => {
      const row = await store.open({ tokenSha256, kind, reference }, idempotent);
      if (row.outcome === null) own.add(row.jobId);
      const job = await this.#look(row, waitMs);
      if (job.problem !== null) throw errorOf(job.problem);
      // Kept as the run returned it.
      if (job.state === 'succeeded') return { isDone: true, result: job.result as Result };
      return { isDone: false, job: { ...job, result: null } };
    });
  }

  /** What there is, in the order in which it was added. */
  get words(): readonly JobWords[] {
    return this.#words;
  }

  /** Goes on with what earlier runs left. */
  start(): void {
    for (const own of this.#own) own.start();
  }

  /** A caller's job; waits for its end, or until the time is over. @throws ProblemError NOT_FOUND */
  async get(tokenSha256: string, jobId: string, waitMs: number): Promise<Job> {
    const row = this.#options.store.find(jobId);
    if (row?.tokenSha256 !== tokenSha256)
      throw new ProblemError('NOT_FOUND', 'There is no such job of this token');
    return this.#look(row, waitMs);
  }

  /** A caller's, newest first. */
  async list(
    tokenSha256: string,
    { cursor, limit }: PageQuery,
  ): Promise<{ jobs: JobSummary[]; next: string | null }> {
    const before = cursor === undefined ? undefined : fromCursor(cursor, Type.Integer({ minimum: 1 }));
    const found = this.#options.store.page(tokenSha256, before, limit + 1);
    const { rows, next } = pageOfRows(found, limit, ({ jobNo }) => jobNo);
    return { jobs: await Promise.all(rows.map((row) => this.#look(row, 0))), next };
  }

  async stop(): Promise<void> {
    await Promise.all(this.#own.map((own) => own.stop()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** An end is written down when it is met: whatever becomes of the work's rows later, the job has ended so. */
  async #look(row: JobRow, waitMs: number): Promise<Job> {
    if (row.outcome !== null) return this.#ended(row);
    const { store } = this.#options;
    let progress: Progress<unknown>;
    try {
      progress = await this.#kind(row).progress(row, waitMs);
    } catch (error) {
      const problem = catalogued(error, this.#catalogue);
      if (problem === undefined || problem.status >= 500) throw error;
      await store.end(row.jobId, { stage: 'failed', total: null, problem });
      return this.#ended(store.find(row.jobId) ?? row);
    }
    const { isDone, stage, total } = progress;
    if (isDone) await store.end(row.jobId, { stage, total });
    const now = store.find(row.jobId) ?? row;
    return now.outcome === null ? underWay(now, progress) : this.#ended(now);
  }

  async #ended(row: JobRow): Promise<Job> {
    const { outcome } = row;
    if (outcome === null || outcome.problem !== undefined) return failed(row);
    try {
      return succeeded(row, await this.#kind(row).ended(row, outcome));
    } catch (error) {
      if (catalogued(error, this.#catalogue) === undefined) throw error;
      // What came of it is gone by now; that it ended well stands.
      return succeeded(row, { result: null });
    }
  }

  #add(words: JobWords, how: JobKind): void {
    const { kind } = words;
    if (this.#kinds.has(kind)) throw new RangeError(`There are jobs of kind ${kind} already`);
    this.#kinds.set(kind, how);
    this.#words.push(words);
  }

  #kind({ kind }: JobRow): JobKind {
    const how = this.#kinds.get(kind);
    if (how === undefined) throw new RangeError(`Nobody knows jobs of kind ${kind}`);
    return how;
  }
}

/** As the work threw it. */
function errorOf({
  code,
  detail = code,
  ...members
}: NonNullable<JobSummary['problem']>): ProblemError<string> {
  return new ProblemError<string>(code, detail, { members });
}
