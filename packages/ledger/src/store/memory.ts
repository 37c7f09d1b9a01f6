import type { Checkpoint, CheckpointStore, JournalEntry, TransactionJournal } from '../ports.js';

/** Twin of the SQLite journal for tests and for clients that keep nothing. */
export class MemoryJournal implements TransactionJournal {
  readonly #entries = new Map<string, JournalEntry>();

  async put(entry: JournalEntry): Promise<void> {
    this.#entries.set(entry.transactionId, entry);
  }

  async remove(transactionId: string): Promise<void> {
    this.#entries.delete(transactionId);
  }

  async list(): Promise<readonly JournalEntry[]> {
    return [...this.#entries.values()];
  }
}

/** Twin of the SQLite checkpoints. */
export class MemoryCheckpoints implements CheckpointStore {
  readonly #checkpoints = new Map<string, Checkpoint>();

  async load(name: string): Promise<Checkpoint | undefined> {
    return this.#checkpoints.get(name);
  }

  async save(name: string, checkpoint: Checkpoint): Promise<void> {
    this.#checkpoints.set(name, checkpoint);
  }
}
