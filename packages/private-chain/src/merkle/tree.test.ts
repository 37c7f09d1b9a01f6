import { createHash } from 'node:crypto';
import { sha256 } from '@careledger/crypto';
import { expect, test } from '@jest/globals';
import { CompactRange } from './compact-range.js';
import { merkleHasher } from './hasher.js';
import { verifyInclusion } from './inclusion.js';
import { nodeMerkleHasher } from './node-hasher.js';
import { MerkleTree, merkleRoot } from './tree.js';

const leavesOf = (size: number): string[] =>
  Array.from({ length: size }, (_, i) => nodeMerkleHasher.leaf(`leaf ${i}`));

/** RFC 6962 section 2.1 word for word, on bytes and createHash. */
function definition(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return createHash('sha256').digest();
  if (leaves.length === 1) return leaves[0]!;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  const node = createHash('sha256').update(Buffer.of(1));
  return node
    .update(definition(leaves.slice(0, k)))
    .update(definition(leaves.slice(k)))
    .digest();
}

test('roots are those of the RFC for every size up to 130, by all three ways', () => {
  const range = new CompactRange(nodeMerkleHasher);
  for (let size = 0; size <= 130; size++) {
    const leaves = leavesOf(size);
    const expected = definition(leaves.map((leaf) => Buffer.from(leaf, 'base64url'))).toString('base64url');
    expect(merkleRoot(leaves, nodeMerkleHasher)).toBe(expected);
    expect(merkleRoot(leaves, merkleHasher(sha256))).toBe(expected);
    expect(range.root()).toBe(expected);
    range.append(nodeMerkleHasher.leaf(`leaf ${size}`));
  }
});

test('the two hashers agree on frames as text and as bytes', () => {
  const portable = merkleHasher(sha256);
  for (const text of ['', 'a', 'eyJh.e30.c2ln', 'x'.repeat(65_536)]) {
    const bytes = Buffer.from(text);
    const expected = createHash('sha256').update(Buffer.of(0)).update(bytes).digest('base64url');
    for (const hasher of [portable, nodeMerkleHasher]) {
      expect([hasher.leaf(text), hasher.leaf(bytes)]).toEqual([expected, expected]);
    }
  }
  expect(nodeMerkleHasher.emptyRoot).toBe(portable.emptyRoot);
  expect(() => nodeMerkleHasher.leaf('x'.repeat(65_537))).toThrow(RangeError);
});

test('every leaf of every tree up to 70 has a path that verifies at its index only', () => {
  for (let size = 1; size <= 70; size++) {
    const leaves = leavesOf(size);
    const tree = new MerkleTree(nodeMerkleHasher, leaves);
    const root = tree.root();
    for (let index = 0; index < size; index++) {
      const proof = { index, size, path: tree.path(index) };
      expect(verifyInclusion(leaves[index]!, proof, root, nodeMerkleHasher)).toBe(true);
      const other = { ...proof, index: (index + 1) % size };
      if (size > 1) expect(verifyInclusion(leaves[index]!, other, root, nodeMerkleHasher)).toBe(false);
    }
  }
});

test('an open block goes on from what was stored, after any crash', () => {
  let range = new CompactRange(nodeMerkleHasher);
  for (const leaf of leavesOf(100)) {
    range = new CompactRange(nodeMerkleHasher, JSON.parse(JSON.stringify(range)));
    range.append(leaf);
  }
  expect(range.root()).toBe(merkleRoot(leavesOf(100), nodeMerkleHasher));
});

test('a stored range that is none is refused', () => {
  expect(() => new CompactRange(nodeMerkleHasher, { size: 3, hashes: ['a'] })).toThrow(RangeError);
  expect(() => new CompactRange(nodeMerkleHasher, { size: -1, hashes: [] })).toThrow(RangeError);
});

test('there is no path to a leaf that does not exist', () => {
  const tree = new MerkleTree(nodeMerkleHasher, leavesOf(3));
  for (const index of [-1, 3, 0.5]) expect(() => tree.path(index)).toThrow(RangeError);
});
