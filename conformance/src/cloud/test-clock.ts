import type { Clock } from '@careledger/cloud-service';

/** The clocks of one service, which a test moves ahead of the host's. */
export class TestClock {
  #aheadMs = 0;

  readonly now: Clock = () => ({
    wallMs: Date.now() + this.#aheadMs,
    monotonicMs: performance.now() + this.#aheadMs,
  });

  /** Lets time pass, for this service alone. */
  advance(ms: number): void {
    this.#aheadMs += ms;
  }
}
