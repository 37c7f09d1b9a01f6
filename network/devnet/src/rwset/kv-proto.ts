import { ledger } from '@hyperledger/fabric-protos';
import { asBuffer } from '../wire/bytes.js';
import type { KeyRead, KeyWrite, MetadataEntry, MetadataWrite, RangeRead } from './model.js';
import type { Version } from './version.js';

const kv = ledger.rwset.kvrwset;
type Kv = typeof kv;
type KvRead = InstanceType<Kv['KVRead']>;
type KvWrite = InstanceType<Kv['KVWrite']>;
type KvMetadataWrite = InstanceType<Kv['KVMetadataWrite']>;
type KvMetadataEntry = InstanceType<Kv['KVMetadataEntry']>;
type RangeQueryInfo = InstanceType<Kv['RangeQueryInfo']>;
type KvVersion = InstanceType<Kv['Version']>;

export function versionToProto(version: Version | undefined): KvVersion | undefined {
  if (!version) return undefined;
  const proto = new kv.Version();
  proto.setBlockNum(version.block);
  proto.setTxNum(version.tx);
  return proto;
}

export function versionFromProto(proto: KvVersion | undefined): Version | undefined {
  return proto && { block: proto.getBlockNum(), tx: proto.getTxNum() };
}

export function kvReadToProto({ key, version }: KeyRead): KvRead {
  const proto = new kv.KVRead();
  proto.setKey(key);
  proto.setVersion(versionToProto(version));
  return proto;
}

export function kvReadFromProto(proto: KvRead): KeyRead {
  return { key: proto.getKey(), version: versionFromProto(proto.getVersion()) };
}

export function kvWriteToProto({ key, value, isDelete }: KeyWrite): KvWrite {
  const proto = new kv.KVWrite();
  proto.setKey(key);
  proto.setIsDelete(isDelete);
  proto.setValue(value);
  return proto;
}

export function kvWriteFromProto(proto: KvWrite): KeyWrite {
  const value = asBuffer(proto.getValue_asU8());
  return { key: proto.getKey(), value, isDelete: proto.getIsDelete() || value.length === 0 };
}

export function entryToProto({ name, value }: MetadataEntry): KvMetadataEntry {
  const proto = new kv.KVMetadataEntry();
  proto.setName(name);
  proto.setValue(value);
  return proto;
}

export function entryFromProto(proto: KvMetadataEntry): MetadataEntry {
  return { name: proto.getName(), value: asBuffer(proto.getValue_asU8()) };
}

export function metadataWriteToProto({ key, entries }: MetadataWrite): KvMetadataWrite {
  const proto = new kv.KVMetadataWrite();
  proto.setKey(key);
  proto.setEntriesList(entries.map(entryToProto));
  return proto;
}

export function metadataWriteFromProto(proto: KvMetadataWrite): MetadataWrite {
  return { key: proto.getKey(), entries: proto.getEntriesList().map(entryFromProto) };
}

export function rangeToProto({ startKey, endKey, exhausted, reads, merkle }: RangeRead): RangeQueryInfo {
  const proto = new kv.RangeQueryInfo();
  proto.setStartKey(startKey);
  proto.setEndKey(endKey);
  proto.setItrExhausted(exhausted);
  if (merkle) {
    const summary = new kv.QueryReadsMerkleSummary();
    summary.setMaxDegree(merkle.maxDegree);
    summary.setMaxLevel(merkle.maxLevel);
    summary.setMaxLevelHashesList([...merkle.hashes]);
    proto.setReadsMerkleHashes(summary);
  } else if (reads.length > 0) {
    const raw = new kv.QueryReads();
    raw.setKvReadsList(reads.map(kvReadToProto));
    proto.setRawReads(raw);
  }
  return proto;
}

export function rangeFromProto(proto: RangeQueryInfo): RangeRead {
  const summary = proto.getReadsMerkleHashes();
  return {
    startKey: proto.getStartKey(),
    endKey: proto.getEndKey(),
    exhausted: proto.getItrExhausted(),
    reads: (proto.getRawReads()?.getKvReadsList() ?? []).map(kvReadFromProto),
    merkle: summary && {
      maxDegree: summary.getMaxDegree(),
      maxLevel: summary.getMaxLevel(),
      hashes: summary.getMaxLevelHashesList_asU8().map(asBuffer),
    },
  };
}
