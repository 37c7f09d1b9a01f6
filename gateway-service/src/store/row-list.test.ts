import { expect, test } from '@jest/globals';
import { decodeRowList, encodeRowList, spansOf } from './row-list.js';

test('row ids of every length are read as they were written, also from the middle of a buffer', () => {
  const rows = [1, 255, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 48 - 1];
  const bytes = encodeRowList(rows);
  expect(decodeRowList(bytes)).toEqual(rows);
  expect(decodeRowList(Buffer.concat([Buffer.alloc(3), bytes]).subarray(3))).toEqual(rows);
  expect(Buffer.from(encodeRowList([2 ** 40 + 5])).toString('hex')).toBe('010000000005');
  expect(decodeRowList(encodeRowList([]))).toEqual([]);
});

test('ascending rows are read by their runs', () => {
  expect([...spansOf([])]).toEqual([]);
  expect([...spansOf([4])]).toEqual([[4, 4]]);
  expect([...spansOf([1, 2, 3, 7, 9, 10])]).toEqual([
    [1, 3],
    [7, 7],
    [9, 10],
  ]);
});
