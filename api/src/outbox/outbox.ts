import { backoffDelayMs, startWorker, type Backoff, type Logger, type Worker } from '@careledger/service-kit';
import type { Store } from '../store/store.js';

/** Tasks on their way at once. */
export const OUTBOX_CONCURRENCY = 16;
/** Tasks of one look into the outbox. */
const LOOK_MAX_ROWS = 500;
/** Longest time until a task whose pause has ended is seen. */
const LOOK_INTERVAL_MS = 250;
const TASK_BACKOFF: Backoff = { minMs: 250, maxMs: 15_000 };

export type TaskKind = 'record' | 'visit' | 'practitioner' | 'receipt';

/** Something that is to be finished, come what may. Tasks of one kind and subject are done in their order. */
export interface Task {
  readonly kind: TaskKind;
  /** Names the rows that the handler works on. */
  readonly ref: string;
  /** Whom it is about: a patient, a practitioner, a provider. */
  readonly subject: string;
}

/** How a task of one kind is carried on from where its own rows stand. */
export interface TaskHandler {
  /**
   * Carries the task to its end, which may be a refusal, and takes it out (`removeTask`) in the commit that says so.
   * @throws anything: the task is tried again later
   */
  advance(ref: string, signal: AbortSignal): Promise<void>;
}

export interface OutboxOptions {
  readonly store: Store;
  readonly handlers: Readonly<Record<TaskKind, TaskHandler>>;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
}

interface TaskRow extends Task {
  readonly attempts: number;
}

/**
 * Durable work: a task is in the store before anything leaves this process, stays there until its end is on disk, and
 * is taken up again at the next start. Failures are retried with growing pauses, without holding up other subjects.
 */
export class Outbox implements AsyncDisposable {
  readonly #options: OutboxOptions;
  readonly #worker: Worker;
  readonly #abort = new AbortController();
  readonly #running = new Map<string, Promise<void>>();
  readonly #busySubjects = new Set<string>();
  /** When a task that failed may be tried again, milliseconds. After a restart: at once. */
  readonly #notBeforeMs = new Map<string, number>();
  readonly #watchers = new Map<string, Set<() => void>>();

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#worker = startWorker({
      name: 'outbox',
      logger: options.logger,
      idleMs: LOOK_INTERVAL_MS,
      run: async () => this.#launch(),
    });
  }

  /** Tasks that are not finished. */
  pending(kind?: TaskKind): number {
    const row = this.#options.store.get<{ n: number }>(
      'SELECT count(*) AS n FROM outbox WHERE ?1 IS NULL OR kind = ?1',
      kind ?? null,
    );
    return row?.n ?? 0;
  }

  /** What the last attempt at a task failed with. */
  lastError(kind: TaskKind, ref: string): string | null {
    const row = this.#options.store.get<{ lastError: string | null }>(
      'SELECT last_error AS lastError FROM outbox WHERE kind = ? AND ref = ?',
      kind,
      ref,
    );
    return row?.lastError ?? null;
  }

  /** A task was committed. */
  wake(): void {
    this.#worker.wake();
  }

  /** Resolves when the task has ended (true) or after the time (false). */
  async finished(kind: TaskKind, ref: string, timeoutMs: number): Promise<boolean> {
    const key = keyOf({ kind, ref });
    if (!this.#has(kind, ref)) return true;
    return new Promise((resolve) => {
      const watchers = this.#watchers.get(key) ?? new Set();
      this.#watchers.set(key, watchers);
      const end = (isFinished: boolean): void => {
        clearTimeout(timer);
        watchers.delete(done);
        if (watchers.size === 0) this.#watchers.delete(key);
        resolve(isFinished);
      };
      const done = (): void => end(true);
      const timer = setTimeout(() => end(false), timeoutMs);
      watchers.add(done);
    });
  }

  /** Waits for what is on its way; what it cannot finish stays for the next start. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#worker.stop();
    await Promise.all(this.#running.values());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Starts what may start now; false: there is nothing more to do at once. */
  #launch(): boolean {
    const nowMs = Date.now();
    const passed = new Set(this.#busySubjects);
    for (const task of this.#look()) {
      if (this.#running.size >= OUTBOX_CONCURRENCY || this.#abort.signal.aborted) break;
      const subject = `${task.kind} ${task.subject}`;
      // A subject whose earlier task waits must not be overtaken by a later one.
      if (passed.has(subject)) continue;
      passed.add(subject);
      if ((this.#notBeforeMs.get(keyOf(task)) ?? 0) > nowMs) continue;
      this.#start(task, subject);
    }
    return false;
  }

  #look(): TaskRow[] {
    return this.#options.store.all(
      `SELECT kind, ref, subject, attempts FROM outbox ORDER BY place LIMIT ${LOOK_MAX_ROWS}`,
    );
  }

  #start(task: TaskRow, subject: string): void {
    const key = keyOf(task);
    this.#busySubjects.add(subject);
    const run = this.#run(task).finally(() => {
      this.#running.delete(key);
      this.#busySubjects.delete(subject);
      this.#worker.wake();
    });
    this.#running.set(key, run);
  }

  async #run(task: TaskRow): Promise<void> {
    const { handlers, logger } = this.#options;
    const { kind, ref } = task;
    try {
      await handlers[kind].advance(ref, this.#abort.signal);
      this.#notBeforeMs.delete(keyOf(task));
      if (!this.#has(kind, ref)) this.#settled(task);
    } catch (err) {
      if (this.#abort.signal.aborted) return;
      await this.#failed(task, err).catch((cause: unknown) =>
        logger.error({ err: cause, kind, ref }, 'the failure of a task could not be noted'),
      );
    }
  }

  async #failed(task: TaskRow, err: unknown): Promise<void> {
    const { logger, store } = this.#options;
    const { kind, ref } = task;
    const attempts = task.attempts + 1;
    const delayMs = backoffDelayMs(TASK_BACKOFF, attempts);
    this.#notBeforeMs.set(keyOf(task), Date.now() + delayMs);
    logger.warn({ err, kind, ref, attempts, delayMs }, 'a task failed; will try again');
    const lastError = err instanceof Error ? err.message : String(err);
    await store.commit(() =>
      store.run(
        'UPDATE outbox SET attempts = ?, last_error = ? WHERE kind = ? AND ref = ?',
        attempts,
        lastError,
        kind,
        ref,
      ),
    );
  }

  #settled(task: Task): void {
    for (const done of this.#watchers.get(keyOf(task)) ?? []) done();
  }

  #has(kind: TaskKind, ref: string): boolean {
    return (
      this.#options.store.get('SELECT 1 FROM outbox WHERE kind = ? AND ref = ?', kind, ref) !== undefined
    );
  }
}

const keyOf = ({ kind, ref }: Pick<Task, 'kind' | 'ref'>): string => `${kind} ${ref}`;

/** Only within `store.commit`; wake the outbox once that is durable. */
export function addTask(store: Store, { kind, ref, subject }: Task): void {
  store.run(
    'INSERT INTO outbox (kind, ref, subject) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
    kind,
    ref,
    subject,
  );
}

/** Only within `store.commit`: the task's end is being written down. */
export function removeTask(store: Store, { kind, ref }: Pick<Task, 'kind' | 'ref'>): void {
  store.run('DELETE FROM outbox WHERE kind = ? AND ref = ?', kind, ref);
}
