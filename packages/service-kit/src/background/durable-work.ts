import type { Logger } from '../logging.js';
import { untraced } from '../tracing/spans.js';
import { backoffDelayMs, type Backoff } from './backoff.js';

/** Names a task by its durable rows: what is to be done, and how far it has come, lies there and never here. */
export type TaskRef = string | number;
/** Tasks of one key are done in their order: a patient, a channel's statements, … */
export type TaskKey = string | number;

/** A try that failed. */
export interface TaskFailure {
  readonly error: unknown;
  /** Tries of this task that failed in a row, since the start of the process. */
  readonly failures: number;
}

export interface DurableWorkOptions<Ref extends TaskRef> {
  readonly name: string;
  /** Tasks on their way at once. */
  readonly concurrency: number;
  /**
   * Takes a task one step further. Resolves when it is done with here, whatever came of it; throws when it has to be
   * tried again. What it did must be on disk by then. Ends soon after `signal` aborts.
   */
  readonly run: (ref: Ref, signal: AbortSignal) => Promise<void>;
  readonly backoff: Backoff;
  /** Whether a failure means that the other side is away, so that everything pauses. Every failure does unless told. */
  readonly isAway?: (error: unknown) => boolean;
  /** Notes in a task's row why it waits, where the rows have a column for it. */
  readonly onFailed?: (ref: Ref, failure: TaskFailure) => Promise<void>;
  /** Something has succeeded after the other side was away: it is back. */
  readonly onRecovered?: () => void;
  readonly logger: Pick<Logger, 'warn'>;
}

export interface WorkHealth {
  readonly name: string;
  readonly waiting: number;
  readonly running: number;
  /** Times in a row that the other side was found away; 0 while it works. */
  readonly failures: number;
  readonly lastError: string | null;
}

interface KeyWait {
  readonly failures: number;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Works off durable rows, as a copy of their order in memory: tasks of one key one after another, those of different
 * keys side by side. After a crash whoever owns the rows adds them again.
 *
 * A failed task stays first in its key's queue, and that key waits, longer each time. When it means that the
 * other side is away, everything pauses as well, and after the pause one task, another key's, finds out whether things
 * work again. What arrives meanwhile waits: no polling, no hammering. A task that fails alone holds up nobody else.
 */
export class DurableWork<Ref extends TaskRef> implements AsyncDisposable {
  readonly #options: DurableWorkOptions<Ref>;
  readonly #queues = new Map<TaskKey, Ref[]>();
  /** Keys with something to do that are not on their way, in turn. */
  #ready: TaskKey[] = [];
  readonly #running = new Map<Ref, Promise<void>>();
  /** How often a task is in the queues: twice if it was added again while it was on its way. */
  readonly #queued = new Map<Ref, number>();
  /** Keys whose first task failed; until their time has come they are not ready. */
  readonly #failed = new Map<TaskKey, KeyWait>();
  readonly #watchers = new Map<Ref, Set<(isFinished: boolean) => void>>();
  readonly #abort = new AbortController();
  #waiting = 0;
  #failures = 0;
  #lastError: unknown;
  #pausedUntilMs = 0;
  #pauseTimer: NodeJS.Timeout | undefined;

  constructor(options: DurableWorkOptions<Ref>) {
    this.#options = options;
  }

  get health(): WorkHealth {
    return {
      name: this.#options.name,
      waiting: this.#waiting,
      running: this.#running.size,
      failures: this.#failures,
      lastError: this.#lastError === undefined ? null : messageOf(this.#lastError),
    };
  }

