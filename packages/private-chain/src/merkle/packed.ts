import { fromBase64url, toBase64url } from '@careledger/crypto/portable';
import type { NodeReader } from './tree.js';

/** Levels of a tree that lie together in one blob: a path through a million leaves reads three or four blobs. */
const LEVELS_PER_BLOB = 8;
const HASH_BYTES = 32;

/** Complete subtrees of eight levels, to be stored under `(tier, index)`. */
export type PackedNodes = {
  /** Levels `8 · tier` to `8 · tier + 7`. */
  readonly tier: number;
  /** Which group of 256 nodes of the lowest of these levels. */
  readonly index: number;
  /** Raw hashes, lowest level first, each level from left to right. */
  readonly nodes: Uint8Array;
};

/** Packs a tree's complete subtrees. Only the last blob of a tier changes when leaves are appended. */
export function* packNodes(size: number, nodeAt: NodeReader): Generator<PackedNodes> {
  for (let tier = 0; size >> (tier * LEVELS_PER_BLOB) > 0; tier++) {
    const blobs = Math.ceil((size >> (tier * LEVELS_PER_BLOB)) / (1 << LEVELS_PER_BLOB));
    for (let index = 0; index < blobs; index++) {
      yield { tier, index, nodes: packBlob(size, nodeAt, tier, index) };
    }
  }
}

function packBlob(size: number, nodeAt: NodeReader, tier: number, index: number): Uint8Array {
  const counts = Array.from({ length: LEVELS_PER_BLOB }, (_, depth) => nodesInBlob(size, tier, index, depth));
  const nodes = new Uint8Array(HASH_BYTES * counts.reduce((sum, count) => sum + count, 0));
  let at = 0;
  for (const [depth, count] of counts.entries()) {
    const first = index << (LEVELS_PER_BLOB - depth);
    for (let i = first; i < first + count; i++, at += HASH_BYTES) {
      nodes.set(fromBase64url(nodeAt(tier * LEVELS_PER_BLOB + depth, i)), at);
    }
  }
  return nodes;
}

/**
 * Reads single nodes of a packed tree of exactly `size` leaves, for `inclusionPath`.
 * @param readBlob the store's `nodes` under `(tier, index)`
 * @throws RangeError from the reader, if a blob is too short for the tree
 */
export function packedNodeReader(
  size: number,
  readBlob: (tier: number, index: number) => Uint8Array,
): NodeReader {
  return (level, index) => {
    const tier = Math.floor(level / LEVELS_PER_BLOB);
    const depth = level % LEVELS_PER_BLOB;
    const blob = index >> (LEVELS_PER_BLOB - depth);
    let at = index - (blob << (LEVELS_PER_BLOB - depth));
    for (let lower = 0; lower < depth; lower++) at += nodesInBlob(size, tier, blob, lower);
    const node = readBlob(tier, blob).subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES);
    if (node.length !== HASH_BYTES) throw new RangeError(`Blob ${tier}/${blob} has no node ${at}`);
    return toBase64url(node);
  };
}

function nodesInBlob(size: number, tier: number, index: number, depth: number): number {
  const capacity = 1 << (LEVELS_PER_BLOB - depth);
  const nodes = (size >> (tier * LEVELS_PER_BLOB + depth)) - index * capacity;
  return Math.max(0, Math.min(capacity, nodes));
}
