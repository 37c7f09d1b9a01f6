import type { JobOutcome, JobRow } from './job-store.js';
import { untilDone, type LookAtWork, type Progress } from './progress.js';

/** What is known of a job that ended well, besides that. */
export type Ended = Pick<Progress<unknown>, 'result' | 'resultUrl'>;

/** How jobs of one kind are looked at. */
export interface JobKind {
  /**
   * Of one that is under way; waits for its end, or until the time is over.
   * @throws what its request would be refused with: it has failed
   */
  progress(row: JobRow, waitMs: number): Promise<Progress<unknown>>;
  /** Of one that ended well. */
  ended(row: JobRow, outcome: JobOutcome): Promise<Ended>;
}

/** Of work that goes on by rows of its own. */
export const watched = <Result>(look: LookAtWork<Result>): JobKind => ({
  progress: ({ reference }, waitMs) => look(reference, untilDone(waitMs)),
  ended: ({ reference }) => look(reference, untilDone(0)),
});
