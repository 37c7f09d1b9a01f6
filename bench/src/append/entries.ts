import { randomBytes } from 'node:crypto';

/** Entries of a batch, on both sides. */
export const BATCH_ENTRIES = 64;
const ENTRY_BYTES = 150;

/** Entries of random bytes, of the length of a reading. */
export function randomEntries(count: number): Uint8Array[] {
  return Array.from({ length: count }, () => randomBytes(ENTRY_BYTES));
}

/** The entries in batches; the last one may be shorter. */
export function* batchesOf<T>(entries: readonly T[], size: number): Iterable<T[]> {
  for (let at = 0; at < entries.length; at += size) yield entries.slice(at, at + size);
}
