import { GroupCommit, openDatabase, type Database, type Migration } from '@careledger/service-kit';
import type { StoreReader, StoreWriter } from './port.js';
import { SqlReader } from './sql-reader.js';
import { SqlWriter } from './sql-writer.js';

/** Of pages, at most: those that thousands of patients' blocks are indexed by; SQLite's own 2 MiB are read again and again. */
const CACHE_KIB = 16_384;

export interface OpenStoreOptions {
  /** A file, made if missing. */
  readonly path: string;
  /** Those of the store first, then those of the modules on top of it. */
  readonly migrations: readonly Migration[];
}

/**
 * The gateway's one store. Transactions are synchronous and never nest; whoever has tables of its own writes them
 * through `database` within the same transaction.
 */
export class GatewayStore implements Disposable {
  readonly database: Database;
  readonly read: StoreReader;
  readonly #writer: StoreWriter;
  readonly #shared: GroupCommit<() => unknown, unknown>;

  constructor({ path, migrations }: OpenStoreOptions) {
    this.database = openDatabase({ path, migrations });
    this.database.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
    // What is erased is overwritten, not just unlinked (https://sqlite.org/pragma.html#pragma_secure_delete).
    this.database.exec('PRAGMA secure_delete = ON');
    this.read = new SqlReader(this.database);
    this.#writer = new SqlWriter(this.database);
    this.#shared = new GroupCommit({ database: this.database, write: (work) => work() });
  }

  /** On disk when this returns: for what happens seldom. Blocks the process for an fsync. */
  transaction<T>(write: (writer: StoreWriter) => T): T {
    return this.database.transaction(() => write(this.#writer));
  }

  /** Committed when this returns, on disk after a later `sync`: acknowledge nothing before that. */
  deferred<T>(write: (writer: StoreWriter) => T): T {
    return this.database.deferred(() => write(this.#writer));
  }

  /**
   * On disk when it resolves. What is kept at about the same time shares a transaction and a sync; what is urgent has both to
   * itself, and waits for nobody's.
   * @param write changes nothing but the database: where another one of its transaction fails, it runs once more
   */
  async keep<T>(write: () => T, { isUrgent }: { readonly isUrgent: boolean }): Promise<T> {
    if (!isUrgent) return this.#shared.add(write) as Promise<T>;
    const written = this.deferred(write);
    await this.sync();
    return written;
  }

  /** Resolves when every deferred transaction that was committed before is on disk. */
  sync(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.syncThen((error) => (error ? reject(error) : resolve()));
    });
  }

  /** `sync` without a promise, for the hot path. */
  syncThen(done: (error: Error | null) => void): void {
    this.database.syncThen(done);
  }

  /** Empties the write-ahead log, which still has the former content of erased rows. */
  forgetErased(): void {
    this.database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  close(): void {
    this.database.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** @throws DatabaseError */
export function openStore(options: OpenStoreOptions): GatewayStore {
  return new GatewayStore(options);
}
