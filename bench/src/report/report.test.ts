import { expect, test } from '@jest/globals';
import { jsonLine } from './json-line.js';
import { shown } from './number.js';
import { markdownTable, textTable } from './table.js';

test('a line for programs has exactly the five members', () => {
  const line = jsonLine('test', 'us', { ratio: 0.123456, a: 10, b: null });
  expect(JSON.parse(line)).toEqual({ name: 'test', ratio: 0.1235, a: 10, b: null, unit: 'us' });
});

test('numbers are shown with the digits that mean something', () => {
  expect([0.61234, 12.345, 1234.5, 3].map(shown)).toEqual(['0.612', '12.3', '1,235', '3']);
});

test('tables are aligned', () => {
  const rows = [
    ['name', 'x'],
    ['a', '10'],
  ];
  expect(textTable(rows)).toEqual(['name  x', 'a     10']);
  expect(markdownTable(rows)).toEqual(['| name | x  |', '| ---- | -- |', '| a    | 10 |']);
});
