import { EXAMPLE } from '@careledger/domain/examples';
import type { Job, JobSummary, JobWords } from './job.js';

/** How far a job in an example has come; what is not said here is the same everywhere. */
interface ExampleStep<Stage extends string> extends Partial<Pick<JobSummary, 'done' | 'total'>> {
  readonly stage: Stage;
}

/** What is told in a list of a job that is under way, for an OpenAPI description. */
export const exampleSummary = <Stage extends string>(
  { kind }: JobWords<Stage>,
  step: ExampleStep<NoInfer<Stage>>,
): JobSummary => ({
  jobId: EXAMPLE.requestSid,
  kind,
  state: 'running',
  done: null,
  total: null,
  createdAt: EXAMPLE.at[3],
  endedAt: null,
  lastError: null,
  resultUrl: null,
  problem: null,
  ...step,
});

/** The same of one job. @param result as far as it is known, or null */
export const exampleJob = <Stage extends string, Result>(
  words: JobWords<Stage>,
  step: ExampleStep<NoInfer<Stage>>,
  result: Result,
): Job<Result> => ({ ...exampleSummary(words, step), result });
