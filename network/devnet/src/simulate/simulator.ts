import { PeerRefusal } from '../errors.js';
import type { ChaincodeDefinition, CollectionDefinition } from '../lifecycle/chaincode-definition.js';
import { collectionOf, isImplicit } from '../lifecycle/chaincode-definition.js';
import type { SimulationResult } from '../rwset/builder.js';
import { RwSetBuilder, hashOfKey } from '../rwset/builder.js';
import type { MetadataEntry } from '../rwset/model.js';
import type { Version } from '../rwset/version.js';
import { sameVersion } from '../rwset/version.js';
import type { StateSnapshot, StateRow } from '../state/index-store.js';
import { decodeMetadata } from '../state/metadata.js';
import { hashedNamespace, privateNamespace } from '../state/namespace.js';
import { Interest } from './interest.js';
import { RangeScan } from './range-scan.js';

/** What a simulation needs to know about its channel. */
export interface SimulationScope {
  readonly channel: string;
  readonly mspIds: readonly string[];
  definition(namespace: string): ChaincodeDefinition | undefined;
}

function heightText(version: Version | undefined): string {
  return version ? `{BlockNum: ${version.block}, TxNum: ${version.tx}}` : '<nil>';
}

/**
 * One organisation's simulation of one proposal: reads a snapshot, keeps writes to itself. What is written is
 * not read back: a peer gives no read-your-writes.
 */
export class Simulator {
  readonly #builder = new RwSetBuilder();
  readonly #interest = new Interest();
  #written = false;
  #paginated = false;
  #privateQueried = false;
  readonly #txId: string;
  /** The organisation whose peer simulates; private data of others is not there. */
  readonly #mspId: string;
  readonly #scope: SimulationScope;

  constructor(
    txId: string,
    mspId: string,
    scope: SimulationScope,
    readonly snapshot: StateSnapshot,
  ) {
    this.#txId = txId;
    this.#mspId = mspId;
    this.#scope = scope;
  }

  getState(namespace: string, key: string): Buffer {
    const found = this.snapshot.get(namespace, key);
    this.#builder.addRead(namespace, key, found?.version);
    this.#interest.read(namespace);
    return found?.value ?? Buffer.alloc(0);
  }

  putState(namespace: string, key: string, value: Buffer): void {
    this.#beforeWrite();
    this.#builder.addWrite(namespace, key, value);
    this.#interest.write(namespace, '', decodeMetadata(this.snapshot.get(namespace, key)?.metadata));
  }

  /** Metadata of a key, e.g. its own endorsement policy; counts as a read of the key. */
  getMetadata(namespace: string, key: string): MetadataEntry[] {
    const found = this.snapshot.get(namespace, key);
    this.#builder.addRead(namespace, key, found?.version);
    this.#interest.read(namespace);
    return decodeMetadata(found?.metadata);
  }

  putMetadata(namespace: string, key: string, entries: readonly MetadataEntry[]): void {
    this.#beforeWrite();
    this.#builder.addMetadataWrite(namespace, key, entries);
    this.#interest.write(namespace, '', decodeMetadata(this.snapshot.get(namespace, key)?.metadata));
  }

  range(namespace: string, start: string, end: string): RangeScan {
    const scan = new RangeScan(this.snapshot.range(namespace, start, end), start, end);
    this.#builder.addRange(namespace, scan);
    this.#interest.read(namespace);
    return scan;
  }

