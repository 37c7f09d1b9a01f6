import { GroupCommit, openDatabase, type Database, type Migration } from '@careledger/service-kit/sqlite';
import type { Checkpoint, CheckpointStore, JournalEntry, TransactionJournal } from '../ports.js';

const MIGRATIONS: readonly Migration[] = [
  {
    name: 'journal and checkpoints',
    sql: `
      CREATE TABLE journal (
        place INTEGER PRIMARY KEY,
        transaction_id TEXT NOT NULL UNIQUE,
        channel TEXT NOT NULL,
        label TEXT NOT NULL,
        reference TEXT,
        bytes BLOB NOT NULL
      ) STRICT;
      CREATE TABLE checkpoints (
        name TEXT PRIMARY KEY,
        block_number TEXT NOT NULL,
        transaction_id TEXT
      ) STRICT, WITHOUT ROWID;`,
  },
];

/** A file with a client's journal and checkpoints. */
export interface LedgerStore extends Disposable {
  readonly journal: TransactionJournal;
  readonly checkpoints: CheckpointStore;
  close(): void;
}

/** Opens or makes the file; one process at a time. @throws DatabaseError */
export function openLedgerStore(path: string): LedgerStore {
  const database = openDatabase({ path, migrations: MIGRATIONS });
  return {
    journal: new SqliteJournal(database),
    checkpoints: new SqliteCheckpoints(database),
    close: () => database.close(),
    [Symbol.dispose]: () => database.close(),
  };
}

class SqliteJournal implements TransactionJournal {
  readonly #database: Database;
  /** Transactions in flight share their fsync. */
  readonly #puts: GroupCommit<JournalEntry, void>;

  constructor(database: Database) {
    this.#database = database;
    this.#puts = new GroupCommit({ database, write: (entry) => this.#insert(entry) });
  }

  put(entry: JournalEntry): Promise<void> {
    return this.#puts.add(entry);
  }

  async remove(transactionId: string): Promise<void> {
    this.#database.deferred(() =>
      this.#database.prepare('DELETE FROM journal WHERE transaction_id = ?').run(transactionId),
    );
  }

  async list(): Promise<readonly JournalEntry[]> {
    const rows = this.#database
      .prepare('SELECT transaction_id, channel, label, reference, bytes FROM journal ORDER BY place')
      .all() as {
      transaction_id: string;
      channel: string;
      label: string;
      reference: string | null;
      bytes: Uint8Array;
    }[];
    return rows.map(({ transaction_id, channel, label, reference, bytes }) => ({
      transactionId: transaction_id,
      channel,
      label,
      reference: reference ?? undefined,
      bytes,
    }));
  }

  #insert(entry: JournalEntry): void {
    this.#database
      .prepare(
        'INSERT INTO journal (transaction_id, channel, label, reference, bytes) VALUES (?, ?, ?, ?, ?)',
      )
      .run(entry.transactionId, entry.channel, entry.label, entry.reference ?? null, entry.bytes);
  }
}

class SqliteCheckpoints implements CheckpointStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async load(name: string): Promise<Checkpoint | undefined> {
    const row = this.#database
      .prepare('SELECT block_number, transaction_id FROM checkpoints WHERE name = ?')
      .get(name) as { block_number: string; transaction_id: string | null } | undefined;
    return row && { blockNumber: BigInt(row.block_number), transactionId: row.transaction_id ?? undefined };
  }

  async save(name: string, { blockNumber, transactionId }: Checkpoint): Promise<void> {
    // Not synced: after a power failure some events come again, which every reader expects.
    this.#database.deferred(() =>
      this.#database
        .prepare('INSERT OR REPLACE INTO checkpoints (name, block_number, transaction_id) VALUES (?, ?, ?)')
        .run(name, String(blockNumber), transactionId ?? null),
    );
  }
}
