import { ledger } from '@hyperledger/fabric-protos';
import { collectionFromProto, collectionToProto } from './hashed-proto.js';
import {
  kvReadFromProto,
  kvReadToProto,
  kvWriteFromProto,
  kvWriteToProto,
  metadataWriteFromProto,
  metadataWriteToProto,
  rangeFromProto,
  rangeToProto,
} from './kv-proto.js';
import type { NamespaceRwSet, PrivateCollectionWrites } from './model.js';

const { rwset } = ledger;
const { kvrwset: kv } = rwset;

/** TxReadWriteSet bytes: what an endorser signs, so equal simulations must give equal bytes. */
export function encodeRwSet(namespaces: readonly NamespaceRwSet[]): Buffer {
  const proto = new rwset.TxReadWriteSet();
  proto.setNsRwsetList(
    namespaces.map((each) => {
      const set = new kv.KVRWSet();
      set.setReadsList(each.reads.map(kvReadToProto));
      set.setRangeQueriesInfoList(each.ranges.map(rangeToProto));
      set.setWritesList(each.writes.map(kvWriteToProto));
      set.setMetadataWritesList(each.metadataWrites.map(metadataWriteToProto));
      const ns = new rwset.NsReadWriteSet();
      ns.setNamespace(each.namespace);
      ns.setRwset(set.serializeBinary());
      ns.setCollectionHashedRwsetList(each.collections.map(collectionToProto));
      return ns;
    }),
  );
  return Buffer.from(proto.serializeBinary());
}

/** The inverse of {@link encodeRwSet}. @throws whatever the protobuf library does on malformed bytes */
export function decodeRwSet(bytes: Uint8Array): NamespaceRwSet[] {
  return rwset.TxReadWriteSet.deserializeBinary(bytes)
    .getNsRwsetList()
    .map((ns) => {
      const set = kv.KVRWSet.deserializeBinary(ns.getRwset_asU8());
      return {
        namespace: ns.getNamespace(),
        reads: set.getReadsList().map(kvReadFromProto),
        ranges: set.getRangeQueriesInfoList().map(rangeFromProto),
        writes: set.getWritesList().map(kvWriteFromProto),
        metadataWrites: set.getMetadataWritesList().map(metadataWriteFromProto),
        collections: ns.getCollectionHashedRwsetList().map(collectionFromProto),
      };
    });
}

/** KVRWSet bytes of one private collection, whose hash is in the public set. */
export function encodePrivateWrites(
  writes: PrivateCollectionWrites['writes'],
  metadataKeys: readonly string[],
): Buffer {
  const set = new kv.KVRWSet();
  set.setWritesList(writes.map(kvWriteToProto));
  set.setMetadataWritesList(metadataKeys.map((key) => metadataWriteToProto({ key, entries: [] })));
  return Buffer.from(set.serializeBinary());
}

/** TxPvtReadWriteSet bytes of encoded collections, which are ordered by namespace and name. */
export function encodePrivateSet(
  collections: readonly { readonly namespace: string; readonly collection: string; readonly set: Buffer }[],
): Buffer {
  const proto = new rwset.TxPvtReadWriteSet();
  const namespaces = new Map<string, InstanceType<typeof rwset.NsPvtReadWriteSet>>();
  for (const { namespace, collection, set } of collections) {
    let ns = namespaces.get(namespace);
    if (!ns) {
      ns = new rwset.NsPvtReadWriteSet();
      ns.setNamespace(namespace);
      namespaces.set(namespace, ns);
    }
    const writes = new rwset.CollectionPvtReadWriteSet();
    writes.setCollectionName(collection);
    writes.setRwset(set);
    ns.addCollectionPvtRwset(writes);
  }
  proto.setNsPvtRwsetList([...namespaces.values()]);
  return Buffer.from(proto.serializeBinary());
}

/** One collection of a private write set, with the bytes its hash is of. */
export interface DecodedPrivateWrites extends PrivateCollectionWrites {
  readonly bytes: Buffer;
}

/** The inverse of {@link encodePrivateSet}. */
export function decodePrivateSet(bytes: Uint8Array): DecodedPrivateWrites[] {
  return rwset.TxPvtReadWriteSet.deserializeBinary(bytes)
    .getNsPvtRwsetList()
    .flatMap((ns) =>
      ns.getCollectionPvtRwsetList().map((collection) => {
        const raw = collection.getRwset_asU8();
        const set = kv.KVRWSet.deserializeBinary(raw);
        return {
          namespace: ns.getNamespace(),
          collection: collection.getCollectionName(),
          writes: set.getWritesList().map(kvWriteFromProto),
          metadataKeys: set.getMetadataWritesList().map((write) => write.getKey()),
          bytes: Buffer.from(raw),
        };
      }),
    );
}
