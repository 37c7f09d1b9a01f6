import { utf8 } from '@careledger/crypto/portable';
import type { HashFunction } from '@careledger/crypto/portable';
import type { UnsignedBlock } from './block.js';
import { blockPreimage, leadingZeroBits } from './hash.js';

export type MineOptions = {
  readonly hash: HashFunction;
  /** Nonce to go on from. */
  readonly from?: number;
  /** Hashes to try before giving up, so that a caller can come up for air; 2^difficulty are needed on average. */
  readonly tries?: number;
};

/** The block with a nonce that meets its difficulty, or undefined after `tries`. At difficulty 0 the nonce is 0. */
export function mine(block: UnsignedBlock, options: MineOptions): UnsignedBlock | undefined {
  const { hash, from = 0, tries = Number.POSITIVE_INFINITY } = options;
  if (block.difficulty === 0) return block.nonce === 0 ? block : { ...block, nonce: 0 };
  const preimage = blockPreimage({ ...block, nonce: 0 });
  // Canonical members are sorted, and behind `nonce` only IDs, hashes and times follow: the last one is the block's.
  const at = preimage.lastIndexOf('"nonce":0,') + '"nonce":'.length;
  const before = preimage.slice(0, at);
  const after = preimage.slice(at + 1);
  for (let nonce = from; nonce - from < tries; nonce++) {
    if (leadingZeroBits(hash(utf8(before + String(nonce) + after))) >= block.difficulty)
      return { ...block, nonce };
  }
  return undefined;
}
