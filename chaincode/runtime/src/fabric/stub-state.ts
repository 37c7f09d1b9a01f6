import type { ChaincodeStub, Iterators, QueryResponseMetadata } from 'fabric-shim-api';
import type { StateKey, StatePrefix } from '../state/key.js';
import type { StateEntry, StatePage, StateWriter } from '../state/port.js';
import type { StateWrite } from './peer-messages.js';
import { readMany, writeMany } from './peer-state.js';

/** An empty page's metadata has no bytes, which fabric-shim takes for none (lib/handler.js): its types do not say so. */
interface PageResponse {
  readonly iterator: Iterators.StateQueryIterator;
  readonly metadata?: QueryResponseMetadata;
}

/**
 * The world state behind a transaction's stub; values are JSON. Each message to the peer costs more than what it carries, so a key
 * is read once (a transaction does not see its writes), and writes wait until all are known.
 */
export class StubState implements StateWriter {
  readonly #stub: ChaincodeStub;
  readonly #read = new Map<string, Promise<Uint8Array>>();
  readonly #writes: StateWrite[] = [];

  constructor(stub: ChaincodeStub) {
    this.#stub = stub;
  }

  async get<Value>(key: StateKey<Value>): Promise<Value | undefined> {
    const composite = this.#compositeOf(key);
    const reading = this.#read.get(composite) ?? this.#stub.getState(composite);
    this.#read.set(composite, reading);
    const bytes = await reading;
    return bytes.length === 0 ? undefined : valueOf<Value>(bytes);
  }

  async readAhead(keys: readonly StateKey<unknown>[]): Promise<void> {
    const asked = new Set(keys.map((key) => this.#compositeOf(key)));
    const open = [...asked].filter((key) => !this.#read.has(key));
    const values = await readMany(this.#stub, open);
    for (const [index, key] of open.entries())
      this.#read.set(key, Promise.resolve(values[index] ?? new Uint8Array()));
  }

  async all<Value>({ family, parts }: StatePrefix<Value>): Promise<StateEntry<Value>[]> {
    const entries: StateEntry<Value>[] = [];
    for await (const { key, value } of this.#stub.getStateByPartialCompositeKey(family, [...parts]))
      entries.push(this.#entryOf<Value>(key, value));
    return entries;
  }

  async page<Value>(
    { family, parts }: StatePrefix<Value>,
    size: number,
    from?: readonly string[],
  ): Promise<StatePage<Value>> {
    // A bookmark is the key to begin at (Fabric core/chaincode/handler.go, HandleGetStateByRange), so it also serves
    // to begin in the middle of a prefix.
    const bookmark = from === undefined ? '' : this.#stub.createCompositeKey(family, [...from]);
    const response: PageResponse = await this.#stub.getStateByPartialCompositeKeyWithPagination(
      family,
      [...parts],
      size,
      bookmark,
    );
    const { iterator, metadata } = response;
    const entries: StateEntry<Value>[] = [];
    try {
      for (let next = await iterator.next(); !next.done; next = await iterator.next())
        entries.push(this.#entryOf<Value>(next.value.key, next.value.value));
    } finally {
      await iterator.close();
    }
    if (metadata === undefined || metadata.bookmark === '') return { entries };
    return { entries, next: this.#stub.splitCompositeKey(metadata.bookmark).attributes };
  }

  put<Value>(key: StateKey<Value>, value: Value): void {
    this.#writes.push({ key: this.#compositeOf(key), value: Buffer.from(JSON.stringify(value)) });
  }

  delete<Value>(key: StateKey<Value>): void {
    this.#writes.push({ key: this.#compositeOf(key), value: undefined });
  }

  /** Sends what was written. @returns once it has reached the peer */
  flush(): Promise<void> {
    return writeMany(this.#stub, this.#writes);
  }

  #compositeOf({ family, parts }: StateKey<unknown>): string {
    return this.#stub.createCompositeKey(family, [...parts]);
  }

  #entryOf<Value>(key: string, value: Uint8Array): StateEntry<Value> {
    return { parts: this.#stub.splitCompositeKey(key).attributes, value: valueOf<Value>(value) };
  }
}

/** Only chaincode writes here, each family one type. */
const valueOf = <Value>(bytes: Uint8Array): Value => JSON.parse(Buffer.from(bytes).toString('utf8')) as Value;
