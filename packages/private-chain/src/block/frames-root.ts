import { isBytes32 } from '../hash-text.js';
import type { MerkleHasher } from '../merkle/hasher.js';
import { merkleRoot } from '../merkle/tree.js';
import type { FramesBody } from './block.js';

/** Whether these leaf hashes, in this order, are the ones the block was sealed over. */
export function isFramesRoot(body: FramesBody, leaves: readonly string[], hasher: MerkleHasher): boolean {
  return (
    leaves.length === body.frameCount &&
    leaves.every(isBytes32) &&
    merkleRoot(leaves, hasher) === body.framesRoot
  );
}
