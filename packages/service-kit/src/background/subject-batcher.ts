import { FairQueues } from './fair-queues.js';

/** Batches that may be on their way at once. */
const DEFAULT_BATCHES_IN_FLIGHT = 4;
/** Items that may wait; more are refused, so that memory stays bounded. */
const DEFAULT_WAITING_MAX = 10_000;

export interface SubjectBatcherOptions<Item, Result> {
  /** Whom an item is about, e.g. a patient id. */
  readonly subjectOf: (item: Item) => string;
  /**
   * Who says it about the subject, as far as that was verified, e.g. the issuer of a statement: items of one queue keep
   * their order, the queues of a subject take turns. Default: one queue a subject.
   */
  readonly queueOf?: (item: Item) => string;
  /** Whether it is the subject's own word, which goes before everybody else's. Default: nobody's is. */
  readonly isOwner?: (item: Item) => boolean;
  /** Who brought it, e.g. the organisation of a bearer token. Default: all are one caller. */
  readonly callerOf?: (item: Item) => string;
  /** Carries a batch out; results in the order of the items. Its failure fails every item of the batch. */
  readonly run: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly maxItems: number;
  readonly maxInFlight?: number;
  readonly maxWaiting?: number;
  /** Items of one queue of one subject that may wait. Default: maxWaiting. */
  readonly maxWaitingPerQueue?: number;
  /** Items of one caller that may wait, about all subjects together. Default: maxWaiting. */
  readonly maxWaitingPerCaller?: number;
}

interface Entry<Item, Result> {
  readonly item: Item;
  readonly subject: string;
  readonly caller: string;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** A queue is full: the caller should answer 429 or 503 and be asked again later. */
class BatcherFullError extends Error {
  override readonly name = 'BatcherFullError';
  readonly code = 'TOO_MANY_REQUESTS';
}

/**
 * Gathers items of many callers into batches with at most one item a subject, and never has two batches with the same
 * subject on their way: a Fabric transaction does not see its own writes, and two of one subject would conflict.
 * A batch leaves as soon as there is room: what arrives meanwhile shares the next. Subjects take turns, and so do the
 * queues of a subject, its owner's first: nobody waits behind all that somebody else sent.
 */
export class SubjectBatcher<Item, Result> {
  readonly #options: Required<SubjectBatcherOptions<Item, Result>>;
  /** The first one has the next turn. */
  readonly #subjects = new Map<string, FairQueues<Entry<Item, Result>>>();
  readonly #waitingOfCaller = new Map<string, number>();
  #waiting = 0;
  readonly #busy = new Set<string>();
  #inFlight = 0;
  #scheduled = false;

  constructor(options: SubjectBatcherOptions<Item, Result>) {
    const { maxWaiting = DEFAULT_WAITING_MAX } = options;
    this.#options = {
      queueOf: () => '',
      isOwner: () => false,
      callerOf: () => '',
      maxInFlight: DEFAULT_BATCHES_IN_FLIGHT,
      maxWaiting,
      maxWaitingPerQueue: maxWaiting,
      maxWaitingPerCaller: maxWaiting,
      ...options,
    };
  }

  /** Items that have not left yet. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Resolves with the item's result. @throws BatcherFullError; whatever `run` throws */
  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      const { subjectOf, queueOf, isOwner, callerOf } = this.#options;
      const [subject, queue, caller, owns] = [subjectOf(item), queueOf(item), callerOf(item), isOwner(item)];
      const queues = this.#subjects.get(subject) ?? new FairQueues();
      this.#refuseIfFull(queues.lengthOf(queue, owns), caller);
      queues.add(queue, owns, { item, subject, caller, resolve, reject });
      this.#subjects.set(subject, queues);
      this.#count(caller, 1);
      this.#schedule();
    });
  }

  #refuseIfFull(waitingInQueue: number, caller: string): void {
    const { maxWaiting, maxWaitingPerQueue, maxWaitingPerCaller } = this.#options;
    const ofCaller = this.#waitingOfCaller.get(caller) ?? 0;
    if (this.#waiting >= maxWaiting)
      throw new BatcherFullError(`${this.#waiting} items wait already: try again later`);
    if (waitingInQueue >= maxWaitingPerQueue)
      throw new BatcherFullError(
        `${waitingInQueue} items of this issuer wait already for this subject: try again later`,
      );
    if (ofCaller >= maxWaitingPerCaller)
      throw new BatcherFullError(`${ofCaller} items of this caller wait already: try again later`);
  }

  #count(caller: string, change: 1 | -1): void {
    this.#waiting += change;
    const left = (this.#waitingOfCaller.get(caller) ?? 0) + change;
    if (left === 0) this.#waitingOfCaller.delete(caller);
    else this.#waitingOfCaller.set(caller, left);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      while (this.#inFlight < this.#options.maxInFlight && this.#launch());
    });
  }

  /** Sends the next batch on its way; false when nothing can leave now. */
  #launch(): boolean {
    const batch: Entry<Item, Result>[] = [];
    for (const [subject, queues] of this.#subjects) {
      if (batch.length >= this.#options.maxItems) break;
      // Also a subject that this very loop served and put last.
      if (this.#busy.has(subject)) continue;
      const entry = queues.next();
      this.#subjects.delete(subject);
      if (entry === undefined) continue;
      if (!queues.isEmpty) this.#subjects.set(subject, queues);
      this.#busy.add(subject);
      this.#count(entry.caller, -1);
      batch.push(entry);
    }
    if (batch.length === 0) return false;
    this.#inFlight += 1;
    void this.#carryOut(batch);
    return true;
  }

  async #carryOut(batch: readonly Entry<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#options.run(batch.map((entry) => entry.item));
      for (const [index, entry] of batch.entries()) {
        if (index in results) entry.resolve(results[index] as Result);
        else entry.reject(new RangeError('A batch came back with fewer results than items'));
      }
    } catch (error) {
      for (const entry of batch) entry.reject(error);
    } finally {
      this.#inFlight -= 1;
      for (const { subject } of batch) this.#busy.delete(subject);
      this.#schedule();
    }
  }
}
