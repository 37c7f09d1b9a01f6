import { timestampOf } from '@careledger/domain';
import { withoutAddresses } from '../http/addresses.js';
import type { Job } from './job.js';
import type { JobRow } from './job-store.js';
import type { Ended } from './kind.js';
import type { Progress } from './progress.js';

/** A job that is under way. */
export function underWay<Result>(row: JobRow, progress: Progress<Result>): Job<Result> {
  const { stage, done, total, lastError = null, result, resultUrl = null } = progress;
  const how = { stage, done, total, resultUrl, problem: null };
  // The log has it in full.
  const error = lastError === null ? null : withoutAddresses(lastError);
  return { ...namesOf(row), state: 'running', ...how, lastError: error, result };
}

/** One that ended well. */
export function succeeded(row: JobRow, { result, resultUrl = null }: Ended): Job {
  const { stage, total } = row.outcome ?? { stage: '', total: null };
  const how = { stage, done: total, total, lastError: null, resultUrl, problem: null };
  return { ...namesOf(row), state: 'succeeded', ...how, result };
}

/** One that ended badly. */
export function failed(row: JobRow): Job {
  const { stage, total, problem = null } = row.outcome ?? { stage: '', total: null };
  const how = { stage, done: null, total, lastError: null, resultUrl: null, problem };
  return { ...namesOf(row), state: 'failed', ...how, result: null };
}

const namesOf = ({ jobId, kind, createdMs, endedMs }: JobRow) => ({
  jobId,
  kind,
  createdAt: timestampOf(createdMs),
  endedAt: endedMs === null ? null : timestampOf(endedMs),
});
