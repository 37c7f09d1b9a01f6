import { canonicalJson, toBase64url, utf8 } from '@careledger/crypto/portable';
import type { HashFunction } from '@careledger/crypto/portable';
import type { Block, FramesBlock, UnsignedBlock } from './block.js';

/** Keeps a block's hash from meaning anything else, and anything else from being a block. */
const BLOCK_HASH_PREFIX = 'careledger/block/v1\0';

/** What is hashed: the domain prefix and the block's canonical JSON (RFC 8785) without `sig`. */
export function blockPreimage(block: UnsignedBlock | Block): string {
  const unsigned = Object.fromEntries(Object.entries(block).filter(([name]) => name !== 'sig'));
  return BLOCK_HASH_PREFIX + canonicalJson(unsigned);
}

/**
 * {@link blockPreimage} of a block of frames that was made here and not read from anywhere. One is sealed for every 64
 * frames, and this takes a fifth: RFC 8785 orders members by their names, and so are they written here.
 */
export function madeFramesPreimage(block: Omit<FramesBlock, 'sig'>): string {
  const { body, difficulty, height, nonce, patientId, prev, time, type, v } = block;
  const { frameCount, framesRoot } = body;
  const gaps = body.gaps.map(({ index, missing }) => ({ index, missing }));
  return (
    BLOCK_HASH_PREFIX +
    JSON.stringify({
      body: { frameCount, framesRoot, gaps },
      difficulty,
      height,
      nonce,
      patientId,
      prev,
      time,
      type,
      v,
    })
  );
}

/** SHA-256 of {@link blockPreimage}, the 32 bytes that the gateway signs. */
export function blockHashBytes(block: UnsignedBlock | Block, hash: HashFunction): Uint8Array {
  return hash(utf8(blockPreimage(block)));
}

/** A block's hash as the next block, anchors and proofs name it: base64url. */
export function blockHash(block: UnsignedBlock | Block, hash: HashFunction): string {
  return toBase64url(blockHashBytes(block, hash));
}

/** Zero bits before the first one, counted from the most significant bit of the first byte. */
export function leadingZeroBits(bytes: Uint8Array): number {
  let bits = 0;
  for (const byte of bytes) {
    if (byte !== 0) return bits + Math.clz32(byte) - 24;
    bits += 8;
  }
  return bits;
}
