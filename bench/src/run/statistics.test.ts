import { expect, test } from '@jest/globals';
import { median, percentile, spreadOf } from './statistics.js';

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

test('a percentile is one of the values: so many lie at or below it', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(percentile(hundred, 0.95)).toBe(95);
  expect(percentile([3, 1, 2], 0.95)).toBe(3);
  expect(() => percentile([], 0.95)).toThrow(RangeError);
});

test('no rounds, no figure', () => {
  expect(() => median([])).toThrow(RangeError);
});

test('the spread has the edges', () => {
  expect(spreadOf([5, 1, 3])).toEqual({ median: 3, min: 1, max: 5 });
});
