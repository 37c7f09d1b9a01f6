import { Worker } from 'node:worker_threads';
import { BatchMemory } from './batch-memory.js';

/** While one is verified, the next is there already. */
const BATCHES = 2;
/** It keeps nothing. Megabytes. */
const RESOURCE_LIMITS = { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 16 };

/** A thread that verifies batches in the order in which they are handed over. */
export class VerifyThread {
  readonly #worker: Worker;
  readonly #batches: readonly BatchMemory[];
  #next = 0;
  #isReady = false;

  /** @param onProgress it is ready, a batch is verified, or it is gone */
  constructor(onProgress: () => void) {
    const shared = Array.from({ length: BATCHES }, () => BatchMemory.makeShared());
    this.#batches = shared.map((memory) => new BatchMemory(memory));
    this.#worker = new Worker(new URL('./verify.thread.js', import.meta.url), {
      workerData: shared,
      resourceLimits: RESOURCE_LIMITS,
    });
    this.#worker.unref();
    this.#worker.on('message', () => {
      this.#isReady = true;
      onProgress();
    });
    const isGone = (): void => {
      this.isGone = true;
      onProgress();
    };
    this.#worker.once('error', isGone);
    this.#worker.once('exit', isGone);
  }

  /** Whether it ended: what it has not answered by then it never will. */
  isGone = false;

  /** The batch to be filled and handed over next, if it is free; undefined while there is none. */
  get free(): BatchMemory | undefined {
    const batch = this.#batches[this.#next];
    return this.#isReady && !this.isGone && batch?.isFree === true ? batch : undefined;
  }

  handOver(batch: BatchMemory): void {
    batch.handOver();
    this.#next = (this.#next + 1) % BATCHES;
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
