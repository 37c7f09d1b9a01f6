import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CryptoError, fromBase32, fromBase64url, fromHex, fromUtf8, toBase32, toBase64url } from './index.js';
import { toHex, utf8 } from './index.js';

const bytes = fc.uint8Array({ maxLength: 100 });
/** Undefined where it is refused, as it has to be: with a CryptoError. */
function decoded<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof CryptoError) return undefined;
    throw error;
  }
}

describe.each([
  ['base64url', toBase64url, fromBase64url, 'ABCxyz089-_'],
  ['base32', toBase32, fromBase32, 'abcxyz2347'],
  ['hexadecimal', toHex, fromHex, '0123456789abcdef'],
] as const)('%s', (_name, encode, decode, alphabet) => {
  test('gives the bytes back', () => {
    fc.assert(fc.property(bytes, (value) => expect(decode(encode(value))).toEqual(value)));
  });

  test('has one spelling: a text is refused, or is what its bytes are written as', () => {
    const letters = fc.constantFrom(...alphabet);
    const unit = fc.oneof(
      { weight: 20, arbitrary: letters },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
      { weight: 1, arbitrary: fc.constantFrom('=', '+', '/', ' ', '\n', 'A', 'Z') },
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 12 }), (text) => {
        const value = decoded(() => decode(text));
        if (value !== undefined) expect(encode(value)).toBe(text);
      }),
      { numRuns: 1_000 },
    );
  });
});

test('UTF-8 gives the text back, and bytes are refused or written like that again', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => expect(fromUtf8(utf8(text))).toBe(text)));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 8 }), (value) => {
      const text = decoded(() => fromUtf8(value));
      if (text !== undefined) expect(utf8(text)).toEqual(value);
    }),
    { numRuns: 1_000 },
  );
});
