import type { Instant } from '../clock.js';

/** How far back samples are kept: longer than any permit lasts. */
const SAMPLES_MAX_AGE_MS = 120_000;

interface Sample {
  readonly height: bigint;
  readonly at: Instant;
}

/**
 * How many blocks the own peer had when. A block that it did not have at an instant came after it: whatever stalls
 * between the peer and this process (a stream, an event loop, a suspended host), a block's arrival is never taken for
 * later than it was.
 */
export class HeightSamples {
  #samples: Sample[] = [];

  /** @param at before the peer was asked: it may have got the next block while it answered */
  add(height: bigint, at: Instant): void {
    this.#samples = [
      // Of two with one height the later one says more.
      ...this.#samples.filter(
        (sample) => sample.height < height && at.monotonicMs - sample.at.monotonicMs < SAMPLES_MAX_AGE_MS,
      ),
      { height, at },
    ];
  }

  /** When the peer was last looked at; undefined before the first time. */
  get newest(): Instant | undefined {
    return this.#samples.at(-1)?.at;
  }

  /** The last instant at which the peer did not have a block yet; undefined where it always had it, as far as is known. */
  lastWithout(blockNumber: bigint): Instant | undefined {
    return this.#samples.findLast(({ height }) => height <= blockNumber)?.at;
  }
}
