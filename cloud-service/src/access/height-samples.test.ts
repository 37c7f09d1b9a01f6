import { expect, test } from '@jest/globals';
import { HeightSamples } from './height-samples.js';

const at = (seconds: number) => ({ wallMs: 1_000_000 + seconds * 1_000, monotonicMs: seconds * 1_000 });

test('a block came after the last look at which it was missing', () => {
  const samples = new HeightSamples();
  for (const [height, seconds] of [
    [5, 0],
    [5, 1],
    [7, 2],
    [7, 3],
  ] as const)
    samples.add(BigInt(height), at(seconds));
  // 4 was there at the first look already: nobody saw it come.
  expect([4n, 5n, 6n, 7n, 9n].map((block) => samples.lastWithout(block))).toEqual([
    undefined,
    at(1),
    at(1),
    at(3),
    at(3),
  ]);
});

test('a holder that looks late does not restart the window: a block that was delivered late has its old bound', () => {
  const samples = new HeightSamples();
  samples.add(5n, at(0));
  // The stream stood still for 25 s, and then told of block 5 together with what came after it.
  samples.add(9n, at(25));
  expect(samples.lastWithout(5n)).toEqual(at(0));
});

test('what is older than any permit is forgotten: its block is of no known time', () => {
  const samples = new HeightSamples();
  samples.add(5n, at(0));
  samples.add(9n, at(121));
  expect(samples.lastWithout(5n)).toBeUndefined();
});
