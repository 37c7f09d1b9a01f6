import { EXAMPLE } from '@careledger/domain/examples';
import type { Job, JobSummary } from './job.js';

/** What of a job an example says; the rest is the same everywhere. */
type ExampleOf = Pick<JobSummary, 'kind' | 'stage'> & Partial<JobSummary>;

/** What is told in a list of a job that is under way, for an OpenAPI description. */
export const exampleSummary = (of: ExampleOf): JobSummary => ({
  jobId: EXAMPLE.requestSid,
  state: 'running',
  done: null,
  total: null,
  createdAt: EXAMPLE.at[3],
  endedAt: null,
  lastError: null,
  resultUrl: null,
  problem: null,
  ...of,
});

/** The same of one job. @param result as far as it is known, or null */
export const exampleJob = <Result>(of: ExampleOf, result: Result): Job<Result> => ({
  ...exampleSummary(of),
  result,
});
