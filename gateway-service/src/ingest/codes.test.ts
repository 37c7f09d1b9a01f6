import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { REFUSAL_CLASS } from './codes.js';

test('spec/device.md has every code of a refused frame, as permanent or to be sent again', () => {
  const page = readFileSync(new URL('../../../../spec/device.md', import.meta.url), 'utf8');
  const tabled = [...page.matchAll(/^\| `([A-Z_0-9]+)` +\| (permanent|again) +\|/gm)].map(
    ([, code, kind]) => [code, kind],
  );
  expect(Object.fromEntries(tabled)).toEqual(REFUSAL_CLASS);
  expect(tabled).toHaveLength(Object.keys(REFUSAL_CLASS).length);
});
