import { setTimeout as delay } from 'node:timers/promises';
import type { Home } from './home.js';

/** Between an answer and the next frame. */
const PAUSE_MS = 100;

/** A home's device that sends frame after frame, each acknowledged before the next, until it is stopped. */
export class SteadyDevice implements AsyncDisposable {
  readonly #home: Home;
  readonly #sending: Promise<void>;
  #isStopped = false;
  #acknowledged = 0;
  #slowestMs = 0;
  #failure: unknown;

  constructor(home: Home) {
    this.#home = home;
    this.#sending = this.#send();
  }

  /** What was acknowledged since the last call, and how long the slowest answer took. @throws what a frame was refused with */
  take(): { readonly acknowledged: number; readonly slowestMs: number } {
    if (this.#failure !== undefined) throw this.#failure;
    const taken = { acknowledged: this.#acknowledged, slowestMs: this.#slowestMs };
    this.#acknowledged = 0;
    this.#slowestMs = 0;
    return taken;
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
      await delay(PAUSE_MS);
    }
  }
}
