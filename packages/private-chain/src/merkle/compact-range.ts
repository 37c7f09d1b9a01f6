import { MAX_TREE_LEAVES } from '../limits.js';
import type { MerkleHasher } from './hasher.js';

/** What a compact range is resumed from: plain JSON, at most 30 hashes. */
export type CompactRangeSnapshot = {
  readonly size: number;
  /** Roots of the complete subtrees from left to right, one for each bit set in `size`. */
  readonly hashes: readonly string[];
};

/**
 * The right edge of a growing tree: all that is needed to append and to know the root, without the leaves.
 * An append costs one hash on average and log₂(size) at worst.
 */
export class CompactRange {
  readonly #hasher: MerkleHasher;
  readonly #hashes: string[];
  #size: number;

  /** @throws RangeError if the snapshot is not one */
  constructor(hasher: MerkleHasher, snapshot: CompactRangeSnapshot = { size: 0, hashes: [] }) {
    const { size, hashes } = snapshot;
    if (!Number.isInteger(size) || size < 0 || size > MAX_TREE_LEAVES || hashes.length !== bitCount(size)) {
      throw new RangeError(`${hashes.length} subtrees do not make a tree of ${size} leaves`);
    }
    this.#hasher = hasher;
    this.#size = size;
    this.#hashes = [...hashes];
  }

  get size(): number {
    return this.#size;
  }

  append(leaf: string): void {
    if (this.#size >= MAX_TREE_LEAVES) throw new RangeError(`A tree has at most ${MAX_TREE_LEAVES} leaves`);
    let node = leaf;
    // Each bit set at the low end is a complete subtree that the new leaf completes to one of twice the size.
    for (let bits = this.#size; (bits & 1) === 1; bits >>= 1)
      node = this.#hasher.node(this.#takeLast(), node);
    this.#hashes.push(node);
    this.#size++;
  }

  /** Merkle tree hash (RFC 6962 section 2.1) of the leaves so far. */
  root(): string {
    if (this.#size === 0) return this.#hasher.emptyRoot;
    return this.#hashes.reduceRight((right, left) => this.#hasher.node(left, right));
  }

  toJSON(): CompactRangeSnapshot {
    return { size: this.#size, hashes: [...this.#hashes] };
  }

  #takeLast(): string {
    const hash = this.#hashes.pop();
    if (hash === undefined) throw new RangeError(`A tree of ${this.#size} leaves without its subtrees`);
    return hash;
  }
}

function bitCount(value: number): number {
  let count = 0;
  for (let bits = value; bits > 0; bits >>>= 1) count += bits & 1;
  return count;
}
