/** An endorsed, signed transaction on its way: what must be sent again, byte for byte, if its fate is unknown. */
export interface JournalEntry {
  readonly transactionId: string;
  readonly channel: string;
  /** For people and logs: `records.StoreRecord`. */
  readonly label: string;
  /** The caller's own name for this work, e.g. an outbox row; given back by `resume()`. */
  readonly reference: string | undefined;
  /** Serialised gateway.PreparedTransaction, signed. */
  readonly bytes: Uint8Array;
}

/** Where endorsed transactions are kept from before they are submitted until their status is known. */
export interface TransactionJournal {
  /** Resolves when the entry is durable. */
  put(entry: JournalEntry): Promise<void>;
  /** The status is known. Need not be durable: a forgotten removal means one harmless sending more. */
  remove(transactionId: string): Promise<void>;
  /** All entries, the oldest first. */
  list(): Promise<readonly JournalEntry[]>;
}

/** A position in a channel: everything up to and including this transaction (or block) was processed. */
export interface Checkpoint {
  /** Where to go on. */
  readonly blockNumber: bigint;
  /** Last processed transaction of that block; undefined: none of it yet. */
  readonly transactionId: string | undefined;
}

/** Where event readers remember how far they came. Losing the last save means events again, never lost ones. */
export interface CheckpointStore {
  load(name: string): Promise<Checkpoint | undefined>;
  save(name: string, checkpoint: Checkpoint): Promise<void>;
}