  /**
   * Puts a task behind those of its key. One that waits already keeps its turn; one that is on its way is done once
   * more afterwards.
   */
  add(key: TaskKey, ref: Ref): void {
    const queued = this.#queued.get(ref) ?? 0;
    if (queued > (this.#running.has(ref) ? 1 : 0)) return;
    this.#queued.set(ref, queued + 1);
    this.#waiting += 1;
    const queue = this.#queues.get(key);
    if (queue === undefined) {
      this.#queues.set(key, [ref]);
      this.#ready.push(key);
    } else {
      queue.push(ref);
    }
    this.#launch();
  }

  /** Resolves when a task is done with (true), or after the time or a stop (false). One that is not here is done. */
  finished(ref: Ref, timeoutMs: number): Promise<boolean> {
    if (!this.#queued.has(ref)) return Promise.resolve(true);
    if (this.#abort.signal.aborted) return Promise.resolve(false);
    const watchers = this.#watchers.get(ref) ?? new Set();
    this.#watchers.set(ref, watchers);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), timeoutMs);
    watchers.add(resolve);
    return promise.finally(() => {
      clearTimeout(timer);
      watchers.delete(resolve);
      if (watchers.size === 0) this.#watchers.delete(ref);
    });
  }

  /** Ends a pause: there is reason to believe that the other side is back. */
  retryNow(): void {
    this.#pausedUntilMs = 0;
    for (const key of this.#failed.keys()) this.#endWait(key);
    this.#launch();
  }

  /** Starts nothing more and resolves when what is under way has ended. What is left is added again at the next start. */
  async stop(): Promise<void> {
    this.#abort.abort();
    clearTimeout(this.#pauseTimer);
    for (const { timer } of this.#failed.values()) clearTimeout(timer);
    await Promise.all(this.#running.values());
    for (const watchers of this.#watchers.values()) for (const end of watchers) end(false);
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
    // After the other side was away one task finds out whether things work again.
    const limit = this.#failures > 0 ? 1 : this.#options.concurrency;
    while (this.#running.size < limit) {
      const key = this.#ready.shift();
      if (key === undefined) return;
      const ref = this.#queues.get(key)?.[0];
      if (ref === undefined) continue;
      const work: Promise<void> = this.#work(key, ref).finally(() => {
        // Whoever launched in the turn in which it ended may have begun the same task once more: that one is on its way.
        if (this.#running.get(ref) === work) this.#running.delete(ref);
        this.#launch();
      });
      this.#running.set(ref, work);
    }
  }

  async #work(key: TaskKey, ref: Ref): Promise<void> {
    const { run, onRecovered } = this.#options;
    const { signal } = this.#abort;
    try {
      // Whoever added it may be traced: the task is not theirs.
      await untraced(() => run(ref, signal));
    } catch (error) {
      if (!signal.aborted) await this.#hasFailed(key, ref, error);
      return;
    }
    const wasAway = this.#failures > 0;
    this.#failures = 0;
    this.#lastError = undefined;
    this.#failed.delete(key);
    this.#takeOut(key, ref);
    if (wasAway) onRecovered?.();
  }

  #takeOut(key: TaskKey, ref: Ref): void {
    const queue = this.#queues.get(key) ?? [];
    queue.shift();
    this.#waiting -= 1;
    if (queue.length > 0) this.#ready.push(key);
    else this.#queues.delete(key);
    const queued = (this.#queued.get(ref) ?? 1) - 1;
    if (queued > 0) {
      this.#queued.set(ref, queued);
      return;
    }
    this.#queued.delete(ref);
    for (const end of this.#watchers.get(ref) ?? []) end(true);
  }

  async #hasFailed(key: TaskKey, ref: Ref, error: unknown): Promise<void> {
    const { backoff, isAway = () => true, logger, name, onFailed } = this.#options;
    const failures = (this.#failed.get(key)?.failures ?? 0) + 1;
    const wait: KeyWait = { failures, timer: undefined };
    this.#failed.set(key, wait);
    this.#lastError = error;
    const delayMs = backoffDelayMs(backoff, failures);
    if (!isAway(error))
      logger.warn({ err: error, work: name, ref, failures, delayMs }, 'a task failed; it is tried again');
    else if (Date.now() >= this.#pausedUntilMs) this.#pause(error);
    try {
      await onFailed?.(ref, { error, failures });
    } catch (err) {
      logger.warn({ err, work: name, ref }, 'why a task waits could not be noted');
    }
    if (this.#abort.signal.aborted) return;
    wait.timer = setTimeout(() => this.#endWait(key), delayMs).unref();
  }

  /** Once for those that failed together. */
  #pause(error: unknown): void {
    const { backoff, logger, name } = this.#options;
    this.#failures += 1;
    const pauseMs = backoffDelayMs(backoff, this.#failures);
    this.#pausedUntilMs = Date.now() + pauseMs;
    logger.warn(
      { err: error, work: name, failures: this.#failures, pauseMs },
      'away; all of it is tried again',
    );
  }

  #endWait(key: TaskKey): void {
    const failed = this.#failed.get(key);
    if (failed?.timer === undefined) return;
    clearTimeout(failed.timer);
    failed.timer = undefined;
    this.#ready.push(key);
    this.#launch();
  }
}

/** What is said of an error in a row or in a health report. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
