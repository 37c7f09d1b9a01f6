import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { consentCaseVectors } from './all.js';

const page = readFileSync(new URL('../../../spec/consent-cases.md', import.meta.url), 'utf8');
/** Table rows without the padding that the formatter adds. */
const rows = page.split('\n').map((line) => line.replaceAll(/\s*\|\s*/g, '|'));
const row = (...cells: readonly string[]) => `|${cells.join('|')}|`;

const told = consentCaseVectors('valid').map(({ name, source, description }) => {
  const [, number = ''] = name.split('-');
  return { number: Number(number), source, cells: [description, `\`${name}\``] };
});
test.each([
  { collection: 'IHE PCF', count: 23 },
  { collection: 'LEAP', count: 15 },
])('each of the $count of $collection is a vector', ({ collection, count }) => {
  const all = told.filter(({ source }) => source.collection === collection);
  const numbers = all.map(({ number }) => number).sort((a, b) => a - b);
  expect(numbers).toEqual(Array.from({ length: count }, (_, index) => index + 1));
  expect(new Set(all.map(({ source }) => source.name)).size).toBe(count);
  for (const { number, source, cells } of all)
    expect(rows).toContain(row(String(number), `[${source.name}](${source.address})`, ...cells));
});

test('the page lists no case besides, and counts them', () => {
  expect(rows.filter((line) => /^\|\d+\|/.test(line))).toHaveLength(told.length);
  expect(page).toContain(`All ${told.length} `);
});
