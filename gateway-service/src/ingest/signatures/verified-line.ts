import { Fifo } from '../../scheduling/fifo.js';
import { BATCH_MAX_FRAMES, type BatchMemory, type SignedBytes } from './batch-memory.js';
import { VerifyThread } from './verify-thread.js';

/** So many have to wait before other threads are asked: for fewer it costs more than it gains. */
const BATCH_MIN_FRAMES = 16;
/** What is verified here behind a batch that another thread has still to answer. */
const AHEAD_MAX_FRAMES = BATCH_MAX_FRAMES;

/** Where items come from, in their order. */
export interface LineSource<T> {
  readonly size: number;
  shift(): T | undefined;
}

export interface LineOptions<T> {
  readonly source: LineSource<T>;
  /** Threads besides this one; 0 verifies all here. */
  readonly threads: number;
  /** What is to be verified of an item; undefined if nothing is. */
  readonly signedOf: (item: T) => SignedBytes | undefined;
  readonly verify: (signed: SignedBytes) => boolean;
  /** `next` has something again. */
  readonly onProgress: () => void;
}

/** An item whose turn it is. */
export interface Verified<T> {
  readonly item: T;
  /** Undefined where nobody has looked yet. */
  readonly isSigned: boolean | undefined;
}

/** Items that were taken together. */
interface Batch<T> {
  readonly items: readonly T[];
  /** Where each is in `memory`. */
  readonly places: readonly (number | undefined)[];
  /** By place, once they are there; none from a thread that is gone. */
  answers: readonly boolean[] | undefined;
  readonly thread: VerifyThread;
  readonly memory: BatchMemory;
  taken: number;
}

/**
 * Takes items out of a source in its order, and gives them on in the same order with the word whether they are signed.
 * Under load other threads verify them by batches, and this one verifies what follows meanwhile. Which thread verifies
 * changes nothing else: a thread that dies leaves its items to this one.
 */
export class VerifiedLine<T> {
  readonly #options: LineOptions<T>;
  readonly #threads: VerifyThread[] = [];
  readonly #batches = new Fifo<Batch<T> | Verified<T>>();
  #size = 0;
  #ahead = 0;

  constructor(options: LineOptions<T>) {
    this.#options = options;
  }

  /** Items that were taken out of the source and not given on yet. */
  get size(): number {
    return this.#size;
  }

  /** The next item; undefined if there is none, or another thread has still to answer: `onProgress` tells. */
  next(): Verified<T> | undefined {
    const { source } = this.#options;
    if (this.#options.threads > 0 && source.size >= BATCH_MIN_FRAMES) this.#handOut();
    for (let head = this.#batches.first; head !== undefined; head = this.#batches.first) {
      if ('item' in head) {
        this.#batches.shift();
        this.#size--;
        this.#ahead--;
        return head;
      }
      if (this.#isAnswered(head)) return this.#takeOf(head);
      if (this.#ahead >= AHEAD_MAX_FRAMES || !this.#verifyHere()) return undefined;
    }
    const item = source.shift();
    return item === undefined ? undefined : { item, isSigned: undefined };
  }

  /** Takes everything out that is in the line. */
  *drain(): Iterable<T> {
    for (let head = this.#batches.shift(); head !== undefined; head = this.#batches.shift()) {
      if ('item' in head) yield head.item;
      else yield* head.items.slice(head.taken);
    }
    this.#size = 0;
    this.#ahead = 0;
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }

  /** Fills what batches are free. Threads are started by the first load. */
  #handOut(): void {
    const { source, threads, onProgress } = this.#options;
    while (this.#threads.length < threads) this.#threads.push(new VerifyThread(onProgress));
    for (const thread of this.#threads) {
      for (let { free } = thread; free !== undefined && source.size >= BATCH_MIN_FRAMES; { free } = thread) {
        this.#fill(thread, free);
      }
    }
  }

  #fill(thread: VerifyThread, memory: BatchMemory): void {
    const { source, signedOf } = this.#options;
    const items: T[] = [];
    const places: (number | undefined)[] = [];
    while (items.length < BATCH_MAX_FRAMES) {
      const item = source.shift();
      if (item === undefined) break;
      const signed = signedOf(item);
      items.push(item);
      places.push(signed && memory.add(signed));
    }
    thread.handOver(memory);
    this.#size += items.length;
    this.#batches.push({ items, places, answers: undefined, thread, memory, taken: 0 });
  }

  #isAnswered(batch: Batch<T>): boolean {
    if (batch.answers !== undefined) return true;
    if (batch.memory.isVerified) batch.answers = batch.memory.takeAnswers();
    else if (batch.thread.isGone) batch.answers = [];
    return batch.answers !== undefined;
  }

  #takeOf(batch: Batch<T>): Verified<T> {
    const place = batch.places[batch.taken];
    const item = batch.items[batch.taken++] as T;
    if (batch.taken === batch.items.length) this.#batches.shift();
    this.#size--;
    return { item, isSigned: place === undefined ? undefined : batch.answers?.[place] };
  }

  #verifyHere(): boolean {
    const { source, signedOf, verify } = this.#options;
    const item = source.shift();
    if (item === undefined) return false;
    const signed = signedOf(item);
    this.#batches.push({ item, isSigned: signed && verify(signed) });
    this.#size++;
    this.#ahead++;
    return true;
  }
}
