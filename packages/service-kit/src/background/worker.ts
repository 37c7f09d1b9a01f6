import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Logger } from '../logging.js';
import { backoffDelayMs, type Backoff } from './backoff.js';

const DEFAULT_BACKOFF: Backoff = { minMs: 200, maxMs: 30_000 };

export interface WorkerOptions {
  readonly name: string;
  /** One round of work; `true` means there is more to do at once. Must end soon after `signal` aborts. */
  readonly run: (signal: AbortSignal) => Promise<boolean>;
  /** Longest sleep after a round that found nothing to do; `wake()` ends it early. */
  readonly idleMs: number;
  readonly backoff?: Backoff;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
}

export interface WorkerHealth {
  readonly name: string;
  readonly state: 'running' | 'idle' | 'backing-off' | 'stopped';
  readonly consecutiveFailures: number;
  readonly lastError: unknown;
}

/**
 * A named loop in the background: runs its work again and again, sleeps when idle, backs off when it
 * fails (exponential, bounded, with jitter), never dies of an error and stops when told.
 */
export class Worker implements AsyncDisposable {
  readonly #options: WorkerOptions;
  readonly #abort = new AbortController();
  readonly #done: Promise<void>;
  #state: WorkerHealth['state'] = 'running';
  #failures = 0;
  #lastError: unknown;
  #woken = false;
  #endSleep: (() => void) | undefined;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#done = this.#loop();
  }

  /** There is something to do: ends an idle sleep or a back-off. */
  wake(): void {
    this.#woken = true;
    this.#endSleep?.();
  }

  get health(): WorkerHealth {
    return {
      name: this.#options.name,
      state: this.#state,
      consecutiveFailures: this.#failures,
      lastError: this.#lastError,
    };
  }

  /** Resolves when the current round has ended. */
  async stop(): Promise<void> {
    this.#abort.abort();
    this.#endSleep?.();
    await this.#done;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #loop(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      this.#state = 'running';
      this.#woken = false;
      const sleepMs = await this.#round(signal);
      if (sleepMs > 0 && !this.#woken && !signal.aborted) await this.#sleep(sleepMs);
      // Rounds that never wait for anything must not keep everybody else from running.
      else await nextTurn();
    }
    this.#state = 'stopped';
  }

  /** Returns how long to sleep. */
  async #round(signal: AbortSignal): Promise<number> {
    const { run, idleMs, backoff = DEFAULT_BACKOFF, logger, name } = this.#options;
    const beganMs = performance.now();
    try {
      const more = await run(signal);
      this.#failures = 0;
      this.#lastError = undefined;
      if (!more) this.#state = 'idle';
      return more ? 0 : idleMs;
    } catch (err) {
      if (signal.aborted) return 0;
      // What follows a stream ends with an error alone: one that lasted longer than any wait had worked.
      const hasWorked = performance.now() - beganMs > backoff.maxMs;
      this.#failures = hasWorked ? 1 : this.#failures + 1;
      this.#lastError = err;
      this.#state = 'backing-off';
      const delayMs = backoffDelayMs(backoff, this.#failures);
      logger.warn({ err, worker: name, failures: this.#failures, delayMs }, 'worker failed; will try again');
      return delayMs;
    }
  }

  #sleep(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    this.#endSleep = resolve;
    return promise.finally(() => {
      clearTimeout(timer);
      this.#endSleep = undefined;
    });
  }
}

export function startWorker(options: WorkerOptions): Worker {
  return new Worker(options);
}
