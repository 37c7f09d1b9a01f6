import { expect, test } from '@jest/globals';
import { blockHash } from './hash.js';

// Made with Fabric 3.1's own code: protoutil.BlockHeaderHash.
test.each([
  [
    300,
    Buffer.of(1, 2, 3),
    Buffer.of(4, 5),
    '92a0d3236c536d2bbaedb16f42cd115e2ad58259f33f572b4c5d809619545214',
  ],
  [
    128,
    Buffer.alloc(32),
    Buffer.alloc(32),
    'c27767b427898d8d4193098c5eb3584a44e19eaa2dfe84e83df348ef21d7f192',
  ],
])('the hash of block %i is the one that Fabric computes', (number, previousHash, dataHash, hash) => {
  expect(blockHash(number, previousHash, dataHash).toString('hex')).toBe(hash);
});
