import { closeSync, fdatasyncSync, fstatSync, openSync } from 'node:fs';
import { join } from 'node:path';
import Hypercore from 'hypercore';

/**
 * A hypercore whose batches are on disk. hypercore-storage writes RocksDB's write-ahead log without ever syncing it, and
 * has no option to: so the file gets an fdatasync after each batch, on this thread, which costs least.
 */
export class SyncedCore {
  readonly #folder: string;
  readonly #core: Hypercore;
  #logFd = -1;
  #logBytes = 0;

  private constructor(folder: string) {
    this.#folder = folder;
    this.#core = new Hypercore(folder);
  }

  static async open(folder: string): Promise<SyncedCore> {
    const core = new SyncedCore(folder);
    await core.#core.ready();
    await core.#followLog();
    return core;
  }

  /** Entries so far. */
  get length(): number {
    return this.#core.length;
  }

  /** On disk when it resolves. */
  async append(batch: readonly Uint8Array[]): Promise<void> {
    await this.#core.append(batch);
    const bytes = fstatSync(this.#logFd).size;
    // A log that did not grow is full, and synced: the batch went to the next one.
    if (bytes === this.#logBytes) await this.#followLog();
    else this.#logBytes = bytes;
    fdatasyncSync(this.#logFd);
  }

  async #followLog(): Promise<void> {
    if (this.#logFd >= 0) closeSync(this.#logFd);
    const { path } = await this.#core.core.db.rocks.currentWalFile();
    this.#logFd = openSync(join(this.#folder, 'db', path), 'r+');
    this.#logBytes = fstatSync(this.#logFd).size;
  }
}
