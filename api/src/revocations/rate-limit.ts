import { LruMap } from '@careledger/crypto';
import { ProblemError } from '@careledger/service-kit';

/** Callers that are remembered; one that is forgotten begins again. */
const REMEMBERED_MAX = 10_000;

export interface RateLimitOptions {
  /** What a caller may do at once after a rest. */
  readonly burst: number;
  /** How long it takes until one more may be done. */
  readonly intervalMs: number;
  readonly clock?: () => number;
}

/** So many at once, then one every so often, for each caller. */
export class RateLimit {
  readonly #options: Required<RateLimitOptions>;
  /** When a caller's burst will be whole again. */
  readonly #wholeAtMs = new LruMap<string, number>(REMEMBERED_MAX);

  constructor(options: RateLimitOptions) {
    this.#options = { clock: Date.now, ...options };
  }

  /** Counts one. @throws ProblemError TOO_MANY_REQUESTS */
  take(caller: string): void {
    const { burst, clock, intervalMs } = this.#options;
    const nowMs = clock();
    const wholeAtMs = Math.max(this.#wholeAtMs.get(caller) ?? nowMs, nowMs) + intervalMs;
    if (wholeAtMs - nowMs > burst * intervalMs)
      throw new ProblemError(
        'TOO_MANY_REQUESTS',
        `${burst} at once, then one every ${intervalMs / 1_000} s: try again later`,
      );
    this.#wholeAtMs.set(caller, wholeAtMs);
  }
}
