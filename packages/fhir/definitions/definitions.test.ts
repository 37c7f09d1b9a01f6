import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { cutTable } from './cut.js';
import { moduleOf } from './module.js';

test('src/r4/definitions.ts is what is cut of R4’s definitions', () => {
  const written = readFileSync(new URL('../../src/r4/definitions.ts', import.meta.url), 'utf8');
  // Not by toBe: half a megabyte would be printed.
  expect(written === moduleOf(cutTable())).toBe(true);
});
