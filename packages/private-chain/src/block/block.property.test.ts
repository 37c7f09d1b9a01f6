import { canonicalJson, nodeVerifier, sha256 } from '@careledger/crypto';
import { alteredText } from '@careledger/crypto/testing';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ChainError } from '../errors.js';
import { ChainBuilder } from '../../testing/chain-builder.js';
import { hashNamed } from '../../testing/fixtures.js';
import type { Block, BlockContent } from './block.js';
import { checkAppend } from './check-append.js';
import { blockHash } from './hash.js';
import { parseBlock } from './parse.js';

const hash = fc.string().map(hashNamed);
const framesContent: fc.Arbitrary<BlockContent> = fc
  .record({
    framesRoot: hash,
    frameCount: fc.integer({ min: 1, max: 64 }),
    skipped: fc.uniqueArray(fc.nat({ max: 63 }), { maxLength: 4 }),
    missing: fc.integer({ min: 1, max: 1_000 }),
  })
  .map(({ framesRoot, frameCount, skipped, missing }) => {
    const indexes = skipped.filter((index) => index < frameCount).sort((a, b) => a - b);
    return {
      type: 'frames',
      body: { framesRoot, frameCount, gaps: indexes.map((index) => ({ index, missing })) },
    };
  });
/** Of frames of the genesis: none are there, but which ones there are is not asked. */
const erasureContent: fc.Arbitrary<BlockContent> = fc
  .uniqueArray(fc.nat({ max: 63 }), { minLength: 1, maxLength: 4 })
  .chain((indexes) => fc.tuple(fc.constant(indexes), hash))
  .map(([indexes, leaf]) => ({
    type: 'erasure',
    body: {
      reason: 'retention',
      erased: indexes.map((index) => ({ height: 0, index, leaf })),
      statement: null,
    },
  }));

const content = fc.oneof(framesContent, erasureContent);
const options = { hash: sha256, verifier: nodeVerifier() };

/** A chain of a genesis and one or two more blocks, its newest block, and the state before that. */
const chain = fc.array(content, { minLength: 1, maxLength: 2 }).map((contents) => {
  const builder = new ChainBuilder();
  for (const one of contents.slice(0, -1)) builder.add(one);
  const before = builder.state;
  builder.add(contents.at(-1)!);
  return { before, block: builder.block(builder.state.height), head: builder.state.head };
});

test('a block is read as it was written, and follows', () => {
  fc.assert(
    fc.property(chain, ({ before, block, head }) => {
      const read = parseBlock(canonicalJson(block));
      expect(read).toEqual(block);
      expect(parseBlock(JSON.stringify(block, null, 1))).toEqual(block);
      expect(checkAppend(before, read, options).head).toBe(head);
      expect(blockHash(read, sha256)).toBe(head);
    }),
  );
});

/** Undefined where the text is no block, or one that cannot follow. */
function appended(before: Parameters<typeof checkAppend>[0], text: string): Block | undefined {
  try {
    const block = parseBlock(text);
    checkAppend(before, block, options);
    return block;
  } catch (error) {
    if (error instanceof ChainError) return undefined;
    throw error;
  }
}

test('a block with one character replaced, added or left out says the same or does not follow', () => {
  const altered = chain.chain((made) =>
    fc.record({ made: fc.constant(made), text: alteredText(canonicalJson(made.block)) }),
  );
  fc.assert(
    fc.property(altered, ({ made, text }) => {
      fc.pre(text.isWellFormed());
      const block = appended(made.before, text);
      // White space and -0 are other letters for the same block; its hash is of its canonical form.
      if (block === undefined) return;
      expect(canonicalJson(block)).toBe(canonicalJson(made.block));
      expect(blockHash(block, sha256)).toBe(made.head);
    }),
    { numRuns: 400 },
  );
});

type Leaf = { readonly path: readonly string[]; readonly value: unknown };

/** What stands in a block, member by member. */
const leavesOf = (value: unknown, path: readonly string[] = []): Leaf[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([name, item]) => leavesOf(item, [...path, name]))
    : [{ path, value }];

function withLeaf(value: unknown, [name, ...rest]: readonly string[], leaf: unknown): unknown {
  if (name === undefined) return leaf;
  const copy = structuredClone(value) as Record<string, unknown>;
  copy[name] = withLeaf(copy[name], rest, leaf);
  return copy;
}

const otherLeaf = (value: unknown): fc.Arbitrary<unknown> => {
  if (typeof value === 'number') return fc.constantFrom(value + 1, value - 1, value * 2 + 3);
  return typeof value === 'string' ? alteredText(value) : fc.constantFrom('x', 0, false);
};

test('no member of a sealed block can be changed', () => {
  const changed = chain.chain((made) =>
    fc.constantFrom(...leavesOf(made.block)).chain((leaf) =>
      otherLeaf(leaf.value).map((value) => ({
        before: made.before,
        block: withLeaf(made.block, leaf.path, value),
      })),
    ),
  );
  fc.assert(
    fc.property(changed, ({ before, block }) => {
      expect(appended(before, JSON.stringify(block))).toBeUndefined();
    }),
    { numRuns: 600 },
  );
});
