import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { ATTEMPTS } from './attempts.js';
import { SECURITY_PAGE } from './security-page.js';
import { withTable } from './table.js';

/** Without the padding that the formatter gives columns, and dashes of their rulers. */
const unpadded = (page: string): string => page.replaceAll(/ *\| */g, '|').replaceAll(/-{3,}/g, '---');

test('SECURITY.md shows every attempt with its answers as the suite has them', () => {
  const page = readFileSync(SECURITY_PAGE, 'utf8');
  expect(unpadded(page)).toBe(unpadded(withTable(page)));
});

test('no two kinds of attempts have one name', () => {
  const ids = ATTEMPTS.flatMap(({ kinds }) => kinds.map(({ id }) => id));
  expect(ids).toEqual([...new Set(ids)]);
});
