import { isLedgerAway } from '@careledger/delivery';
import { LedgerError } from '@careledger/ledger';
import {
  DurableWork,
  currentTrace,
  messageOf,
  traced,
  withoutAddresses,
  type Backoff,
  type Logger,
  type TaskFailure,
  type TraceParent,
} from '@careledger/service-kit';
import type { Store } from '../store/store.js';

/** Tasks of one kind on their way at once. */
export const OUTBOX_CONCURRENCY = 16;
const TASK_BACKOFF: Backoff = { minMs: 250, maxMs: 15_000 };

export const TASK_KINDS = [
  'record',
  'visit',
  'practitioner',
  'subscription',
  'receipt',
  'reading',
  'copy-end',
  'reading-day',
] as const;
export type TaskKind = (typeof TASK_KINDS)[number];

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
  readonly logger: Pick<Logger, 'warn'>;
}

/**
 * This authority's durable work: a task's row is in the store before anything leaves this process, stays there until its
 * end is on disk, and is taken up again at the next start. While the ledger is away a kind's tasks pause together; any
 * other failure holds up its own subject alone. Each kind gets its handler, then the outbox is started.
 */
export class Outbox implements AsyncDisposable {
  readonly #options: OutboxOptions;
  readonly #work = new Map<TaskKind, DurableWork<string>>();
  /** Row of the newest task that is with its worker. */
  #newestRow = 0;
  #isRunning = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Who carries on tasks of a kind; before `start`. @throws RangeError where somebody does already */
  handle(kind: TaskKind, handler: TaskHandler): void {
    if (this.#work.has(kind)) throw new RangeError(`Tasks of kind ${kind} have a handler already`);
    this.#work.set(kind, this.#worker(kind, handler));
  }

  /** Takes up what is in the store, and from now on what is added. @throws RangeError for a kind without a handler */
  start(): void {
    for (const kind of TASK_KINDS) this.#workOf(kind);
    this.#isRunning = true;
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

  /** What the last attempt at a task failed with, for a caller: the log has the addresses. */
  lastError(kind: TaskKind, ref: string): string | null {
    const row = this.#options.store.get<{ lastError: string | null }>(
      'SELECT last_error AS lastError FROM outbox WHERE kind = ? AND ref = ?',
      kind,
      ref,
    );
    const lastError = row?.lastError ?? null;
    return lastError === null ? null : withoutAddresses(lastError);
  }

  /** A task was committed. */
  wake(): void {
    if (!this.#isRunning) return;
    const rows = this.#options.store.all<Task & { row: number }>(
      'SELECT place AS row, kind, ref, subject FROM outbox WHERE place > ? ORDER BY place',
      this.#newestRow,
    );
    for (const { row, kind, ref, subject } of rows) {
      this.#newestRow = row;
      this.#workOf(kind).add(subject, ref);
    }
  }

  /** Resolves when the task has ended (true) or after the time (false). */
  async finished(kind: TaskKind, ref: string, timeoutMs: number): Promise<boolean> {
    if (!this.#has(kind, ref)) return true;
    this.wake();
    return this.#workOf(kind).finished(ref, timeoutMs);
  }

  /** Waits for what is on its way; what it cannot finish stays for the next start. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    await Promise.all([...this.#work.values()].map((work) => work.stop()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #workOf(kind: TaskKind): DurableWork<string> {
    const work = this.#work.get(kind);
    if (work === undefined) throw new RangeError(`Tasks of kind ${kind} have no handler`);
    return work;
  }

  #worker(kind: TaskKind, handler: TaskHandler): DurableWork<string> {
    return new DurableWork<string>({
      name: `outbox-${kind}`,
      concurrency: OUTBOX_CONCURRENCY,
      backoff: TASK_BACKOFF,
      isAway: (error) => error instanceof LedgerError && isLedgerAway(error),
      onFailed: (ref, failure) => this.#note(kind, ref, failure),
      logger: this.#options.logger,
      run: (ref, signal) => this.#run(kind, handler, { ref, signal }),
    });
  }

  /** Until its row is gone: something new may have been asked of it meanwhile. */
  async #run(
    kind: TaskKind,
    handler: TaskHandler,
    { ref, signal }: { readonly ref: string; readonly signal: AbortSignal },
  ): Promise<void> {
    do
      await traced(`carry on ${kind}`, { parent: this.#traceOf(kind, ref) }, () =>
        handler.advance(ref, signal),
      );
    while (!signal.aborted && this.#has(kind, ref));
  }

  /** Where in a trace the task was added. */
  #traceOf(kind: TaskKind, ref: string): TraceParent | null {
    const row = this.#options.store.get<{ trace: TraceParent | null }>(
      'SELECT trace FROM outbox WHERE kind = ? AND ref = ?',
      kind,
      ref,
    );
    return row?.trace ?? null;
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

/** Only within `store.commit`; wake the outbox once that is durable. The task goes on from the trace that runs. */
export function addTask(store: Store, { kind, ref, subject }: Task): void {
  store.run(
    'INSERT INTO outbox (kind, ref, subject, trace) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
    kind,
    ref,
    subject,
    currentTrace(),
  );
}

/** Only within `store.commit`: the task's end is being written down. */
export function removeTask(store: Store, { kind, ref }: Pick<Task, 'kind' | 'ref'>): void {
  store.run('DELETE FROM outbox WHERE kind = ? AND ref = ?', kind, ref);
}
