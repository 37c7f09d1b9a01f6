import { backoffDelayMs, type Backoff, type Logger } from '@careledger/service-kit';

export interface DispatcherOptions<Item> {
  readonly name: string;
  /** Items on their way at once. */
  readonly concurrency: number;
  /**
   * Takes an item one step further. Resolves when it is done with here, whatever came of it; throws when it has to be
   * tried again. What it did must be on disk by then.
   */
  readonly run: (item: Item, signal: AbortSignal) => Promise<void>;
  readonly backoff: Backoff;
  /** Something has succeeded after failures: the other side is back. */
  readonly onRecovered?: () => void;
  readonly logger: Pick<Logger, 'warn'>;
}

export interface DispatcherHealth {
  readonly name: string;
  readonly waiting: number;
  readonly running: number;
  /** Tries in a row that failed; 0 while it works. */
  readonly failures: number;
  readonly lastError: string | null;
}

/**
 * Works off durable rows, as a copy of their order in memory: items of one key (a patient) one after another, those of
 * different keys side by side. A failure puts the item back at its place among its key's and pauses everything, longer
 * each time, since it nearly always means that the other side is away. What arrives meanwhile waits: no polling, no
 * hammering. The next try is another key's, and a key that failed waits by itself: an item that fails alone, such as
 * one whose provider is away while another works, holds up nobody else.
 */
export class Dispatcher<Item> implements AsyncDisposable {
  readonly #options: DispatcherOptions<Item>;
  readonly #queues = new Map<number, Item[]>();
  /** Keys with something to do that are not on their way, in turn. */
  #ready: number[] = [];
  readonly #running = new Set<Promise<void>>();
  /** Keys whose first item failed, with its failures in a row; until their time has come they are not ready. */
  readonly #failed = new Map<number, { failures: number; timer: NodeJS.Timeout | undefined }>();
  readonly #abort = new AbortController();
  #waiting = 0;
  #failures = 0;
  #lastError: unknown;
  #pausedUntilMs = 0;
  #pauseTimer: NodeJS.Timeout | undefined;

  constructor(options: DispatcherOptions<Item>) {
    this.#options = options;
  }

  get health(): DispatcherHealth {
    const { message } = this.#lastError instanceof Error ? this.#lastError : { message: null };
    return {
      name: this.#options.name,
      waiting: this.#waiting,
      running: this.#running.size,
      failures: this.#failures,
      lastError: message,
    };
  }

  /** Puts an item behind those of its key. */
  add(key: number, item: Item): void {
    const queue = this.#queues.get(key);
    this.#waiting += 1;
    if (queue === undefined) {
      this.#queues.set(key, [item]);
      this.#ready.push(key);
    } else {
      queue.push(item);
    }
    this.#launch();
  }

  /** Ends a pause: there is reason to believe that the other side is back. */
  retryNow(): void {
    this.#pausedUntilMs = 0;
    for (const key of this.#failed.keys()) this.#endWait(key);
    this.#launch();
  }

  /** Starts nothing more and resolves when what is under way has ended. */
  async stop(): Promise<void> {
    this.#abort.abort();
    clearTimeout(this.#pauseTimer);
    for (const { timer } of this.#failed.values()) clearTimeout(timer);
    await Promise.all(this.#running);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #launch(): void {
    if (this.#abort.signal.aborted) return;
    const pauseMs = this.#pausedUntilMs - Date.now();
    if (pauseMs > 0) {
      clearTimeout(this.#pauseTimer);
      this.#pauseTimer = setTimeout(() => this.#launch(), pauseMs).unref();
      return;
    }
    // After a failure one item finds out whether things work again.
    const limit = this.#failures > 0 ? 1 : this.#options.concurrency;
    while (this.#running.size < limit) {
      const key = this.#ready.shift();
      if (key === undefined) return;
      const work: Promise<void> = this.#work(key).finally(() => {
        this.#running.delete(work);
        this.#launch();
      });
      this.#running.add(work);
    }
  }

  async #work(key: number): Promise<void> {
    const queue = this.#queues.get(key);
    const item = queue?.[0];
    if (queue === undefined || item === undefined) return;
    const { run, logger, name, backoff } = this.#options;
    try {
      await run(item, this.#abort.signal);
      if (this.#failures > 0) this.#options.onRecovered?.();
      this.#failures = 0;
      this.#lastError = undefined;
      this.#failed.delete(key);
      queue.shift();
      this.#waiting -= 1;
      if (queue.length > 0) this.#ready.push(key);
      else this.#queues.delete(key);
    } catch (err) {
      if (this.#abort.signal.aborted) return;
      this.#wait(key);
      this.#lastError = err;
      // Those that failed together count once.
      if (Date.now() < this.#pausedUntilMs) return;
      this.#failures += 1;
      const delayMs = backoffDelayMs(backoff, this.#failures);
      this.#pausedUntilMs = Date.now() + delayMs;
      logger.warn({ err, dispatcher: name, failures: this.#failures, delayMs }, 'will be tried again');
    }
  }

  #wait(key: number): void {
    const failures = (this.#failed.get(key)?.failures ?? 0) + 1;
    const delayMs = backoffDelayMs(this.#options.backoff, failures);
    const timer = setTimeout(() => this.#endWait(key), delayMs).unref();
    this.#failed.set(key, { failures, timer });
  }

  #endWait(key: number): void {
    const failed = this.#failed.get(key);
    if (failed?.timer === undefined) return;
    clearTimeout(failed.timer);
    failed.timer = undefined;
    this.#ready.push(key);
    this.#launch();
  }
}
