import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { CODES } from './model/codes.js';

/** Rows of the table of codes in words: column, LOINC code, unit. */
const tabled = [
  ...readFileSync(new URL('../../../../spec/clinical.md', import.meta.url), 'utf8').matchAll(
    /^\| `(\w+)` +\| ([\d-]+) +\| `([^`]+)`/gm,
  ),
].map(([, column, code, unit]) => ({ column, code, unit }));

test('spec/clinical.md has every code, with its column and unit, and no other', () => {
  expect(tabled).toEqual(CODES.map(({ code, column, unit }) => ({ column, code, unit })));
});
