import type { Block } from '../block/block.js';
import { blockFromBytes, blockToProto } from '../block/block.js';

/** Private write sets of a block, by the transaction's index in it (TxPvtReadWriteSet bytes). */
export type PrivateData = ReadonlyMap<number, Buffer>;

const LENGTH_BYTES = 4;

/** What one append to a block file holds: a block, after its length. */
export function encodeRecord(block: Block): Buffer {
  const bytes = blockToProto(block).serializeBinary();
  const length = Buffer.allocUnsafe(LENGTH_BYTES);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** The inverse of {@link encodeRecord}. */
export function decodeRecord(record: Buffer): Block {
  return blockFromBytes(record.subarray(LENGTH_BYTES, LENGTH_BYTES + record.readUInt32BE(0)));
}
