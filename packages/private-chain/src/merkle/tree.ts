import { elementAt } from '../element-at.js';
import { MAX_TREE_LEAVES } from '../limits.js';
import type { MerkleHasher } from './hasher.js';

/** Reads the root of the complete subtree over the leaves `index · 2^level` to `(index + 1) · 2^level - 1`. */
export type NodeReader = (level: number, index: number) => string;

/** Largest power of two below `size`, the split of RFC 6962 section 2.1. `size` ≥ 2. */
export function splitOf(size: number): number {
  return 1 << (31 - Math.clz32(size - 1));
}

/** Merkle tree hash (RFC 6962 section 2.1) of the `size` leaves from `first` on, from its complete subtrees. */
export function rangeRoot(first: number, size: number, nodeAt: NodeReader, hasher: MerkleHasher): string {
  if (size === 0) return hasher.emptyRoot;
  const level = 31 - Math.clz32(size);
  if (size === 1 << level) return nodeAt(level, first / size);
  const split = splitOf(size);
  return hasher.node(
    rangeRoot(first, split, nodeAt, hasher),
    rangeRoot(first + split, size - split, nodeAt, hasher),
  );
}

/**
 * Merkle audit path (RFC 6962 section 2.1.1), from the leaf's neighbour up to the root's.
 * @throws RangeError if there is no such leaf
 */
export function inclusionPath(
  index: number,
  size: number,
  nodeAt: NodeReader,
  hasher: MerkleHasher,
): string[] {
  if (!Number.isInteger(index) || index < 0 || index >= size || size > MAX_TREE_LEAVES) {
    throw new RangeError(`No leaf ${index} in a tree of ${size}`);
  }
  const path: string[] = [];
  let first = 0;
  let rest = size;
  while (rest > 1) {
    const split = splitOf(rest);
    if (index - first < split) {
      path.push(rangeRoot(first + split, rest - split, nodeAt, hasher));
      rest = split;
    } else {
      path.push(rangeRoot(first, split, nodeAt, hasher));
      first += split;
      rest -= split;
    }
  }
  return path.reverse();
}

/** A growing tree that keeps its complete subtrees: an append costs one hash on average, a path none but the edge's. */
export class MerkleTree {
  readonly #hasher: MerkleHasher;
  readonly #levels: string[][] = [[]];

  constructor(hasher: MerkleHasher, leaves: Iterable<string> = []) {
    this.#hasher = hasher;
    for (const leaf of leaves) this.append(leaf);
  }

  get size(): number {
    return elementAt(this.#levels, 0).length;
  }

  append(leaf: string): void {
    if (this.size >= MAX_TREE_LEAVES) throw new RangeError(`A tree has at most ${MAX_TREE_LEAVES} leaves`);
    let node = leaf;
    for (let level = 0; ; level++) {
      const nodes = (this.#levels[level] ??= []);
      nodes.push(node);
      if (nodes.length % 2 === 1) return;
      node = this.#hasher.node(elementAt(nodes, nodes.length - 2), node);
    }
  }

  /** Reader of complete subtrees, for {@link inclusionPath}. */
  readonly nodeAt: NodeReader = (level, index) => {
    const node = this.#levels[level]?.[index];
    if (node === undefined) throw new RangeError(`No complete subtree ${index} at level ${level}`);
    return node;
  };

  root(): string {
    return rangeRoot(0, this.size, this.nodeAt, this.#hasher);
  }

  path(index: number): string[] {
    return inclusionPath(index, this.size, this.nodeAt, this.#hasher);
  }
}

/** Root over leaf hashes at once. */
export function merkleRoot(leaves: Iterable<string>, hasher: MerkleHasher): string {
  return new MerkleTree(hasher, leaves).root();
}
