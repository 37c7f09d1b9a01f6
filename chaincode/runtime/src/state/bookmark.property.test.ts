import { ContractError } from '@careledger/contracts';
import { alteredText } from '@careledger/crypto/testing';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bookmarkOf, partsOfBookmark } from './bookmark.js';

const part = fc.string({ minLength: 1, maxLength: 12 }).filter((text) => !text.includes('\0'));
const prefix = fc.array(part, { maxLength: 3 });
const below = fc.array(part, { minLength: 1, maxLength: 3 });

test('a bookmark leads to the key for which it was made', () => {
  fc.assert(
    fc.property(prefix, below, (above, rest) => {
      const next = [...above, ...rest];
      expect(partsOfBookmark(above, bookmarkOf(above.length, next))).toEqual(next);
    }),
  );
});

test('whatever a bookmark says, it leads below the prefix or nowhere', () => {
  const forged = fc.oneof(
    fc.string(),
    fc.json().map((text) => Buffer.from(text).toString('base64url')),
    below.map((rest) => bookmarkOf(0, rest)).chain(alteredText),
  );
  fc.assert(
    fc.property(prefix, forged, (above, bookmark) => {
      try {
        const parts = partsOfBookmark(above, bookmark);
        expect(parts.slice(0, above.length)).toEqual(above);
        expect(parts.length).toBeGreaterThan(above.length);
        for (const one of parts) expect(one).toMatch(/^[^\0]+$/);
      } catch (error) {
        expect(error).toBeInstanceOf(ContractError);
        expect(error).toMatchObject({ code: 'PAGE_TOKEN_INVALID' });
      }
    }),
    { numRuns: 500 },
  );
});
