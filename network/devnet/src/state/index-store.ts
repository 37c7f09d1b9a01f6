import { ClassicLevel } from 'classic-level';
import { historyRange, keyOfState, positionOfHistory, stateKey, stateRange } from './keys.js';
import type { VersionedValue } from './value.js';
import { decodeValue } from './value.js';

const BUFFERS = { keyEncoding: 'buffer', valueEncoding: 'buffer' } as const;
type Level = ClassicLevel<Buffer, Buffer>;
type LevelSnapshot = ReturnType<Level['snapshot']>;

/** One change of the index. */
export type IndexOperation =
  | { readonly type: 'put'; readonly key: Buffer; readonly value: Buffer }
  | { readonly type: 'del'; readonly key: Buffer };

/** A key of the state and its value. */
export interface StateRow extends VersionedValue {
  readonly key: string;
}

/** Reads of the state as of one moment. */
export interface StateReader {
  get(namespace: string, key: string): VersionedValue | undefined;
  /** Rows in order of their keys' bytes, `end` excluded; an empty `end` is the namespace's. */
  range(namespace: string, start: string, end: string): AsyncIterableIterator<StateRow>;
}

/** A view that later commits do not change. It has to be closed. */
export class StateSnapshot implements StateReader {
  readonly #level: Level;
  readonly #snapshot: LevelSnapshot;

  constructor(level: Level, snapshot: LevelSnapshot) {
    this.#level = level;
    this.#snapshot = snapshot;
  }

  get(namespace: string, key: string): VersionedValue | undefined {
    const bytes = this.#level.getSync(stateKey(namespace, key), { snapshot: this.#snapshot });
    return bytes && decodeValue(bytes);
  }

  range(namespace: string, start: string, end: string): AsyncIterableIterator<StateRow> {
    return rows(this.#level, namespace, stateRange(namespace, start, end), this.#snapshot);
  }

  /** Positions of the transactions that wrote a key, newest first. */
  async *history(namespace: string, key: string): AsyncGenerator<{ block: number; tx: number }> {
    const range = { ...historyRange(namespace, key), reverse: true, snapshot: this.#snapshot };
    for await (const entry of this.#level.keys(range)) yield positionOfHistory(entry);
  }

  async close(): Promise<void> {
    await this.#snapshot.close();
  }
}

async function* rows(
  level: Level,
  namespace: string,
  bounds: ReturnType<typeof stateRange>,
  snapshot: LevelSnapshot | undefined,
): AsyncGenerator<StateRow> {
  if (Buffer.compare(bounds.gte, bounds.lt) >= 0) return;
  for await (const [key, value] of level.iterator(snapshot ? { ...bounds, snapshot } : bounds)) {
    yield { key: keyOfState(namespace, key), ...decodeValue(value) };
  }
}

/**
 * The index of a channel's blocks: state, history, transactions, blocks. It can always be made from the block
 * file again, so its writes are atomic but not synced.
 */
export class IndexStore implements StateReader {
  readonly #level: Level;

  private constructor(level: Level) {
    this.#level = level;
  }

  static async open(folder: string): Promise<IndexStore> {
    const level: Level = new ClassicLevel(folder, BUFFERS);
    await level.open();
    return new IndexStore(level);
  }

  /** Removes an index whose block file no longer has what it was made from. */
  static async destroy(folder: string): Promise<void> {
    await ClassicLevel.destroy(folder);
  }

  getRaw(key: Buffer): Buffer | undefined {
    return this.#level.getSync(key);
  }

  get(namespace: string, key: string): VersionedValue | undefined {
    const bytes = this.#level.getSync(stateKey(namespace, key));
    return bytes && decodeValue(bytes);
  }

  range(namespace: string, start: string, end: string): AsyncIterableIterator<StateRow> {
    return rows(this.#level, namespace, stateRange(namespace, start, end), undefined);
  }

  /** Raw entries from one key up to another. */
  entries(gte: Buffer, lt: Buffer): AsyncIterable<[Buffer, Buffer]> {
    return this.#level.iterator({ gte, lt });
  }

  snapshot(): StateSnapshot {
    return new StateSnapshot(this.#level, this.#level.snapshot());
  }

  /** Applies all operations or none. */
  async write(operations: readonly IndexOperation[]): Promise<void> {
    await this.#level.batch([...operations]);
  }

  close(): Promise<void> {
    return this.#level.close();
  }
}
