import { eventually, type CollectOptions, type ReplayCounts } from '@careledger/examples';
import { Pacer } from './pacer.js';

/** Frames a second, of all devices together: with readings every 5 min and records of 15 min, two records a second. */
const FRAMES_PER_S = 6;
const FRAMES_TO_BE_ANSWERED = 6;

/** What devices were answered in some time. */
export interface Answered {
  readonly acknowledged: number;
  readonly slowestMs: number;
}

/** The demo's devices, sending at a steady rate, and what they were answered. */
export class Load implements Disposable {
  readonly #pacer = new Pacer(FRAMES_PER_S);
  readonly #answers: { readonly atMs: number; readonly tookMs: number }[] = [];
  #rejected = 0;
  #resent = 0;

  /** For the walk, which goes on once `disturbance()` is done too. */
  options(disturbance: () => Promise<void>): CollectOptions {
    return {
      pace: () => this.#pacer.next(),
      onAnswer: (counts, tookMs) => {
        this.#note(counts, tookMs);
        return disturbance();
      },
    };
  }

  /** Lets so many frames go from now on, at the steady rate. */
  grant(frames: number): void {
    this.#pacer.grant(frames);
  }

  /** What is left goes as fast as it can. */
  release(): void {
    this.#pacer.release();
  }

  /** Resolves when a device, sending, is answered: after a lost connection it has come back by then. */
  async untilAnswered(): Promise<void> {
    const fromMs = Date.now();
    this.#pacer.grantAtLeast(FRAMES_TO_BE_ANSWERED);
    await eventually('A device being answered', async () => {
      return this.answeredSince(fromMs).acknowledged > 0 || undefined;
    });
  }

  get rejected(): number {
    return this.#rejected;
  }

  /** Frames that went once more, after a lost connection. */
  get resent(): number {
    return this.#resent;
  }

  answeredSince(ms: number): Answered {
    const answers = this.#answers.filter(({ atMs }) => atMs >= ms);
    return { acknowledged: answers.length, slowestMs: Math.max(0, ...answers.map(({ tookMs }) => tookMs)) };
  }

  [Symbol.dispose](): void {
    this.release();
  }

  #note({ rejected, resent }: ReplayCounts, tookMs: number): void {
    this.#answers.push({ atMs: Date.now(), tookMs });
    this.#rejected = rejected;
    this.#resent = resent;
  }
}
