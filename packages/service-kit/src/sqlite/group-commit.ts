import type { Database } from './database.js';

/** More than this in one transaction would hold up what waits behind it. */
const MAX_GROUP_ITEMS = 512;

export interface GroupCommitOptions<Item, Result> {
  readonly database: Pick<Database, 'deferred' | 'syncThen'>;
  /** Writes one item inside the transaction; throwing fails this item alone. */
  readonly write: (item: Item) => Result;
  readonly maxItems?: number;
}

interface Waiter<Result> {
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: what arrives within a turn of the event loop, or while the previous group reaches the
 * disk, shares one transaction and one fdatasync; each waiter is resolved after that. A group that
 * fails is rolled back and written again item by item, so that only the culprit fails: `write` must
 * therefore change nothing but the database.
 */
export class GroupCommit<Item, Result> {
  readonly #options: GroupCommitOptions<Item, Result>;
  readonly #maxItems: number;
  #items: Item[] = [];
  #waiters: Waiter<Result>[] = [];
  #running = false;
  #idle: (() => void)[] = [];
  readonly #flush = (): void => this.#commitGroup();

  constructor(options: GroupCommitOptions<Item, Result>) {
    this.#options = options;
    this.#maxItems = options.maxItems ?? MAX_GROUP_ITEMS;
  }

  /** Items waiting or being written. */
  get pending(): number {
    return this.#items.length;
  }

  /** Resolves with `write`'s result once it is on disk. */
  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#items.push(item);
      this.#waiters.push({ resolve, reject });
      if (!this.#running) this.#start();
    });
  }

  /** Resolves when everything added so far is on disk or has failed. */
  async idle(): Promise<void> {
    if (this.#running) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #start(): void {
    this.#running = true;
    setImmediate(this.#flush);
  }

  #commitGroup(): void {
    const items = this.#items.splice(0, this.#maxItems);
    const waiters = this.#waiters.splice(0, this.#maxItems);
    const outcome = this.#writeTogether(items) ?? this.#writeEach(items);
    this.#options.database.syncThen((error) => {
      for (const [index, waiter] of waiters.entries()) {
        const result = outcome[index] as Outcome<Result>;
        if (error) waiter.reject(error);
        else if ('error' in result) waiter.reject(result.error);
        else waiter.resolve(result.value);
      }
      if (this.#items.length > 0) this.#start();
      else this.#stop();
    });
  }

  #writeTogether(items: readonly Item[]): Outcome<Result>[] | undefined {
    const { database, write } = this.#options;
    try {
      return database.deferred(() => items.map((item) => ({ value: write(item) })));
    } catch {
      // Rolled back as a whole; the second pass finds the culprit and keeps its error.
      return undefined;
    }
  }

  #writeEach(items: readonly Item[]): Outcome<Result>[] {
    const { database, write } = this.#options;
    return items.map((item) => {
      try {
        return { value: database.deferred(() => write(item)) };
      } catch (error) {
        return { error };
      }
    });
  }

  #stop(): void {
    this.#running = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}

type Outcome<Result> = { readonly value: Result } | { readonly error: unknown };