  pagedRange(namespace: string, start: string, end: string): RangeScan {
    if (this.#written) this.#unsupported('Paginated queries are supported only in a read-only transaction');
    this.#paginated = true;
    return this.range(namespace, start, end);
  }

  getPrivate(namespace: string, collection: string, key: string): Buffer {
    const definition = this.collection(namespace, collection);
    const hashed = this.snapshot.get(hashedNamespace(namespace, collection), hashOfKey(key));
    const found = definition.members.includes(this.#mspId)
      ? this.snapshot.get(privateNamespace(namespace, collection), key)
      : undefined;
    if (!sameVersion(hashed?.version, found?.version)) {
      throw new PeerRefusal(
        'private data matching public hash version is not available. ' +
          `Public hash version = ${heightText(hashed?.version)}, Private data version = ${heightText(found?.version)}`,
      );
    }
    this.#builder.addPrivateRead(namespace, collection, key, found?.version);
    this.#interest.readPrivate(namespace, collection);
    return found?.value ?? Buffer.alloc(0);
  }

  getPrivateHash(namespace: string, collection: string, key: string): Buffer {
    if (!this.#findCollection(namespace, collection)) {
      // Hashes are everybody's: no access is checked before the ledger itself finds the name wanting.
      throw new PeerRefusal(
        `collection [${collection}] not defined in the collection config for chaincode [${namespace}]`,
      );
    }
    const hashed = this.snapshot.get(hashedNamespace(namespace, collection), hashOfKey(key));
    this.#builder.addPrivateRead(namespace, collection, key, hashed?.version);
    this.#interest.read(namespace);
    return hashed?.value ?? Buffer.alloc(0);
  }

  putPrivate(namespace: string, collection: string, key: string, value: Buffer): void {
    this.collection(namespace, collection);
    this.#beforeWrite();
    this.#builder.addPrivateWrite(namespace, collection, key, value);
    this.#interest.write(namespace, collection, this.#privateMetadata(namespace, collection, key));
  }

  /** Deletes a private key with all that it has been. */
  purgePrivate(namespace: string, collection: string, key: string): void {
    this.collection(namespace, collection);
    this.#beforeWrite();
    this.#builder.addPrivatePurge(namespace, collection, key);
    this.#interest.write(namespace, collection, this.#privateMetadata(namespace, collection, key));
  }

  getPrivateMetadata(namespace: string, collection: string, key: string): MetadataEntry[] {
    this.getPrivateHash(namespace, collection, key);
    return this.#privateMetadata(namespace, collection, key);
  }

  putPrivateMetadata(
    namespace: string,
    collection: string,
    key: string,
    entries: readonly MetadataEntry[],
  ): void {
    this.collection(namespace, collection);
    this.#beforeWrite();
    this.#builder.addPrivateMetadataWrite(namespace, collection, key, entries);
    this.#interest.write(namespace, collection, this.#privateMetadata(namespace, collection, key));
  }

  /** Rows of a private range. They are not in the read set, so a transaction that has them must not write. */
  privateRange(
    namespace: string,
    collection: string,
    start: string,
    end: string,
  ): AsyncIterableIterator<StateRow> {
    if (this.#written) this.#unsupported('Queries on pvt data is supported only in a read-only transaction');
    this.#privateQueried = true;
    const definition = this.collection(namespace, collection);
    // A peer that is no member has none of the rows.
    const own = definition.members.includes(this.#mspId) ? privateNamespace(namespace, collection) : '';
    return this.snapshot.range(own, start, end);
  }

  /** The collection's definition. @throws PeerRefusal when the chaincode has none of that name */
  collection(namespace: string, collection: string): CollectionDefinition {
    const found = this.#findCollection(namespace, collection);
    if (found) return found;
    // A peer takes any implicit name for a collection until its ledger looks for the organisation.
    if (isImplicit(collection)) {
      throw new PeerRefusal(
        `collection [${collection}] not defined in the collection config for chaincode [${namespace}]`,
      );
    }
    throw new PeerRefusal(`collection ${this.#scope.channel}/${namespace}/${collection} could not be found`);
  }

  finish(): { readonly result: SimulationResult; readonly interest: Interest } {
    return { result: this.#builder.build(), interest: this.#interest };
  }

  #findCollection(namespace: string, collection: string): CollectionDefinition | undefined {
    const definition = this.#scope.definition(namespace);
    return definition && collectionOf(definition, collection, this.#scope.mspIds);
  }

  #privateMetadata(namespace: string, collection: string, key: string): MetadataEntry[] {
    return decodeMetadata(
      this.snapshot.get(hashedNamespace(namespace, collection), hashOfKey(key))?.metadata,
    );
  }

  #beforeWrite(): void {
    if (this.#privateQueried) {
      this.#unsupported('Transaction has already performed queries on pvt data. Writes are not allowed');
    }
    if (this.#paginated) {
      this.#unsupported('Transaction has already performed a paginated query. Writes are not allowed');
    }
    this.#written = true;
  }

  // "unsuppored" is how Fabric spells it.
  #unsupported(why: string): never {
    throw new PeerRefusal(`txid [${this.#txId}]: unsuppored transaction. ${why}`);
  }
}
