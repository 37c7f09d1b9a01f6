import { hash } from 'node:crypto';
import { elementAt } from '../element-at.js';
import { NODE_PREFIX } from './hasher.js';
import { nodeMerkleHasher } from './node-hasher.js';
import { rangeRoot } from './tree.js';
import type { NodeReader } from './tree.js';

/** The tree of a block as it is signed and as it is stored. */
export type PackedTree = {
  /** RFC 6962 root, base64url. */
  readonly root: string;
  /** Roots of all complete subtrees, 32 bytes each, the leaves first, each level from left to right. */
  readonly nodes: Uint8Array;
};

/** More than any block of a gateway has. */
const MAX_PACKED_LEAVES = 255;
const HASH_BYTES = 32;
const CHILDREN_BYTES = 2 * HASH_BYTES;
/** Reused: hashing is synchronous, so nobody sees it half written. */
const nodeInput = Buffer.alloc(1 + CHILDREN_BYTES);
nodeInput[0] = NODE_PREFIX;

/**
 * The tree over a block's leaves, every hash calculated where it lies in the blob: half of what it takes by way of texts.
 * @param leaves base64url, 1 to 255 of them
 * @throws RangeError for another number, and for a text that is no hash
 */
export function packTree(leaves: readonly string[]): PackedTree {
  const size = leaves.length;
  if (size === 0 || size > MAX_PACKED_LEAVES) throw new RangeError(`A packed tree of ${size} leaves`);
  const begins = levelsOf(size);
  const nodes = Buffer.allocUnsafe(HASH_BYTES * begins.end);
  for (const [index, leaf] of leaves.entries()) {
    if (nodes.write(leaf, index * HASH_BYTES, HASH_BYTES, 'base64url') !== HASH_BYTES)
      throw new RangeError(`Leaf ${index} of a packed tree is no hash`);
  }
  for (let level = 1; level < begins.of.length; level++) {
    const first = elementAt(begins.of, level);
    const children = elementAt(begins.of, level - 1) * HASH_BYTES;
    for (let index = 0; index < size >> level; index++) {
      const left = children + index * CHILDREN_BYTES;
      nodes.copy(nodeInput, 1, left, left + CHILDREN_BYTES);
      nodes.write(hash('sha256', nodeInput, 'binary'), (first + index) * HASH_BYTES, HASH_BYTES, 'latin1');
    }
  }
  return { root: rangeRoot(0, size, packedNodeReader(size, nodes), nodeMerkleHasher), nodes };
}

/**
 * Reads single nodes of a packed tree of exactly `size` leaves, for `inclusionPath`.
 * @throws RangeError from the reader, if the blob is too short for the tree
 */
export function packedNodeReader(size: number, nodes: Uint8Array): NodeReader {
  const bytes = Buffer.from(nodes.buffer, nodes.byteOffset, nodes.length);
  const begins = levelsOf(size);
  return (level, index) => {
    const at = (elementAt(begins.of, level) + index) * HASH_BYTES;
    if (at + HASH_BYTES > bytes.length)
      throw new RangeError(`A packed tree without node ${index} of level ${level}`);
    return bytes.toString('base64url', at, at + HASH_BYTES);
  };
}

/** Where each level begins, and where the last one ends, in nodes. */
function levelsOf(size: number): { readonly of: readonly number[]; readonly end: number } {
  const of: number[] = [];
  let end = 0;
  for (let level = 0; size >> level > 0; level++) {
    of.push(end);
    end += size >> level;
  }
  return { of, end };
}
