import { jitteredDelayMs, pause } from '../delay.js';
import { LedgerError } from '../error.js';
import { MAX_PROPOSALS, REPROPOSE_MAX_DELAY_MS, REPROPOSE_MIN_DELAY_MS } from '../limits.js';

export interface RetryOptions {
  /** Proposals in all. */
  readonly maxProposals?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Proposes again, with growing jittered pauses, while the error says that nothing of the last proposal
 * took effect and another may succeed (`LedgerError.reproposable`). Everything else is thrown at once,
 * COMMIT_UNKNOWN above all.
 */
export async function submitWithRetry<T>(submit: () => Promise<T>, options: RetryOptions = {}): Promise<T> {
  const { maxProposals = MAX_PROPOSALS, signal } = options;
  for (let proposal = 1; ; proposal += 1) {
    try {
      return await submit();
    } catch (error) {
      const again = error instanceof LedgerError && error.reproposable && proposal < maxProposals;
      if (!again || signal?.aborted) throw error;
      await pause(jitteredDelayMs(proposal, REPROPOSE_MIN_DELAY_MS, REPROPOSE_MAX_DELAY_MS), signal);
    }
  }
}
