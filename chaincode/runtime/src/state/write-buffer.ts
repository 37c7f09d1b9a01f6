import type { StateKey, StatePrefix } from './key.js';
import type { StateEntry, StatePage, StateReader, StateWriter } from './port.js';

interface Write {
  readonly key: StateKey<unknown>;
  /** Undefined deletes. */
  readonly value: unknown;
}

/**
 * Holds one item's writes until the item is known to be good, so that a refused one leaves nothing behind.
 * Reads go to the state below: as on Fabric, they do not see these writes.
 */
export class WriteBuffer implements StateWriter {
  readonly #base: StateReader;
  readonly #writes = new Map<string, Write>();

  constructor(base: StateReader) {
    this.#base = base;
  }

  get<Value>(key: StateKey<Value>): Promise<Value | undefined> {
    return this.#base.get(key);
  }

  readAhead(keys: readonly StateKey<unknown>[]): Promise<void> {
    return this.#base.readAhead(keys);
  }

  all<Value>(prefix: StatePrefix<Value>): Promise<StateEntry<Value>[]> {
    return this.#base.all(prefix);
  }

  page<Value>(prefix: StatePrefix<Value>, size: number, from?: readonly string[]): Promise<StatePage<Value>> {
    return this.#base.page(prefix, size, from);
  }

  put<Value>(key: StateKey<Value>, value: Value): void {
    this.#writes.set(addressOf(key), { key, value });
  }

  delete<Value>(key: StateKey<Value>): void {
    this.#writes.set(addressOf(key), { key, value: undefined });
  }

  /** Whether both write some key: the later one would undo the earlier one unseen. */
  overlaps(other: WriteBuffer): boolean {
    for (const address of this.#writes.keys()) if (other.#writes.has(address)) return true;
    return false;
  }

  /** Carries the writes over, in the order in which they were made. */
  flushTo(target: StateWriter): void {
    for (const { key, value } of this.#writes.values()) {
      if (value === undefined) target.delete(key);
      else target.put(key, value);
    }
  }
}

const addressOf = (key: StateKey<unknown>): string => [key.family, ...key.parts].join('\0');
