import type { JobRun, JobWords, Jobs, LongWork } from '@careledger/service-kit';
import type { FlushAllView, FlushView } from './schemas.js';
import type { OperationService } from './service.js';

/** One attempt of a job to have everything arrive; then it leaves its place to others, and comes again. */
const ATTEMPT_MS = 5_000;

/** Of one patient, and of all. */
export const FLUSH = { kind: 'flush', stages: ['patients'] } as const satisfies JobWords;
export const FLUSH_ALL = { kind: 'flush-all', stages: ['patients'] } as const satisfies JobWords;

/** Flushes that go on until everything has arrived, however long the ledgers are away. */
export interface Flushes {
  /** By patient ID. */
  readonly ofPatient: LongWork<FlushView, FlushView | null>;
  readonly ofAll: LongWork<FlushAllView, FlushAllView | null>;
}

export function flushesOf(operations: OperationService, jobs: Pick<Jobs, 'perform'>): Flushes {
  return {
    ofPatient: jobs.perform(FLUSH, async (patientId, run) => {
      const left = await operations.flush(patientId, ATTEMPT_MS);
      return drained(left, [left], run);
    }),
    ofAll: jobs.perform(FLUSH_ALL, async (_all, run) => {
      const left = await operations.flushAll(ATTEMPT_MS);
      return drained(left, left.patients, run);
    }),
  };
}

/** @throws Error while something is left: the job is tried again */
function drained<View extends FlushView | FlushAllView>(
  view: View,
  patients: readonly FlushView[],
  { report }: JobRun<'patients'>,
): View {
  const left = patients.filter(({ isDrained }) => !isDrained);
  report({ stage: 'patients', done: patients.length - left.length, total: patients.length });
  if (view.isDrained) return view;
  const counts = left.map((each) => each.due + each.open + each.consent + each.rewraps + each.confirmations);
  const pieces = counts.reduce((sum, count) => sum + count, 0);
  throw new Error(
    `${pieces} pieces of work of ${left.length} patients are left, or their chains to be anchored`,
  );
}
