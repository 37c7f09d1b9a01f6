import { describe, expect, test } from '@jest/globals';
import { nodeMerkleHasher } from './node-hasher.js';
import { packTree, packedNodeReader } from './packed-tree.js';
import { MerkleTree, inclusionPath } from './tree.js';

const leavesOf = (size: number): string[] =>
  Array.from({ length: size }, (_, i) => nodeMerkleHasher.leaf(`leaf ${i}`));

describe.each([1, 2, 3, 5, 63, 64, 100, 255])('a block of %i frames', (size) => {
  const leaves = leavesOf(size);
  const tree = new MerkleTree(nodeMerkleHasher, leaves);
  const packed = packTree(leaves);
  const nodeAt = packedNodeReader(size, packed.leaves);

  test('has the root and the paths of the tree that is hashed as text', () => {
    expect(packed.root).toBe(tree.root());
    for (let index = 0; index < size; index++) {
      expect(nodeAt(0, index)).toBe(leaves[index]);
      expect(inclusionPath(index, size, nodeAt, nodeMerkleHasher)).toEqual(tree.path(index));
    }
  });

  test('is read the same where inner nodes follow the leaves, as a former release kept them', () => {
    const nodeAtOld = packedNodeReader(size, Buffer.concat([packed.leaves, Buffer.alloc(32 * size, 7)]));
    const last = size - 1;
    expect(nodeAtOld(0, last)).toBe(leaves[last]);
    expect(inclusionPath(last, size, nodeAtOld, nodeMerkleHasher)).toEqual(tree.path(last));
  });

  test('is noticed where its blob was cut short', () => {
    const cut = packedNodeReader(size, packed.leaves.subarray(0, -1));
    const top = 31 - Math.clz32(size);
    expect(() => cut(top, (size >> top) - 1)).toThrow(RangeError);
    expect(() => packedNodeReader(size, new Uint8Array(0))(0, 0)).toThrow(RangeError);
  });
});

test('no tree is made of nothing, of too much, or of what is no hash', () => {
  for (const leaves of [[], leavesOf(256), ['no hash'], [...leavesOf(3), '']])
    expect(() => packTree(leaves)).toThrow(RangeError);
});
