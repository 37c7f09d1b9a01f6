import { ledger } from '@hyperledger/fabric-protos';
import { entryFromProto, entryToProto } from '../rwset/kv-proto.js';
import type { MetadataEntry } from '../rwset/model.js';

const { KVMetadataWrite } = ledger.rwset.kvrwset;

/** Metadata entries as they are kept beside a value; undefined when there are none. */
export function encodeMetadata(entries: readonly MetadataEntry[]): Buffer | undefined {
  if (entries.length === 0) return undefined;
  const proto = new KVMetadataWrite();
  proto.setEntriesList(entries.map(entryToProto));
  return Buffer.from(proto.serializeBinary());
}

/** The inverse of {@link encodeMetadata}. */
export function decodeMetadata(bytes: Buffer | undefined): MetadataEntry[] {
  return bytes ? KVMetadataWrite.deserializeBinary(bytes).getEntriesList().map(entryFromProto) : [];
}
