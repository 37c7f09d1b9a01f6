import type { StateKey, StatePrefix } from '../src/state/key.js';
import type { StateEntry, StatePage, StateWriter } from '../src/state/port.js';

/** Composite key → JSON text and the number of the commit that wrote it. */
export type World = Map<string, { readonly json: string; readonly version: number }>;

const LAST_RUNE = '\u{10ffff}';
const compositeKey = (family: string, parts: readonly string[]): string =>
  `\0${[family, ...parts].map((part) => `${part}\0`).join('')}`;
const partsOf = (key: string): string[] => key.slice(1, -1).split('\0').slice(1);

/** One simulated transaction's view of a world state, with Fabric's semantics: read set, ranges, no read of own writes. */
export class MemoryState implements StateWriter {
  readonly #world: World;
  readonly reads = new Map<string, number | undefined>();
  readonly ranges: { readonly start: string; readonly end: string; readonly keys: readonly string[] }[] = [];
  readonly writes = new Map<string, string | undefined>();
  paged = false;

  constructor(world: World) {
    this.#world = world;
  }

  async get<Value>({ family, parts }: StateKey<Value>): Promise<Value | undefined> {
    const key = compositeKey(family, parts);
    const found = this.#world.get(key);
    this.reads.set(key, found?.version);
    return found === undefined ? undefined : (JSON.parse(found.json) as Value);
  }

  async readAhead(keys: readonly StateKey<unknown>[]): Promise<void> {
    for (const key of keys) await this.get(key);
  }

  async all<Value>({ family, parts }: StatePrefix<Value>): Promise<StateEntry<Value>[]> {
    const start = compositeKey(family, parts);
    const end = start + LAST_RUNE;
    const keys = keysBetween(this.#world, start, end);
    this.ranges.push({ start, end, keys });
    for (const key of keys) this.reads.set(key, this.#world.get(key)?.version);
    return keys.map((key) => this.#entryAt<Value>(key));
  }

  async page<Value>(
    { family, parts }: StatePrefix<Value>,
    size: number,
    from?: readonly string[],
  ): Promise<StatePage<Value>> {
    this.paged = true;
    const prefix = compositeKey(family, parts);
    const start = from === undefined ? prefix : compositeKey(family, from);
    const keys = keysBetween(this.#world, start, prefix + LAST_RUNE);
    const entries = keys.slice(0, size).map((key) => this.#entryAt<Value>(key));
    const next = keys[size];
    return next === undefined ? { entries } : { entries, next: partsOf(next) };
  }

  put<Value>({ family, parts }: StateKey<Value>, value: Value): void {
    if ([family, ...parts].some((part) => part === '')) throw new Error('Fabric refuses empty key parts.');
    this.writes.set(compositeKey(family, parts), JSON.stringify(value));
  }

  delete<Value>({ family, parts }: StateKey<Value>): void {
    this.writes.set(compositeKey(family, parts), undefined);
  }

  /** What a committing peer would say now. */
  validate(): 'VALID' | 'MVCC_READ_CONFLICT' | 'PHANTOM_READ_CONFLICT' {
    for (const [key, version] of this.reads)
      if (this.#world.get(key)?.version !== version) return 'MVCC_READ_CONFLICT';
    for (const { start, end, keys } of this.ranges)
      if (keysBetween(this.#world, start, end).join() !== keys.join()) return 'PHANTOM_READ_CONFLICT';
    return 'VALID';
  }

  apply(version: number): void {
    if (this.paged && this.writes.size > 0) throw new Error('Fabric refuses writes after a paginated query.');
    for (const [key, json] of this.writes) {
      if (json === undefined) this.#world.delete(key);
      else this.#world.set(key, { json, version });
    }
  }

  #entryAt<Value>(key: string): StateEntry<Value> {
    return { parts: partsOf(key), value: JSON.parse(this.#world.get(key)?.json ?? 'null') as Value };
  }
}

function keysBetween(world: World, start: string, end: string): string[] {
  return [...world.keys()].filter((key) => key >= start && key < end).sort();
}
