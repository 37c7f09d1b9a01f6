import { compareUtf8, sortedKeys } from '../wire/bytes.js';
import { sha256 } from '../wire/sha256.js';
import { encodePrivateSet, encodePrivateWrites, encodeRwSet } from './codec.js';
import type {
  CollectionRwSet,
  KeyRead,
  KeyWrite,
  MetadataEntry,
  NamespaceRwSet,
  RangeRead,
} from './model.js';
import type { Version } from './version.js';

/** A range query still open when the simulation ends; its digest is taken then. */
export interface OpenRange {
  finish(): RangeRead;
}

interface CollectionParts {
  reads: Map<string, Version | undefined>;
  writes: Map<string, Buffer>;
  metadataWrites: Map<string, readonly MetadataEntry[]>;
  /** Keys among the writes that are purged. */
  purges: Set<string>;
}

interface NamespaceParts extends CollectionParts {
  ranges: OpenRange[];
  collections: Map<string, CollectionParts>;
}

function collectionParts(): CollectionParts {
  return { reads: new Map(), writes: new Map(), metadataWrites: new Map(), purges: new Set() };
}

/** Hash of a private key, as hashed namespaces have it: hex of SHA-256. */
export function hashOfKey(key: string): string {
  return sha256(Buffer.from(key, 'utf8')).toString('hex');
}

/** The outcome of a simulation: the public bytes to sign, and the private writes if there are any. */
export interface SimulationResult {
  readonly namespaces: readonly NamespaceRwSet[];
  readonly publicBytes: Buffer;
  readonly privateBytes: Buffer | undefined;
}

/** Collects what a simulation reads and writes, and orders it so that equal simulations have equal bytes. */
export class RwSetBuilder {
  readonly #namespaces = new Map<string, NamespaceParts>();

  addRead(namespace: string, key: string, version: Version | undefined): void {
    this.#namespace(namespace).reads.set(key, version);
  }

  /** An empty value deletes. */
  addWrite(namespace: string, key: string, value: Buffer): void {
    this.#namespace(namespace).writes.set(key, value);
  }

  addMetadataWrite(namespace: string, key: string, entries: readonly MetadataEntry[]): void {
    this.#namespace(namespace).metadataWrites.set(key, entries);
  }

  addRange(namespace: string, range: OpenRange): void {
    this.#namespace(namespace).ranges.push(range);
  }

  addPrivateRead(namespace: string, collection: string, key: string, version: Version | undefined): void {
    this.#collection(namespace, collection).reads.set(key, version);
  }

  addPrivateWrite(namespace: string, collection: string, key: string, value: Buffer): void {
    const parts = this.#collection(namespace, collection);
    parts.writes.set(key, value);
    parts.purges.delete(key);
  }

  /** Deletes a key with all that it has been. */
  addPrivatePurge(namespace: string, collection: string, key: string): void {
    this.addPrivateWrite(namespace, collection, key, Buffer.alloc(0));
    this.#collection(namespace, collection).purges.add(key);
  }

  addPrivateMetadataWrite(
    namespace: string,
    collection: string,
    key: string,
    entries: readonly MetadataEntry[],
  ): void {
    this.#collection(namespace, collection).metadataWrites.set(key, entries);
  }

  build(): SimulationResult {
    const privateSets: { namespace: string; collection: string; set: Buffer }[] = [];
    const namespaces = sortedKeys(this.#namespaces).map((namespace): NamespaceRwSet => {
      const parts = this.#namespace(namespace);
      const collections = sortedKeys(parts.collections).map((collection): CollectionRwSet => {
        const own = this.#collection(namespace, collection);
        const set = privateSet(own);
        if (set) privateSets.push({ namespace, collection, set });
        return hashedSet(collection, own, set ? sha256(set) : Buffer.alloc(0));
      });
      return {
        namespace,
        reads: readsOf(parts.reads),
        ranges: distinctRanges(parts.ranges),
        writes: writesOf(parts.writes),
        metadataWrites: metadataOf(parts.metadataWrites),
        collections,
      };
    });
    return {
      namespaces,
      publicBytes: encodeRwSet(namespaces),
      privateBytes: privateSets.length > 0 ? encodePrivateSet(privateSets) : undefined,
    };
  }

  #namespace(name: string): NamespaceParts {
    let parts = this.#namespaces.get(name);
    if (!parts) {
      parts = { ...collectionParts(), ranges: [], collections: new Map() };
      this.#namespaces.set(name, parts);
    }
    return parts;
  }

  #collection(namespace: string, collection: string): CollectionParts {
    const { collections } = this.#namespace(namespace);
    let parts = collections.get(collection);
    if (!parts) collections.set(collection, (parts = collectionParts()));
    return parts;
  }
}

function readsOf(reads: ReadonlyMap<string, Version | undefined>): KeyRead[] {
  return sortedKeys(reads).map((key) => ({ key, version: reads.get(key) }));
}

function writesOf(writes: ReadonlyMap<string, Buffer>): KeyWrite[] {
  return sortedKeys(writes).map((key) => {
    const value = writes.get(key) ?? Buffer.alloc(0);
    return { key, value, isDelete: value.length === 0 };
  });
}

function metadataOf(
  writes: ReadonlyMap<string, readonly MetadataEntry[]>,
): { key: string; entries: readonly MetadataEntry[] }[] {
  return sortedKeys(writes).map((key) => ({
    key,
    entries: [...(writes.get(key) ?? [])].sort((a, b) => compareUtf8(a.name, b.name)),
  }));
}

/** The same range read twice is kept once, the first. */
function distinctRanges(open: readonly OpenRange[]): RangeRead[] {
  const ranges = new Map<string, RangeRead>();
  for (const each of open) {
    const range = each.finish();
    const id = JSON.stringify([range.startKey, range.endKey, range.exhausted]);
    if (!ranges.has(id)) ranges.set(id, range);
  }
  return [...ranges.values()];
}

function privateSet(parts: CollectionParts): Buffer | undefined {
  if (parts.writes.size === 0 && parts.metadataWrites.size === 0) return undefined;
  return encodePrivateWrites(writesOf(parts.writes), sortedKeys(parts.metadataWrites));
}

function hashedSet(collection: string, parts: CollectionParts, privateHash: Buffer): CollectionRwSet {
  // Ordered by the key itself, not by its hash, as Fabric's builder does.
  return {
    collection,
    reads: readsOf(parts.reads).map(({ key, version }) => ({ key: hashOfKey(key), version })),
    writes: writesOf(parts.writes).map(({ key, value, isDelete }) => ({
      key: hashOfKey(key),
      value: isDelete ? Buffer.alloc(0) : sha256(value),
      isDelete,
      ...(parts.purges.has(key) && { isPurge: true }),
    })),
    metadataWrites: metadataOf(parts.metadataWrites).map(({ key, entries }) => ({
      key: hashOfKey(key),
      entries,
    })),
    privateHash,
  };
}
