import { startWorker, type Logger, type Worker } from '@careledger/service-kit';
import type { Store } from '../store/store.js';
import type { Allowances } from './allowances.js';
import type { CopyStore } from './copy-store.js';
import type { IntakeStore } from './intake-store.js';

/** How often it is looked for copies that have ended by time alone. */
const LOOK_INTERVAL_MS = 5_000;

export interface CopyEndingOptions {
  readonly allowances: Allowances;
  readonly copies: CopyStore;
  readonly waiting: IntakeStore;
  readonly store: Store;
  readonly logger: Logger;
}

/**
 * Destroys the copy of every patient who does not let it be kept any more: by a revocation, or since its grant has ended. It is
 * hidden before, from when the mirror has heard of it.
 */
export class CopyEnding implements AsyncDisposable {
  readonly #options: CopyEndingOptions;
  readonly #worker: Worker;

  constructor(options: CopyEndingOptions) {
    const { logger, store } = options;
    this.#options = options;
    // What a process that was killed had erased may lie in the write-ahead log still.
    store.forgetErased();
    this.#worker = startWorker({
      ...{ name: 'ending of copies', logger, idleMs: LOOK_INTERVAL_MS },
      run: async () => {
        await this.round();
        return false;
      },
    });
  }

  wake(): void {
    this.#worker.wake();
  }

  stop(): Promise<void> {
    return this.#worker.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async round(): Promise<void> {
    const { allowances, copies, logger, store, waiting } = this.#options;
    const over = copies.keys.patientIds().filter((patientId) => !allowances.stands(patientId));
    if (over.length === 0) return;
    await store.commit(() => {
      for (const patientId of over) {
        copies.destroy(patientId);
        waiting.forget(patientId);
      }
    });
    store.forgetErased();
    for (const patientId of over) logger.info({ patientId }, 'a copy has ended: its key is destroyed');
  }
}
