import { nodeMerkleHasher } from './node-hasher.js';
import { HASH_BYTES, SlotTree } from './slot-tree.js';
import type { NodeReader } from './tree.js';
import { rangeRoot } from './tree.js';

/** The tree of a block as it is signed, and what is stored of it. */
export type PackedTree = {
  /** RFC 6962 root, base64url. */
  readonly root: string;
  /** The leaves' hashes from left to right, 32 bytes each. */
  readonly leaves: Uint8Array;
};

/** More than any block of a gateway has. */
const MAX_PACKED_LEAVES = 255;
/** Reused: hashing is synchronous, so nobody sees it half made. */
const scratch = new SlotTree(MAX_PACKED_LEAVES);

/**
 * The tree over a block's leaves, every hash calculated where it lies: half of what it takes by way of texts. Inner nodes
 * are not kept: a proof, which is seldom asked for, hashes them again, and a block's row stays within a page of its store.
 * @param leaves base64url, 1 to 255 of them
 * @throws RangeError for another number, and for a text that is no hash
 */
export function packTree(leaves: readonly string[]): PackedTree {
  const size = leaves.length;
  if (size === 0 || size > MAX_PACKED_LEAVES) throw new RangeError(`A packed tree of ${size} leaves`);
  const packed = Buffer.allocUnsafe(HASH_BYTES * size);
  for (let index = 0; index < size; index++) {
    if (packed.write(leaves[index] as string, index * HASH_BYTES, HASH_BYTES, 'base64url') !== HASH_BYTES)
      throw new RangeError(`Leaf ${index} of a packed tree is no hash`);
  }
  scratch.fill(packed, size);
  return {
    root: rangeRoot(0, size, (level, index) => scratch.text(level, index), nodeMerkleHasher),
    leaves: packed,
  };
}

/**
 * Reads single nodes of the tree over exactly `size` packed leaves, for `inclusionPath`. What may follow the leaves in the
 * blob is not looked at: a former release kept the inner nodes there.
 * @throws RangeError from the reader, if the blob is too short for the leaves or the tree has no such node
 */
export function packedNodeReader(size: number, leaves: Uint8Array): NodeReader {
  const bytes = Buffer.from(leaves.buffer, leaves.byteOffset, leaves.length);
  let tree: SlotTree | undefined;
  return (level, index) => {
    if (bytes.length < size * HASH_BYTES || index >= size >> level)
      throw new RangeError(`A packed tree without node ${index} of level ${level}`);
    if (level === 0) return bytes.toString('base64url', index * HASH_BYTES, (index + 1) * HASH_BYTES);
    if (tree === undefined) {
      tree = new SlotTree(size);
      tree.fill(bytes, size);
    }
    return tree.text(level, index);
  };
}
