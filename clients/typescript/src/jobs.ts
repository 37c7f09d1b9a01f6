import type { GetJobResponse as AuthorityJob } from './generated/authority/index.js';
import type { GetJobResponse as GatewayJob } from './generated/gateway/index.js';
import { ProblemError, type ProblemCode } from './problem.js';
import { wait } from './retry.js';

/** Work that a service goes on with after it has answered 202. */
export type Job = GatewayJob | AuthorityJob;

/** Asked of a service that looks at a job: to answer when it has ended, or after so long. */
export const JOB_WAIT = { prefer: 'wait=20' };

/** Between two looks: not every proxy lets the service know how long it may wait. */
const PAUSE_MS = 250;

/** What an operation answers when it is done: not its 202. */
export type Finished<Answer> = Exclude<Answer, { readonly jobId: string }>;

export interface FinishOptions {
  /** Looks at a job, and waits a while for its end. */
  readonly getJob: (jobId: string) => Promise<Job>;
  /** Is told of a job each time that it was looked at. */
  readonly onProgress?: ((job: Job) => void) | undefined;
}

/**
 * Waits for what an operation has begun, where it was answered with a job.
 * @param answer of the operation
 * @returns what it would have been answered with at once
 * @throws ProblemError what the job failed with
 */
export async function finished<Answer extends object>(
  answer: Answer,
  { getJob, onProgress }: FinishOptions,
): Promise<Finished<Answer>> {
  // Nothing but a job has this member.
  if (!('jobId' in answer)) return answer as Finished<Answer>;
  const { jobId } = answer as Answer & Job;
  for (;;) {
    const job = await getJob(jobId);
    onProgress?.(job);
    if (job.state === 'succeeded') return job.result as Finished<Answer>;
    if (job.problem !== null) throw failureOf(job, job.problem);
    await wait(PAUSE_MS);
  }
}

function failureOf({ jobId, kind }: Job, problem: NonNullable<Job['problem']>): ProblemError {
  const { code, detail = problem.title, status } = problem;
  const message = `The ${kind} of job ${jobId} failed: ${status} ${code}: ${detail}`;
  // Codes of the service's own document; a newer one may have more.
  return new ProblemError(status, code as ProblemCode, message, problem as ProblemError['problem']);
}
