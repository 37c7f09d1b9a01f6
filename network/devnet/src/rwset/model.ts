import type { Version } from './version.js';

/** A key that was read, and the version it had; none when it was not there. */
export interface KeyRead {
  readonly key: string;
  readonly version: Version | undefined;
}

/** A key that is written or deleted. In a hashed set the key and value are SHA-256 hashes, the key in hex. */
export interface KeyWrite {
  readonly key: string;
  readonly value: Buffer;
  readonly isDelete: boolean;
  /** In a hashed set: a delete that also takes away what the key has ever been. */
  readonly isPurge?: boolean;
}

/** One metadata entry of a key, e.g. its endorsement policy. */
export interface MetadataEntry {
  readonly name: string;
  readonly value: Buffer;
}

/** The metadata a key gets; no entries take it away. */
export interface MetadataWrite {
  readonly key: string;
  readonly entries: readonly MetadataEntry[];
}

/** Reads of a range hashed into a tree, of which the top level is kept (QueryReadsMerkleSummary). */
export interface MerkleSummary {
  readonly maxDegree: number;
  readonly maxLevel: number;
  readonly hashes: readonly Buffer[];
}

/** A range that was read. When it was not read to its end, `endKey` is the last key seen. */
export interface RangeRead {
  readonly startKey: string;
  readonly endKey: string;
  readonly exhausted: boolean;
  readonly reads: readonly KeyRead[];
  readonly merkle: MerkleSummary | undefined;
}

/** What a transaction did to one private collection, as everybody may see it. */
export interface CollectionRwSet {
  readonly collection: string;
  readonly reads: readonly KeyRead[];
  readonly writes: readonly KeyWrite[];
  readonly metadataWrites: readonly MetadataWrite[];
  /** SHA-256 of the private write set. */
  readonly privateHash: Buffer;
}

/** What a transaction did in one chaincode's namespace. */
export interface NamespaceRwSet {
  readonly namespace: string;
  readonly reads: readonly KeyRead[];
  readonly ranges: readonly RangeRead[];
  readonly writes: readonly KeyWrite[];
  readonly metadataWrites: readonly MetadataWrite[];
  readonly collections: readonly CollectionRwSet[];
}

/** Writes to one private collection, with the values. */
export interface PrivateCollectionWrites {
  readonly namespace: string;
  readonly collection: string;
  readonly writes: readonly KeyWrite[];
  /** Keys whose metadata changes; their values get the new version. */
  readonly metadataKeys: readonly string[];
}
