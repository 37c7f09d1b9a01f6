import type { Block } from './block.js';
import { blockFromBytes, blockToProto } from './block.js';

/** Private write sets of a block, by the transaction's place in it (TxPvtReadWriteSet bytes). */
export type PrivateData = ReadonlyMap<number, Buffer>;

/** What one append to a block file holds: a block and its private data, so that both are there or neither. */
export interface BlockRecord {
  readonly block: Block;
  readonly privateData: PrivateData;
}

const U32_BYTES = 4;

function u32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(U32_BYTES);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Length-prefixed block, then per private write set: transaction index, length, bytes. */
export function encodeRecord({ block, privateData }: BlockRecord): Buffer {
  const bytes = blockToProto(block).serializeBinary();
  const parts: Uint8Array[] = [u32(bytes.length), bytes];
  for (const [index, writes] of privateData) parts.push(u32(index), u32(writes.length), writes);
  return Buffer.concat(parts);
}

/** The inverse of {@link encodeRecord}. */
export function decodeRecord(record: Buffer): BlockRecord {
  const blockEnd = U32_BYTES + record.readUInt32BE(0);
  const privateData = new Map<number, Buffer>();
  let at = blockEnd;
  while (at < record.length) {
    const end = at + 2 * U32_BYTES + record.readUInt32BE(at + U32_BYTES);
    privateData.set(record.readUInt32BE(at), record.subarray(at + 2 * U32_BYTES, end));
    at = end;
  }
  return { block: blockFromBytes(record.subarray(U32_BYTES, blockEnd)), privateData };
}
