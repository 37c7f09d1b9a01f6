import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type {
  StateEntry,
  StateKey,
  StatePrefix,
  StateReader,
  StateWriter,
} from '@careledger/chaincode-runtime';

const LAST_RUNE = '\u{10ffff}';
const keyOf = (family: string, parts: readonly string[]): string => `${[family, ...parts].join('\0')}\0`;
const partsOf = (key: string): string[] => key.slice(0, -1).split('\0').slice(1);

interface Row {
  readonly key: string;
  readonly json: string;
}

/** A world state whose keys are found and ranged over as a peer's database does it, and which counts what is read of it. */
export class CountedState implements StateWriter {
  /** Keys that were read, those of ranges included. */
  keysRead = 0;
  readonly #database = new DatabaseSync(':memory:');
  readonly #get: StatementSync;
  readonly #range: StatementSync;
  readonly #put: StatementSync;
  readonly #delete: StatementSync;

  constructor() {
    this.#database.exec('CREATE TABLE state (key TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID');
    this.#get = this.#database.prepare('SELECT key, json FROM state WHERE key = ?');
    this.#range = this.#database.prepare(
      'SELECT key, json FROM state WHERE key >= ? AND key < ? ORDER BY key LIMIT ?',
    );
    this.#put = this.#database.prepare('INSERT OR REPLACE INTO state (key, json) VALUES (?, ?)');
    this.#delete = this.#database.prepare('DELETE FROM state WHERE key = ?');
  }

  async get<Value>({ family, parts }: StateKey<Value>): Promise<Value | undefined> {
    this.keysRead += 1;
    const row = this.#get.get(keyOf(family, parts)) as Row | undefined;
    return row === undefined ? undefined : (JSON.parse(row.json) as Value);
  }

  /** Nothing is far away here: what is asked for is read then. */
  async readAhead(): Promise<void> {}

  async all<Value>({ family, parts }: StatePrefix<Value>): Promise<StateEntry<Value>[]> {
    const start = keyOf(family, parts);
    return this.#between<Value>(start, start + LAST_RUNE, -1);
  }

  async page<Value>({ family, parts }: StatePrefix<Value>, size: number, from: readonly string[] = parts) {
    const end = keyOf(family, parts) + LAST_RUNE;
    const entries = this.#between<Value>(keyOf(family, from), end, size + 1);
    const next = entries[size]?.parts;
    const page: Awaited<ReturnType<StateReader['page']>> = { entries: entries.slice(0, size) };
    return (next === undefined ? page : { ...page, next }) as { entries: StateEntry<Value>[] };
  }

  put<Value>({ family, parts }: StateKey<Value>, value: Value): void {
    this.#put.run(keyOf(family, parts), JSON.stringify(value));
  }

  delete<Value>({ family, parts }: StateKey<Value>): void {
    this.#delete.run(keyOf(family, parts));
  }

  #between<Value>(start: string, end: string, limit: number): StateEntry<Value>[] {
    const rows = this.#range.all(start, end, limit) as unknown as Row[];
    this.keysRead += rows.length;
    return rows.map(({ key, json }) => ({ parts: partsOf(key), value: JSON.parse(json) as Value }));
  }
}
