import { closeSync, fdatasync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { DatabaseError, isBusy } from './error.js';
import { migrate, type Migration } from './migrations.js';

/** How long a statement waits for another connection's lock. */
const BUSY_TIMEOUT_MS = 5_000;

export interface OpenDatabaseOptions {
  /** A file, made with its folder if missing, or `:memory:`. */
  readonly path: string;
  readonly migrations: readonly Migration[];
  /** Hold the file's lock until closed, so that no second process can write it. Default true. */
  readonly exclusive?: boolean;
  /** Default BUSY_TIMEOUT_MS. */
  readonly busyTimeoutMs?: number;
}

/**
 * A SQLite store (node:sqlite, WAL). A `transaction` that returned survives a power failure. A
 * `deferred` one does once a `sync()` begun after it has resolved: so one fdatasync, off the event
 * loop, can serve everything committed meanwhile (see GroupCommit).
 */
export class Database implements Disposable {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #walFd: number | undefined;
  #synchronous: 'FULL' | 'NORMAL' = 'FULL';
  #syncing = 0;
  #closing = false;

  constructor(options: OpenDatabaseOptions) {
    const inMemory = options.path === ':memory:';
    if (!inMemory) mkdirSync(dirname(options.path), { recursive: true });
    this.#db = openSqlite(options.path);
    try {
      this.#db.exec(`PRAGMA busy_timeout = ${options.busyTimeoutMs ?? BUSY_TIMEOUT_MS}`);
      if (options.exclusive ?? true) this.#db.exec('PRAGMA locking_mode = EXCLUSIVE');
      this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON');
      migrate(this.#db, options.migrations);
      this.#walFd = inMemory ? undefined : openWal(options.path);
    } catch (cause) {
      this.#db.close();
      throw translateOpenError(options.path, cause);
    }
  }

  /** The statement of this text, prepared once. */
  prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, (statement = this.#db.prepare(sql)));
    return statement;
  }

  exec(sql: string): void {
    this.#db.exec(sql);
  }

  /** Runs `fn` in one transaction, on disk when this returns; whatever it throws rolls back. */
  transaction<T>(fn: () => T): T {
    this.#setSynchronous('FULL');
    return this.#transact(fn);
  }

  /** As `transaction`, but on disk only after a later `sync()`: acknowledge nothing before that. */
  deferred<T>(fn: () => T): T {
    // In NORMAL a commit writes the WAL without syncing it (https://sqlite.org/pragma.html#pragma_synchronous).
    this.#setSynchronous('NORMAL');
    return this.#transact(fn);
  }

  /** Calls back once every deferred transaction committed before this call is on disk. */
  syncThen(done: (error: Error | null) => void): void {
    if (this.#walFd === undefined) {
      setImmediate(done, null);
      return;
    }
    this.#syncing += 1;
    // The WAL's frames are self-checking, so syncing the file is all that a FULL commit does more;
    // a checkpoint syncs the WAL by itself before it copies from it.
    fdatasync(this.#walFd, (error) => {
      this.#syncing -= 1;
      this.#closeWalWhenIdle();
      done(error);
    });
  }

  /** @throws DatabaseError DATABASE_CORRUPT */
  integrityCheck(): void {
    const faults = this.#db.prepare('PRAGMA integrity_check').all() as { integrity_check: string }[];
    const foreign = this.#db.prepare('PRAGMA foreign_key_check').all();
    if (faults[0]?.integrity_check !== 'ok' || foreign.length > 0) {
      throw new DatabaseError(
        'DATABASE_CORRUPT',
        `The store is damaged: restore a backup (${faults.map((fault) => fault.integrity_check).join('; ')})`,
      );
    }
  }

  close(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#statements.clear();
    this.#db.close();
    this.#closeWalWhenIdle();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #transact<T>(fn: () => T): T {
    this.prepare('BEGIN IMMEDIATE').run();
    try {
      const result = fn();
      this.prepare('COMMIT').run();
      return result;
    } catch (error) {
      // Some errors, a full disk among them, have rolled back already.
      if (this.#db.isTransaction) this.prepare('ROLLBACK').run();
      throw error;
    }
  }

  #setSynchronous(mode: 'FULL' | 'NORMAL'): void {
    if (this.#synchronous === mode) return;
    this.#db.exec(`PRAGMA synchronous = ${mode}`);
    this.#synchronous = mode;
  }

  #closeWalWhenIdle(): void {
    if (this.#closing && this.#syncing === 0 && this.#walFd !== undefined) closeSync(this.#walFd);
  }
}

/** Opens a store and brings its schema up to date. @throws DatabaseError */
export function openDatabase(options: OpenDatabaseOptions): Database {
  return new Database(options);
}

function openSqlite(path: string): DatabaseSync {
  try {
    return new DatabaseSync(path);
  } catch (cause) {
    throw translateOpenError(path, cause);
  }
}

/** The WAL exists once a transaction was written, and stays the same file until the store is closed. */
function openWal(path: string): number {
  const fd = openSync(`${path}-wal`, 'r+');
  // Its directory entry must be on disk before the first acknowledgement.
  const dir = openSync(dirname(path), 'r');
  try {
    fsyncSync(dir);
  } finally {
    closeSync(dir);
  }
  return fd;
}

function translateOpenError(path: string, cause: unknown): DatabaseError {
  if (cause instanceof DatabaseError) return cause;
  if (isBusy(cause)) {
    return new DatabaseError('DATABASE_IN_USE', `${path} is in use by another process: stop it first`, {
      cause,
    });
  }
  return new DatabaseError('DATABASE_UNUSABLE', `${path} cannot be opened as a store`, { cause });
}
