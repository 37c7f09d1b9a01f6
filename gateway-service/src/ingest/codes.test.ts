import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { REFUSAL_CLASS } from './codes.js';

/** No frame is refused for it any more: the rules flag such a reading alone. */
const NOT_GIVEN = 'FUTURE_READING';

test('spec/device.md has every code of a refused frame, as permanent or to be sent again', () => {
  const page = readFileSync(new URL('../../../../spec/device.md', import.meta.url), 'utf8');
  const tabled = [...page.matchAll(/^\| `([A-Z_0-9]+)` +\| (permanent|again) +\|/gm)].map(
    ([, code, kind]) => [code, kind],
  );
  const declared = Object.entries(REFUSAL_CLASS).filter(([code]) => code !== NOT_GIVEN);
  expect(Object.fromEntries(tabled)).toEqual(Object.fromEntries(declared));
  expect(tabled).toHaveLength(declared.length);
});
