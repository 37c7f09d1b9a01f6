import type { MetadataWrite, NamespaceRwSet, PrivateCollectionWrites, KeyWrite } from '../rwset/model.js';
import type { Version } from '../rwset/version.js';
import type { StateReader } from './index-store.js';
import { encodeMetadata } from './metadata.js';
import { hashedNamespace, privateNamespace } from './namespace.js';
import type { VersionedValue } from './value.js';

/** What a block does to one key: a new value, or undefined for a delete. */
export type KeyUpdate = VersionedValue | undefined;

/** The state changes of a block's valid transactions, the later over the earlier. */
export class Updates {
  readonly #namespaces = new Map<string, Map<string, KeyUpdate>>();
  readonly #committed: StateReader;

  constructor(committed: StateReader) {
    this.#committed = committed;
  }

  /** Whether an earlier transaction of the block has written the key. */
  has(namespace: string, key: string): boolean {
    return this.#namespaces.get(namespace)?.has(key) ?? false;
  }

  /** The key's latest value: of the block so far, or of the state before it. */
  latest(namespace: string, key: string): KeyUpdate {
    const own = this.#namespaces.get(namespace);
    return own?.has(key) ? own.get(key) : this.#committed.get(namespace, key);
  }

  namespaces(): ReadonlyMap<string, ReadonlyMap<string, KeyUpdate>> {
    return this.#namespaces;
  }

  /** Adds what a valid transaction writes; its private writes are those that arrived and match their hashes. */
  apply(
    rwSet: readonly NamespaceRwSet[],
    privateWrites: readonly PrivateCollectionWrites[],
    version: Version,
  ): void {
    for (const set of rwSet) {
      this.#applyWrites(set.namespace, set.writes, set.metadataWrites, version);
      for (const collection of set.collections) {
        const hashed = hashedNamespace(set.namespace, collection.collection);
        this.#applyWrites(hashed, collection.writes, collection.metadataWrites, version);
      }
    }
    for (const { namespace, collection, writes, metadataKeys } of privateWrites) {
      const own = privateNamespace(namespace, collection);
      this.#applyWrites(own, writes, [], version);
      for (const key of metadataKeys) {
        // The metadata itself is in the hashed namespace; only the versions have to stay equal.
        const current = this.latest(own, key);
        if (current) this.#set(own, key, { ...current, version });
      }
    }
  }

  #applyWrites(
    namespace: string,
    writes: readonly KeyWrite[],
    metadataWrites: readonly MetadataWrite[],
    version: Version,
  ): void {
    const metadataOf = new Map(metadataWrites.map((each) => [each.key, encodeMetadata(each.entries)]));
    for (const { key, value, isDelete } of writes) {
      if (isDelete) this.#set(namespace, key, undefined);
      else {
        // A value keeps the metadata its key has, unless the transaction sets that too.
        const metadata = metadataOf.has(key) ? metadataOf.get(key) : this.latest(namespace, key)?.metadata;
        this.#set(namespace, key, valueWith(value, version, metadata));
      }
    }
    const written = new Set(writes.map((each) => each.key));
    for (const [key, metadata] of metadataOf) {
      const current = this.latest(namespace, key);
      // Metadata of a key that is not there has nothing to belong to.
      if (written.has(key) || !current) continue;
      this.#set(namespace, key, valueWith(current.value, version, metadata));
    }
  }

  #set(namespace: string, key: string, update: KeyUpdate): void {
    let own = this.#namespaces.get(namespace);
    if (!own) this.#namespaces.set(namespace, (own = new Map()));
    own.set(key, update);
  }
}

function valueWith(value: Buffer, version: Version, metadata: Buffer | undefined): VersionedValue {
  return metadata ? { value, version, metadata } : { value, version };
}
