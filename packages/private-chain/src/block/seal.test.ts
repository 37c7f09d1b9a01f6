import { nodeVerifier, sha256 } from '@careledger/crypto';
import { describe, expect, test } from '@jest/globals';
import { MAX_BLOCK_BYTES, MAX_ERASED_PER_BLOCK } from '../limits.js';
import { CompactRange } from '../merkle/compact-range.js';
import { nodeMerkleHasher } from '../merkle/node-hasher.js';
import { gateway, hashNamed } from '../../testing/fixtures.js';
import { ChainBuilder } from '../../testing/chain-builder.js';
import { honestFrames } from '../../testing/honest-frames.js';
import type { Block } from './block.js';
import { checkAppend } from './check-append.js';
import type { ChainState } from './check-append.js';
import { blockHash, blockHashBytes, leadingZeroBits } from './hash.js';
import { mine } from './mine.js';
import { parseBlock } from './parse.js';
import { framesBody, sealBlock } from './seal.js';

const options = { hash: sha256, verifier: nodeVerifier() };
const tokens = honestFrames(4);
const leaves = tokens.map((token) => nodeMerkleHasher.leaf(token));

function frames() {
  const range = new CompactRange(nodeMerkleHasher);
  for (const leaf of leaves) range.append(leaf);
  return { type: 'frames', body: framesBody(range) } as const;
}

test('what is sealed is what the append rule accepts, with the same state', () => {
  const { blocks, state } = new ChainBuilder().addFrames(tokens);
  const followed = blocks.reduce<ChainState | null>(
    (before, block) => checkAppend(before, block, options),
    null,
  );
  expect(followed).toEqual(state);
});

test('a chain survives being stored as JSON', () => {
  const { blocks, state } = new ChainBuilder().addFrames(tokens);
  const stored = JSON.parse(JSON.stringify(state)) as ChainState;
  const { block } = sealBlock(stored, frames(), Date.parse(stored.time), gateway);
  expect(checkAppend(stored, parseBlock(JSON.stringify(block)), options).height).toBe(blocks.length);
});

test('a block with gaps has the hash that any reader finds, in whatever order the members were put together', () => {
  const { state } = new ChainBuilder();
  const { framesRoot } = frames().body;
  const body = { gaps: [{ missing: 2, index: 1 }], frameCount: 4, framesRoot };
  const sealed = sealBlock(state, { type: 'frames', body }, Date.parse(state.time), gateway);
  expect(sealed.state.head).toBe(blockHash(sealed.block, sha256));
  expect(checkAppend(state, sealed.block, options)).toEqual(sealed.state);
});

test('a clock that went back does not break the chain', () => {
  const { state } = new ChainBuilder();
  const { block } = sealBlock(state, frames(), Date.parse(state.time) - 3_600_000, gateway);
  expect(block.time).toBe(state.time);
  expect(checkAppend(state, block, options).height).toBe(1);
});

test('leaves that were not sealed are noticed', () => {
  const { state } = new ChainBuilder();
  const { block } = sealBlock(state, frames(), Date.parse(state.time), gateway);
  expect(checkAppend(state, block, { ...options, leaves }).height).toBe(1);
  for (const wrong of [
    leaves.slice(1),
    leaves.toReversed(),
    [...leaves, leaves[0]!],
    leaves.with(1, 'no hash'),
  ]) {
    expect(() => checkAppend(state, block, { ...options, leaves: wrong })).toThrow(
      expect.objectContaining({ code: 'FRAMES_ROOT_MISMATCH' }),
    );
  }
});

test('no single bit of a block can be changed', () => {
  const { state } = new ChainBuilder();
  const { block } = sealBlock(state, frames(), Date.parse(state.time), gateway);
  const changes: Partial<Block>[] = [
    { height: 2 },
    { prev: hashNamed('x') },
    { time: '2027-01-01T00:00:00.000Z' },
    { body: { ...frames().body, frameCount: 5 } },
    { body: { ...frames().body, framesRoot: hashNamed('x') } },
    { body: { ...frames().body, gaps: [{ index: 0, missing: 1 }] } },
    { difficulty: 1 },
    { nonce: 1 },
    { sig: block.sig.replace(/^../, 'AA') },
  ];
  for (const change of changes) {
    expect(() => checkAppend(state, { ...block, ...change } as Block, options)).toThrow(
      expect.objectContaining({ name: 'ChainError' }),
    );
  }
});

describe('mining', () => {
  const unsigned = { ...new ChainBuilder({ difficulty: 10 }).blocks[0]!, nonce: 0 };

  test('finds the nonce that the plain definition accepts', () => {
    const mined = mine(unsigned, { hash: sha256 })!;
    expect(leadingZeroBits(blockHashBytes(mined, sha256))).toBeGreaterThanOrEqual(10);
  });

  test('gives up after as many tries as it was given, and goes on from there', () => {
    const { nonce } = mine(unsigned, { hash: sha256 })!;
    expect(mine(unsigned, { hash: sha256, tries: nonce })).toBeUndefined();
    expect(mine(unsigned, { hash: sha256, from: nonce, tries: 1 })?.nonce).toBe(nonce);
  });

  test('counts bits from the most significant one', () => {
    expect(
      [[0x80], [0x01], [0x00, 0x40], [0, 0]].map((bytes) => leadingZeroBits(Uint8Array.from(bytes))),
    ).toEqual([0, 7, 9, 16]);
  });
});

test('the largest erasure block stays below the limit of a block', () => {
  const { state } = new ChainBuilder();
  const erased = Array.from({ length: MAX_ERASED_PER_BLOCK }, (_, index) => ({
    height: Number.MAX_SAFE_INTEGER - 1,
    index,
    leaf: hashNamed('x'),
  }));
  const high = { ...state, height: Number.MAX_SAFE_INTEGER - 1 };
  const content = { type: 'erasure', body: { reason: 'retention', erased, statement: null } } as const;
  const { block } = sealBlock(high, content, Date.parse(state.time), gateway);
  const text = JSON.stringify(block);
  expect(text.length).toBeLessThan(MAX_BLOCK_BYTES - 8_192);
  expect(parseBlock(text)).toEqual(block);
  expect(() => parseBlock(text.padEnd(MAX_BLOCK_BYTES + 1))).toThrow(
    expect.objectContaining({ code: 'BLOCK_TOO_LARGE' }),
  );
});

test('text that is no block is named so', () => {
  for (const text of ['', '[]', '{}', '{"v":1,"v":1}', 'null', '{"v":1,"type":"constructor"}']) {
    expect(() => parseBlock(text)).toThrow(expect.objectContaining({ code: 'BLOCK_MALFORMED' }));
  }
});
