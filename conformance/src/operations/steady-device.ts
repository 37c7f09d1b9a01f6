import { setTimeout as delay } from 'node:timers/promises';
import type { Home } from './home.js';

/** Between an answer and the next frame. */
const PAUSE_MS = 100;

/** What a device was answered over some time. */
export interface Answered {
  readonly acknowledged: number;
  readonly slowestMs: number;
}

/** A home's device that sends frame after frame, each acknowledged before the next, until it is stopped. */
export class SteadyDevice implements AsyncDisposable {
  readonly #home: Home;
  readonly #pauseMs: number;
  readonly #sending: Promise<void>;
  #isStopped = false;
  #acknowledged = 0;
  #slowestMs = 0;
  #failure: unknown;

  constructor(home: Home, pauseMs = PAUSE_MS) {
    this.#home = home;
    this.#pauseMs = pauseMs;
    this.#sending = this.#send();
  }

  /** What was answered since the last call. @throws what a frame was refused with */
  take(): Answered {
    if (this.#failure !== undefined) throw this.#failure;
    const taken = { acknowledged: this.#acknowledged, slowestMs: this.#slowestMs };
    this.#acknowledged = 0;
    this.#slowestMs = 0;
    return taken;
  }

  /** Stops, and takes what was answered until then. */
  async end(): Promise<Answered> {
    await this[Symbol.asyncDispose]();
    return this.take();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    await this.#sending;
  }

  async #send(): Promise<void> {
    while (!this.#isStopped) {
      const sentMs = performance.now();
      try {
        await this.#home.send();
      } catch (error) {
        this.#failure = error;
        return;
      }
      this.#acknowledged += 1;
      this.#slowestMs = Math.max(this.#slowestMs, performance.now() - sentMs);
      await delay(this.#pauseMs);
    }
  }
}
