import type { OpenRange } from '../rwset/builder.js';
import type { RangeRead } from '../rwset/model.js';
import { RangeDigest } from '../rwset/range-digest.js';
import type { StateRow } from '../state/index-store.js';

/** Rows of a query, one at a time, and what a page after them would begin with. */
export interface RowSource {
  next(): Promise<QueryRow | undefined>;
  /** Ends the query; the key that the next page starts with, or empty at the end. */
  bookmark(): Promise<string>;
  close(): Promise<void>;
}

/** A row as chaincode gets it: serialized KV or KeyModification. */
export type QueryRow = Uint8Array;

/** A range of the state being read. It remembers what was seen, for the phantom check at validation. */
export class RangeScan implements OpenRange {
  readonly #digest = new RangeDigest();
  #lastKey = '';
  #exhausted = false;
  readonly #rows: AsyncIterator<StateRow>;
  readonly #startKey: string;
  readonly #endKey: string;

  constructor(rows: AsyncIterator<StateRow>, startKey: string, endKey: string) {
    this.#rows = rows;
    this.#startKey = startKey;
    this.#endKey = endKey;
  }

  /** The next row, which becomes part of the read set; undefined at the end of the range. */
  async next(): Promise<StateRow | undefined> {
    const row = await this.#advance();
    if (!row) {
      this.#exhausted = true;
      return undefined;
    }
    this.#digest.add({ key: row.key, version: row.version });
    this.#lastKey = row.key;
    return row;
  }

  /** Key of the row after the last one, which is not thereby read. */
  async peekKey(): Promise<string> {
    return (await this.#advance())?.key ?? '';
  }

  async close(): Promise<void> {
    await this.#rows.return?.();
  }

  finish(): RangeRead {
    return {
      startKey: this.#startKey,
      endKey: this.#exhausted ? this.#endKey : this.#lastKey,
      exhausted: this.#exhausted,
      ...this.#digest.finish(),
    };
  }

  async #advance(): Promise<StateRow | undefined> {
    const { done, value } = await this.#rows.next();
    return done ? undefined : (value as StateRow);
  }
}
