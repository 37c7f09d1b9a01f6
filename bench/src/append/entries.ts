import { randomBytes } from 'node:crypto';

/** Entries of a batch, on both sides. */
export const BATCH_ENTRIES = 64;
const ENTRY_BYTES = 150;
const POOL_ENTRIES = 8_192;

/** Entries of random bytes, of the length of a reading; made beforehand and used again and again. */
const pool: readonly Uint8Array[] = Array.from({ length: POOL_ENTRIES }, () => randomBytes(ENTRY_BYTES));

/** A round of either side. */
export interface BatchedRound {
  readonly entries: number;
  /** `BATCH_ENTRIES` or 1; divides `entries`. */
  readonly batchEntries: number;
}

/** So many entries in batches of `size`, which divides them. */
export function* batchesOf(entries: number, size: number): Iterable<Uint8Array[]> {
  for (let at = 0; at < entries; at += size) {
    const from = at % POOL_ENTRIES;
    yield pool.slice(from, from + size);
  }
}
