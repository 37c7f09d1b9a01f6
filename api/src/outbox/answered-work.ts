import type { Jobs } from '@careledger/service-kit';
import type { Outbox } from './outbox.js';

/** What routes need whose work the outbox does: they answer with what came of it, or with a job. */
export interface AnsweredWork {
  readonly outbox: Outbox;
  readonly jobs: Pick<Jobs, 'watch'>;
  /** How long whoever asks is kept waiting, unless they say so. */
  readonly answerWithinMs: number;
}
