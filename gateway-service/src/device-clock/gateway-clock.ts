import type { Logger } from '@careledger/service-kit';
import { NEIGHBOUR_TOLERANCE_MS } from './limits.js';

/**
 * Whether this gateway's own clock is to be trusted. A neighbour proves it: a provider whose answer, since the start, bears
 * nearly the same time (`Date`, RFC 9110 section 6.6.1). One that bears another disproves it, until the next that agrees.
 */
export class GatewayClock {
  readonly #clock: () => number;
  readonly #logger: Pick<Logger, 'warn'>;
  #isProved = false;
  #isReported = false;

  constructor({ clock, logger }: { readonly clock: () => number; readonly logger: Pick<Logger, 'warn'> }) {
    this.#clock = clock;
    this.#logger = logger;
  }

  get isProved(): boolean {
    return this.#isProved;
  }

  /** A neighbour's answer bears this time, milliseconds since 1970. */
  seen(neighbourMs: number): void {
    const aheadMs = this.#clock() - neighbourMs;
    this.#isProved = Math.abs(aheadMs) <= NEIGHBOUR_TOLERANCE_MS;
    if (!this.#isProved && !this.#isReported) {
      this.#logger.warn(
        { aheadMs },
        'this gateway’s clock and a provider’s differ: no device’s clock is compared with it',
      );
    }
    this.#isReported = !this.#isProved;
  }
}
