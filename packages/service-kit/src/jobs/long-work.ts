import type { FastifyRequest } from 'fastify';
import { principalOf } from '../http/auth.js';
import type { IdempotentRequest } from '../http/idempotent-request.js';
import { appliedOf, preferencesOf, preferredWaitMs } from '../http/preferences.js';
import { jobPath, type Job } from './job.js';
import type { NewJobRow } from './job-store.js';
import type { Progress } from './progress.js';

/** A job is worth a look after so long. */
export const JOB_RETRY_S = 1;

/** What a request for long work is answered with: its result, or the job that goes on, with what there is of it. */
export type Answer<Result, Partly = Result> =
  { readonly isDone: true; readonly result: Result } | { readonly isDone: false; readonly job: Job<Partly> };

/** What a request asks of work. */
export interface Asked<Result> {
  /** Names the work among those of its kind. */
  readonly reference: string;
  /** How long the caller waits unless it says so itself (`Prefer`). */
  readonly waitMs: number;
  /** Whether so much is an answer already; the work's end is, unless told. */
  readonly isAnswered?: (progress: Progress<Result>) => boolean;
}

/** One who asks, for how long it waits. */
export interface Asking<Result> extends Required<Asked<Result>>, Pick<NewJobRow, 'tokenSha256'> {
  readonly idempotent: IdempotentRequest | undefined;
}

/** Where an answer's headers go. */
interface Headers {
  header(name: string, value: string | number): unknown;
}

/** Work of one kind, for the routes that ask for it. */
export class LongWork<Result, Partly = Result> {
  readonly #reach: (asking: Asking<Result>) => Promise<Answer<Result, Partly>>;

  constructor(reach: (asking: Asking<Result>) => Promise<Answer<Result, Partly>>) {
    this.#reach = reach;
  }

  /**
   * Waits as long as the caller prefers. Of a job that goes on the headers are set: where it is, when to look.
   * @throws what the work failed with
   */
  async answer(
    request: FastifyRequest,
    reply: Headers,
    asked: Asked<Result>,
  ): Promise<Answer<Result, Partly>> {
    const { tokenSha256 } = principalOf(request);
    const applied = appliedOf(preferencesOf(request.headers.prefer));
    const answer = await this.#reach({
      isAnswered: ({ isDone }) => isDone,
      ...asked,
      ...{ tokenSha256, idempotent: request.idempotent },
      waitMs: preferredWaitMs(request, asked.waitMs),
    });
    if (applied !== undefined) reply.header('preference-applied', applied);
    if (!answer.isDone) {
      reply.header('location', jobPath(answer.job.jobId));
      reply.header('retry-after', JOB_RETRY_S);
    }
    return answer;
  }
}
