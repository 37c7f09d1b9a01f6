import type { Version } from '../rwset/version.js';

/** A value of the state with its version and, where key-level policies are used, its metadata. */
export interface VersionedValue {
  readonly value: Buffer;
  readonly version: Version;
  /** Serialized metadata entries of the key. */
  readonly metadata?: Buffer;
}

const HEAD_BYTES = 16;

/** Block (8 bytes), transaction (4), length of the metadata (4), metadata, value. */
export function encodeValue({ value, version, metadata }: VersionedValue): Buffer {
  const extra = metadata?.length ?? 0;
  const bytes = Buffer.allocUnsafe(HEAD_BYTES + extra + value.length);
  bytes.writeBigUInt64BE(BigInt(version.block), 0);
  bytes.writeUInt32BE(version.tx, 8);
  bytes.writeUInt32BE(extra, 12);
  metadata?.copy(bytes, HEAD_BYTES);
  value.copy(bytes, HEAD_BYTES + extra);
  return bytes;
}

/** The inverse of {@link encodeValue}. */
export function decodeValue(bytes: Buffer): VersionedValue {
  const extra = bytes.readUInt32BE(12);
  const version = { block: Number(bytes.readBigUInt64BE(0)), tx: bytes.readUInt32BE(8) };
  const value = bytes.subarray(HEAD_BYTES + extra);
  return extra === 0
    ? { value, version }
    : { value, version, metadata: bytes.subarray(HEAD_BYTES, HEAD_BYTES + extra) };
}
