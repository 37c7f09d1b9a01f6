import { elementAt } from '../element-at.js';
import { isBytes32 } from '../hash-text.js';
import { MAX_TREE_LEAVES } from '../limits.js';
import type { MerkleHasher } from './hasher.js';
import { splitOf } from './tree.js';

/** Where a leaf lies in a tree, with the hashes that lead to the root. */
export type InclusionProof = {
  readonly index: number;
  readonly size: number;
  /** Neighbours from the leaf upwards, base64url; exactly as many as index and size ask for. */
  readonly path: readonly string[];
};

/**
 * The root that leaf and path lead to (RFC 9162 section 2.1.3.2), or undefined if the path's length does not fit
 * index and size: a proof for one size or index never passes for another.
 */
function rootFromInclusion(leaf: string, proof: InclusionProof, hasher: MerkleHasher): string | undefined {
  const { index, size, path } = proof;
  if (!isIndex(index, size) || !isBytes32(leaf) || !path.every(isBytes32)) return undefined;
  const sides = sidesOf(index, size);
  if (sides.length !== path.length) return undefined;
  return sides.reduce(
    (node, isRight, step) =>
      isRight ? hasher.node(elementAt(path, step), node) : hasher.node(node, elementAt(path, step)),
    leaf,
  );
}

/** Whether the leaf lies at that index of the tree with that root. */
export function verifyInclusion(
  leaf: string,
  proof: InclusionProof,
  root: string,
  hasher: MerkleHasher,
): boolean {
  return rootFromInclusion(leaf, proof, hasher) === root;
}

function isIndex(index: number, size: number): boolean {
  return (
    Number.isInteger(index) && Number.isInteger(size) && index >= 0 && index < size && size <= MAX_TREE_LEAVES
  );
}

/** For each step from the leaf upwards: whether the node is a right child. */
function sidesOf(index: number, size: number): boolean[] {
  const sides: boolean[] = [];
  let offset = index;
  let rest = size;
  while (rest > 1) {
    const split = splitOf(rest);
    const isRight = offset >= split;
    sides.push(isRight);
    if (isRight) offset -= split;
    rest = isRight ? rest - split : split;
  }
  return sides.reverse();
}
