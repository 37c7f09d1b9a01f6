import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FrameGroup, GroupPacker, groupEnd } from './frame-group.js';
import type { FrameRow } from './rows.js';

const MAX_UINT32 = 2 ** 32 - 1;
const MAX_UINT48 = 2 ** 48 - 1;
const YEAR_9999_MS = 253_402_300_799_999;
const LEAF = 'A'.repeat(43);

const content = fc.oneof(
  fc.uint8Array({ minLength: 0, maxLength: 300 }).map((jws) => ({ jws, leaf: null })),
  fc.constant({ jws: null, leaf: LEAF }),
);
const frame = fc
  .record({
    chainNo: fc.oneof(fc.nat(), fc.constant(MAX_UINT48)),
    seq: fc.integer({ min: 0, max: MAX_UINT32 }),
    height: fc.integer({ min: 1, max: MAX_UINT32 }),
    receivedMs: fc.integer({ min: 0, max: YEAR_9999_MS }),
    offsetMs: fc.integer({ min: -YEAR_9999_MS, max: YEAR_9999_MS }),
    flags: fc.nat(0x7f),
    content,
  })
  .map(({ content: what, ...head }) => ({ ...head, ...what }));
const frames = fc
  .tuple(fc.array(frame, { minLength: 1, maxLength: 20 }), fc.integer({ min: 1, max: MAX_UINT48 - 20 }))
  .map(([list, first]) => list.map((one, index): FrameRow => ({ ...one, rowId: first + index })));

test('frames are read as they were put together, each and all, also those that were erased', () => {
  const packer = new GroupPacker();
  fc.assert(
    fc.property(frames, (made) => {
      const group = new FrameGroup(made[0]!.rowId, packer.pack(made, 0, made.length).slice());
      expect(group.frames()).toEqual(made);
      expect([group.has(group.firstRow - 1), group.has(group.lastRow + 1)]).toEqual([false, false]);
      for (const one of made) expect(group.content(one.rowId)).toEqual(one.jws);
    }),
  );
});

test('a group ends where the next row does not follow, and before it would be large', () => {
  const rows = [1, 2, 4, 5, 6].map((rowId) => ({ ...plain(100), rowId }));
  expect([groupEnd(rows, 0), groupEnd(rows, 2)]).toEqual([2, 5]);
  const large = [1, 2, 3].map((rowId) => ({ ...plain(10_000), rowId }));
  expect([groupEnd(large, 0), groupEnd(large, 1)]).toEqual([1, 2]);
  const huge = [1, 2].map((rowId) => ({ ...plain(65_536), rowId }));
  expect(groupEnd(huge, 0)).toBe(1);
});

test('damaged-group: bytes that are not those of a group are refused', () => {
  const made = [{ ...plain(100), rowId: 1 }];
  const bytes = new GroupPacker().pack(made, 0, 1).slice();
  const longer = bytes.slice();
  longer[1] = 200;
  for (const damaged of [
    new Uint8Array(0),
    new Uint8Array(2),
    bytes.subarray(0, 20),
    bytes.subarray(0, -1),
    longer,
  ])
    expect(() => new FrameGroup(1, damaged)).toThrow(expect.objectContaining({ code: 'STORE_INCONSISTENT' }));
});

const plain = (bytes: number) => ({
  ...{ rowId: 1, chainNo: 1, seq: 0, height: 1, receivedMs: 0, flags: 0, offsetMs: 0 },
  jws: new Uint8Array(bytes).fill(7),
});
