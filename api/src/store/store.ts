import { AsyncLocalStorage } from 'node:async_hooks';
import { GroupCommit, IdempotencyKeys, JobStore, openDatabase, type Database } from '@careledger/service-kit';
import { migrations } from './migrations.js';

/** Name of the store in `dataDir`. */
export const STORE_FILE = 'authority.db';

/** What a statement takes. */
export type Value = string | number | null | Uint8Array;

/**
 * This authority's own off-chain store, behind which SQLite can be changed for another database. Reading is
 * synchronous; writing is a commit, on disk when its promise resolves.
 */
export interface Store {
  /** Runs `work` in a transaction that it may share with others; it must change nothing but the store. */
  commit<T>(work: () => T): Promise<T>;
  all<R>(sql: string, ...values: readonly Value[]): R[];
  get<R>(sql: string, ...values: readonly Value[]): R | undefined;
  /** Only within `commit`. Returns the number of changed rows. */
  run(sql: string, ...values: readonly Value[]): number;
  /** Only within `commit`. Returns the row id of an insert. */
  insert(sql: string, ...values: readonly Value[]): number;
  /** Empties the write-ahead log, which still has the former content of erased rows. Not within `commit`. */
  forgetErased(): void;
  /** Which requests came before. Claiming only within `commit`. */
  readonly requests: IdempotencyKeys;
}

/** The store in one SQLite file, or `:memory:`. */
export class SqliteStore implements Store, Disposable {
  readonly #database: Database;
  readonly #commits: GroupCommit<() => unknown, unknown>;
  readonly requests: IdempotencyKeys;
  /** Work that its callers ask after. */
  readonly jobs: JobStore;

  constructor(path: string) {
    this.#database = openDatabase({ path, migrations });
    // What is erased is overwritten, not just unlinked (https://sqlite.org/pragma.html#pragma_secure_delete).
    this.#database.exec('PRAGMA secure_delete = ON');
    this.requests = new IdempotencyKeys({ database: this.#database });
    this.jobs = new JobStore({ database: this.#database, requests: this.requests });
    this.#commits = new GroupCommit({ database: this.#database, write: (work) => work() });
  }

  commit<T>(work: () => T): Promise<T> {
    // Others' work may begin the transaction: this one stays within the trace of whoever asked for it.
    return this.#commits.add(AsyncLocalStorage.bind(work)) as Promise<T>;
  }

  all<R>(sql: string, ...values: readonly Value[]): R[] {
    return this.#database.prepare(sql).all(...values) as unknown as R[];
  }

  get<R>(sql: string, ...values: readonly Value[]): R | undefined {
    return this.#database.prepare(sql).get(...values) as unknown as R | undefined;
  }

  run(sql: string, ...values: readonly Value[]): number {
    return Number(this.#database.prepare(sql).run(...values).changes);
  }

  insert(sql: string, ...values: readonly Value[]): number {
    return Number(this.#database.prepare(sql).run(...values).lastInsertRowid);
  }

  forgetErased(): void {
    this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  /** Waits for commits under way. */
  async close(): Promise<void> {
    await this.#commits.idle();
    this.#database.close();
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}
