import { isLedgerAway } from '@careledger/delivery';
import { LedgerError } from '@careledger/ledger';
import { DurableWork, messageOf, type Backoff, type Logger, type TaskFailure } from '@careledger/service-kit';
import type { Store } from '../store/store.js';

/** Tasks of one kind on their way at once. */
export const OUTBOX_CONCURRENCY = 16;
const TASK_BACKOFF: Backoff = { minMs: 250, maxMs: 15_000 };

export type TaskKind = 'record' | 'visit' | 'practitioner' | 'receipt' | 'reading';

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
  readonly logger: Pick<Logger, 'warn'>;
}

/**
 * This authority's durable work: a task's row is in the store before anything leaves this process, stays there until its
 * end is on disk, and is taken up again at the next start. While the ledger is away a kind's tasks pause together; any
 * other failure holds up its own subject alone.
 */
export class Outbox implements AsyncDisposable {
  readonly #options: OutboxOptions;
  readonly #work: Readonly<Record<TaskKind, DurableWork<string>>>;
  /** Row of the newest task that is with its worker. */
  #newestPlace = 0;
  #isStopped = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#work = {
      record: this.#worker('record'),
      visit: this.#worker('visit'),
      practitioner: this.#worker('practitioner'),
      receipt: this.#worker('receipt'),
      reading: this.#worker('reading'),
    };
    this.wake();
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
    if (this.#isStopped) return;
    const rows = this.#options.store.all<Task & { place: number }>(
      'SELECT place, kind, ref, subject FROM outbox WHERE place > ? ORDER BY place',
      this.#newestPlace,
    );
    for (const { place, kind, ref, subject } of rows) {
      this.#newestPlace = place;
      this.#work[kind].add(subject, ref);
    }
  }

  /** Resolves when the task has ended (true) or after the time (false). */
  async finished(kind: TaskKind, ref: string, timeoutMs: number): Promise<boolean> {
    if (!this.#has(kind, ref)) return true;
    this.wake();
    return this.#work[kind].finished(ref, timeoutMs);
  }

  /** Waits for what is on its way; what it cannot finish stays for the next start. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(Object.values(this.#work).map((work) => work.stop()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #worker(kind: TaskKind): DurableWork<string> {
    return new DurableWork<string>({
      name: `outbox-${kind}`,
      concurrency: OUTBOX_CONCURRENCY,
      backoff: TASK_BACKOFF,
      isAway: (error) => error instanceof LedgerError && isLedgerAway(error),
      onFailed: (ref, failure) => this.#note(kind, ref, failure),
      logger: this.#options.logger,
      run: (ref, signal) => this.#run(kind, ref, signal),
    });
  }

  /** Until its row is gone: something new may have been asked of it meanwhile. */
  async #run(kind: TaskKind, ref: string, signal: AbortSignal): Promise<void> {
    do await this.#options.handlers[kind].advance(ref, signal);
    while (!signal.aborted && this.#has(kind, ref));
  }

  async #note(kind: TaskKind, ref: string, { error }: TaskFailure): Promise<void> {
    const { store } = this.#options;
    await store.commit(() =>
      store.run(
        'UPDATE outbox SET attempts = attempts + 1, last_error = ? WHERE kind = ? AND ref = ?',
        messageOf(error),
        kind,
        ref,
      ),
    );
  }

  #has(kind: TaskKind, ref: string): boolean {
    return (
      this.#options.store.get('SELECT 1 FROM outbox WHERE kind = ? AND ref = ?', kind, ref) !== undefined
    );
  }
}

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
