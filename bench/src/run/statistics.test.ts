import { expect, test } from '@jest/globals';
import { median, spreadOf } from './statistics.js';

test('the median is not the mean: one slow round does not move it', () => {
  expect(median([3, 1, 1000])).toBe(3);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([7])).toBe(7);
});

test('values are sorted as numbers and left as they were', () => {
  const values = [10, 9, 100];
  expect(median(values)).toBe(10);
  expect(values).toEqual([10, 9, 100]);
});

test('no rounds, no figure', () => {
  expect(() => median([])).toThrow(RangeError);
});

test('the spread has the edges', () => {
  expect(spreadOf([5, 1, 3])).toEqual({ median: 3, min: 1, max: 5 });
});
