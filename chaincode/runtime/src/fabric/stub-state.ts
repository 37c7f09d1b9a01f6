import type { ChaincodeStub, Iterators, QueryResponseMetadata } from 'fabric-shim-api';
import type { StateKey, StatePrefix } from '../state/key.js';
import type { StateEntry, StatePage, StateWriter } from '../state/port.js';

/** An empty page's metadata has no bytes, which fabric-shim takes for none (lib/handler.js): its types do not say so. */
interface PageResponse {
  readonly iterator: Iterators.StateQueryIterator;
  readonly metadata?: QueryResponseMetadata;
}

/** The world state behind a transaction's stub; values are JSON. */
export class StubState implements StateWriter {
  readonly #stub: ChaincodeStub;
  readonly #writes: Promise<void>[] = [];

  constructor(stub: ChaincodeStub) {
    this.#stub = stub;
  }

  async get<Value>({ family, parts }: StateKey<Value>): Promise<Value | undefined> {
    const bytes = await this.#stub.getState(this.#stub.createCompositeKey(family, [...parts]));
    return bytes.length === 0 ? undefined : valueOf<Value>(bytes);
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

  put<Value>({ family, parts }: StateKey<Value>, value: Value): void {
    const key = this.#stub.createCompositeKey(family, [...parts]);
    this.#writes.push(this.#stub.putState(key, Buffer.from(JSON.stringify(value))));
  }

  delete<Value>({ family, parts }: StateKey<Value>): void {
    this.#writes.push(this.#stub.deleteState(this.#stub.createCompositeKey(family, [...parts])));
  }

  /** Until every write has reached the peer. */
  async settled(): Promise<void> {
    await Promise.all(this.#writes);
  }

  #entryOf<Value>(key: string, value: Uint8Array): StateEntry<Value> {
    return { parts: this.#stub.splitCompositeKey(key).attributes, value: valueOf<Value>(value) };
  }
}

/** Only chaincode writes here, each family one type. */
const valueOf = <Value>(bytes: Uint8Array): Value => JSON.parse(Buffer.from(bytes).toString('utf8')) as Value;
