import { common } from '@hyperledger/fabric-protos';
import { asBuffer } from '../wire/bytes.js';
import { sha256 } from '../wire/sha256.js';
import { blockHash } from './hash.js';

/** Where in a block's metadata things are (common.BlockMetadataIndex). */
const METADATA_SLOTS = 5;
const TRANSACTIONS_FILTER = common.BlockMetadataIndex.TRANSACTIONS_FILTER;

/** A block as the ledger handles it: the envelopes as the bytes they came in. */
export interface Block {
  readonly number: number;
  readonly previousHash: Buffer;
  readonly dataHash: Buffer;
  /** Hash of this block's header. */
  readonly hash: Buffer;
  readonly envelopes: readonly Buffer[];
  /** Validation code of each envelope (peer.TxValidationCode). */
  readonly codes: readonly number[];
}

/** Chains envelopes into a block; `codes` follow from validation. */
export function makeBlock(
  number: number,
  previousHash: Buffer,
  envelopes: readonly Buffer[],
  codes: readonly number[],
): Block {
  const dataHash = sha256(...envelopes);
  const hash = blockHash(number, previousHash, dataHash);
  return { number, previousHash, dataHash, hash, envelopes, codes };
}

/** common.Block. */
export function blockToProto(block: Block): common.Block {
  const header = new common.BlockHeader();
  header.setNumber(block.number);
  header.setPreviousHash(block.previousHash);
  header.setDataHash(block.dataHash);
  const data = new common.BlockData();
  data.setDataList([...block.envelopes]);
  const slots: Uint8Array[] = Array.from({ length: METADATA_SLOTS }, () => new Uint8Array());
  slots[TRANSACTIONS_FILTER] = Buffer.from(block.codes);
  const metadata = new common.BlockMetadata();
  metadata.setMetadataList(slots);
  const proto = new common.Block();
  proto.setHeader(header);
  proto.setData(data);
  proto.setMetadata(metadata);
  return proto;
}

/** Reads a block of our own file; its checksum has been compared before. */
export function blockFromBytes(bytes: Uint8Array): Block {
  const proto = common.Block.deserializeBinary(bytes);
  const header = proto.getHeader();
  const slots = proto.getMetadata()?.getMetadataList_asU8() ?? [];
  const number = header?.getNumber() ?? 0;
  const previousHash = asBuffer(header?.getPreviousHash_asU8() ?? new Uint8Array());
  const dataHash = asBuffer(header?.getDataHash_asU8() ?? new Uint8Array());
  return {
    number,
    previousHash,
    dataHash,
    hash: blockHash(number, previousHash, dataHash),
    envelopes: (proto.getData()?.getDataList_asU8() ?? []).map(asBuffer),
    codes: [...(slots[TRANSACTIONS_FILTER] ?? [])],
  };
}
