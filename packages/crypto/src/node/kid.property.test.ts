import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isKid, kidOf } from '../index.js';
import { alteredBytes, alteredText } from '../../testing/altered.js';

const key = fc.uint8Array({ minLength: 32, maxLength: 32 });

test('a key id is of one key and one curve', () => {
  fc.assert(
    fc.property(
      key.chain((bytes) => fc.tuple(fc.constant(bytes), alteredBytes(bytes))),
      ([bytes, other]) => {
        const kid = kidOf('Ed25519', bytes);
        expect(isKid(kid)).toBe(true);
        expect(kidOf('Ed25519', Uint8Array.from(bytes))).toBe(kid);
        expect(kidOf('Ed25519', other)).not.toBe(kid);
        expect(kidOf('X25519', bytes)).not.toBe(kid);
      },
    ),
  );
});

test('a key id has one length and one spelling', () => {
  const [kid, other] = [kidOf('Ed25519', new Uint8Array(32)), kidOf('X25519', new Uint8Array(32))];
  fc.assert(
    fc.property(fc.oneof(alteredText(kid), alteredText(other)), (text) => {
      // Of 32 bytes, so the unused bits of the last character are zero; a path or a line break is none.
      expect(isKid(text)).toBe(
        /^[A-Za-z0-9_-]{43}$/.test(text) && Buffer.from(text, 'base64url').toString('base64url') === text,
      );
    }),
    { numRuns: 500 },
  );
});
