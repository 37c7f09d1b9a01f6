import type { HashFunction } from '@careledger/crypto/portable';
import { isBytes32 } from '../hash-text.js';
import { merkleHasher } from '../merkle/hasher.js';
import { merkleRoot } from '../merkle/tree.js';
import type { FramesBody } from './block.js';

/** Whether these leaf hashes, in this order, are the ones the block was sealed over. */
export function isFramesRoot(body: FramesBody, leaves: readonly string[], hash: HashFunction): boolean {
  return (
    leaves.length === body.frameCount &&
    leaves.every(isBytes32) &&
    merkleRoot(leaves, merkleHasher(hash)) === body.framesRoot
  );
}
