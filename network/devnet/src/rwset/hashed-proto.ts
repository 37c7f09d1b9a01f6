import { ledger } from '@hyperledger/fabric-protos';
import { asBuffer } from '../wire/bytes.js';
import { entryFromProto, entryToProto, versionFromProto, versionToProto } from './kv-proto.js';
import type { CollectionRwSet } from './model.js';

const { kvrwset: kv, CollectionHashedReadWriteSet } = ledger.rwset;
type CollectionHashed = InstanceType<typeof CollectionHashedReadWriteSet>;

/** A delete of a private key: it says so, or has no value hash. */
type HashedWrite = { getIsDelete(): boolean; getIsPurge(): boolean; getValueHash_asU8(): Uint8Array };

function isDelete(write: HashedWrite): boolean {
  return write.getIsDelete() || write.getIsPurge() || write.getValueHash_asU8().length === 0;
}

/** CollectionHashedReadWriteSet. */
export function collectionToProto(set: CollectionRwSet): CollectionHashed {
  const hashed = new kv.HashedRWSet();
  hashed.setHashedReadsList(
    set.reads.map(({ key, version }) => {
      const read = new kv.KVReadHash();
      read.setKeyHash(Buffer.from(key, 'hex'));
      read.setVersion(versionToProto(version));
      return read;
    }),
  );
  hashed.setHashedWritesList(
    set.writes.map(({ key, value, isDelete: deleted, isPurge = false }) => {
      const write = new kv.KVWriteHash();
      write.setKeyHash(Buffer.from(key, 'hex'));
      write.setIsDelete(deleted);
      write.setIsPurge(isPurge);
      write.setValueHash(value);
      return write;
    }),
  );
  hashed.setMetadataWritesList(
    set.metadataWrites.map(({ key, entries }) => {
      const write = new kv.KVMetadataWriteHash();
      write.setKeyHash(Buffer.from(key, 'hex'));
      write.setEntriesList(entries.map(entryToProto));
      return write;
    }),
  );
  const proto = new CollectionHashedReadWriteSet();
  proto.setCollectionName(set.collection);
  proto.setHashedRwset(hashed.serializeBinary());
  proto.setPvtRwsetHash(set.privateHash);
  return proto;
}

/** The inverse of {@link collectionToProto}. */
export function collectionFromProto(proto: CollectionHashed): CollectionRwSet {
  const hashed = kv.HashedRWSet.deserializeBinary(proto.getHashedRwset_asU8());
  return {
    collection: proto.getCollectionName(),
    reads: hashed.getHashedReadsList().map((read) => ({
      key: asBuffer(read.getKeyHash_asU8()).toString('hex'),
      version: versionFromProto(read.getVersion()),
    })),
    writes: hashed.getHashedWritesList().map((write) => ({
      key: asBuffer(write.getKeyHash_asU8()).toString('hex'),
      value: asBuffer(write.getValueHash_asU8()),
      isDelete: isDelete(write),
      ...(write.getIsPurge() && { isPurge: true }),
    })),
    metadataWrites: hashed.getMetadataWritesList().map((write) => ({
      key: asBuffer(write.getKeyHash_asU8()).toString('hex'),
      entries: write.getEntriesList().map(entryFromProto),
    })),
    privateHash: asBuffer(proto.getPvtRwsetHash_asU8()),
  };
}
