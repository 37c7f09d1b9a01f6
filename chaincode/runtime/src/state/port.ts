import type { StateKey, StatePrefix } from './key.js';

export interface StateEntry<Value> {
  readonly parts: readonly string[];
  readonly value: Value;
}

export interface StatePage<Value> {
  readonly entries: readonly StateEntry<Value>[];
  /** Parts of the first key after the page; absent on the last one. */
  readonly next?: readonly string[];
}

/**
 * The world state as it was when the transaction began. A transaction does not read what it writes, on Fabric and
 * in the tests alike.
 */
export interface StateReader {
  get<Value>(key: StateKey<Value>): Promise<Value | undefined>;
  /**
   * Reads many keys at once, so that a `get` of them then asks nobody. They join the read set, whether they are asked for or
   * not, and in the same way on every peer.
   */
  readAhead(keys: readonly StateKey<unknown>[]): Promise<void>;
  /**
   * Everything under the prefix, in key order. Joins the read set as a range: a key that appears or vanishes there
   * before the commit fails the transaction. Only for ranges that a limit bounds.
   */
  all<Value>(prefix: StatePrefix<Value>): Promise<StateEntry<Value>[]>;
  /** Up to `size` entries from the key `from` on. For evaluations alone: Fabric refuses it together with writes. */
  page<Value>(prefix: StatePrefix<Value>, size: number, from?: readonly string[]): Promise<StatePage<Value>>;
}

/** What a transaction that is submitted has besides. */
export interface StateWriter extends StateReader {
  put<Value>(key: StateKey<Value>, value: Value): void;
  delete<Value>(key: StateKey<Value>): void;
}
