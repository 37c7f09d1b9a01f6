/** Batches that may be on their way at once. */
export const DEFAULT_BATCHES_IN_FLIGHT = 4;
/** Items that may wait; more are refused, so that memory stays bounded. */
export const DEFAULT_WAITING_MAX = 10_000;

export interface SubjectBatcherOptions<Item, Result> {
  /** Whom an item is about, e.g. a patient id. */
  readonly subjectOf: (item: Item) => string;
  /** Carries a batch out; results in the order of the items. Its failure fails every item of the batch. */
  readonly run: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly maxItems: number;
  readonly maxInFlight?: number;
  readonly maxWaiting?: number;
}

interface Entry<Item, Result> {
  readonly item: Item;
  readonly subject: string;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** The queue is full: the caller should answer 503 and be asked again later. */
export class BatcherFullError extends Error {
  override readonly name = 'BatcherFullError';
  readonly code = 'TOO_MANY_REQUESTS';
}

/**
 * Gathers items of many callers into batches with at most one item a subject, and never has two batches with the same
 * subject on their way: a Fabric transaction does not see its own writes, and two of one subject would conflict.
 * Items of one subject keep their order. A batch leaves as soon as there is room: what arrives meanwhile shares the next.
 */
export class SubjectBatcher<Item, Result> {
  readonly #options: Required<SubjectBatcherOptions<Item, Result>>;
  #waiting: Entry<Item, Result>[] = [];
  readonly #busy = new Set<string>();
  #inFlight = 0;
  #scheduled = false;

  constructor(options: SubjectBatcherOptions<Item, Result>) {
    this.#options = { maxInFlight: DEFAULT_BATCHES_IN_FLIGHT, maxWaiting: DEFAULT_WAITING_MAX, ...options };
  }

  /** Items that have not left yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Resolves with the item's result. @throws BatcherFullError; whatever `run` throws */
  add(item: Item): Promise<Result> {
    if (this.#waiting.length >= this.#options.maxWaiting)
      return Promise.reject(
        new BatcherFullError(`${this.#waiting.length} items wait already: try again later`),
      );
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, subject: this.#options.subjectOf(item), resolve, reject });
      this.#schedule();
    });
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
    const kept: Entry<Item, Result>[] = [];
    // A subject whose earlier item stays behind must not be overtaken by a later one.
    const passed = new Set(this.#busy);
    for (const entry of this.#waiting) {
      if (batch.length < this.#options.maxItems && !passed.has(entry.subject)) batch.push(entry);
      else kept.push(entry);
      passed.add(entry.subject);
    }
    if (batch.length === 0) return false;
    this.#waiting = kept;
    this.#inFlight += 1;
    for (const { subject } of batch) this.#busy.add(subject);
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
