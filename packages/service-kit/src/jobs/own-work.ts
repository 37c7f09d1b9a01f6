import { DurableWork, messageOf } from '../background/durable-work.js';
import { catalogued } from '../http/error-handler.js';
import type { ProblemCatalogue } from '../http/problems.js';
import type { Logger } from '../logging.js';
import type { JobKind } from './kind.js';
import type { JobRow, JobStore } from './job-store.js';
import type { Progress } from './progress.js';

const CONCURRENCY = 2;
const BACKOFF = { minMs: 250, maxMs: 5_000 };
const WAITING = { stage: 'waiting', done: null, total: null };

type Step<Stage extends string = string> = Pick<Progress<unknown, Stage>, 'stage' | 'done' | 'total'>;

/** What a run is given. */
export interface JobRun<Stage extends string = string> {
  /** Aborts when the process stops: the run ends soon after, and begins again at the next start. */
  readonly signal: AbortSignal;
  /** Tells those who look how far it has come. */
  readonly report: (step: Step<Stage>) => void;
}

/**
 * Does a job. Begins again after a crash, so that doing it twice must be as doing it once.
 * @returns its result, which is kept with the job
 * @throws an error of the catalogue below 500: it has failed. Any other: it is tried again later
 */
export type DoJob<Result, Stage extends string = string> = (
  reference: string,
  run: JobRun<Stage>,
) => Promise<Result>;

export interface OwnWorkOptions {
  readonly name: string;
  readonly run: DoJob<unknown>;
  readonly store: JobStore;
  readonly catalogue: ProblemCatalogue;
  readonly logger: Pick<Logger, 'warn'>;
}

/** Does jobs of one kind whose only rows are the jobs' own, a few at a time, each until it has ended. */
export class OwnWork implements JobKind, AsyncDisposable {
  readonly #options: OwnWorkOptions;
  readonly #work: DurableWork<string>;
  /** Of those that this process has begun. */
  readonly #steps = new Map<string, Step>();
  readonly #errors = new Map<string, string>();

  constructor(options: OwnWorkOptions) {
    this.#options = options;
    this.#work = new DurableWork<string>({
      name: `jobs-${options.name}`,
      concurrency: CONCURRENCY,
      backoff: BACKOFF,
      // Each fails for reasons of its own.
      isAway: () => false,
      onFailed: async (jobId, { error }) => void this.#errors.set(jobId, messageOf(error)),
      logger: options.logger,
      run: (jobId, signal) => this.#run(jobId, signal),
    });
  }

  /** Goes on with what earlier runs left. */
  start(): void {
    for (const { jobId } of this.#options.store.underWay(this.#options.name)) this.add(jobId);
  }

  add(jobId: string): void {
    this.#work.add(jobId, jobId);
  }

  async progress({ jobId }: JobRow, waitMs: number): Promise<Progress<unknown>> {
    await this.#work.finished(jobId, waitMs);
    const step = this.#steps.get(jobId) ?? WAITING;
    return { isDone: false, ...step, lastError: this.#errors.get(jobId) ?? null, result: null };
  }

  async ended(...[, { result }]: Parameters<JobKind['ended']>): Promise<{ result: unknown }> {
    return { result };
  }

  async stop(): Promise<void> {
    await this.#work.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #run(jobId: string, signal: AbortSignal): Promise<void> {
    const { catalogue, run, store } = this.#options;
    const row = store.find(jobId);
    if (row === undefined || row.outcome !== null) return;
    try {
      const result = await run(row.reference, {
        signal,
        report: (step) => void this.#steps.set(jobId, step),
      });
      const { stage, total } = this.#steps.get(jobId) ?? WAITING;
      await store.end(jobId, { stage, total, result });
    } catch (error) {
      const problem = catalogued(error, catalogue);
      if (problem === undefined || problem.status >= 500) throw error;
      const { stage, total } = this.#steps.get(jobId) ?? WAITING;
      await store.end(jobId, { stage, total, problem });
    }
    this.#steps.delete(jobId);
    this.#errors.delete(jobId);
  }
}
