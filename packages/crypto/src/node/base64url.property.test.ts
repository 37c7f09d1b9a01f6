import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import * as portable from '../portable/index.js';
import { fromBase64url, toBase64url } from './base64url.js';

const answerOf = (decode: (text: string) => Uint8Array, text: string): unknown => {
  try {
    return decode(text);
  } catch (error) {
    return error instanceof portable.CryptoError ? error.message : error;
  }
};

test('Node’s own code writes what the portable one writes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const within = new Uint8Array([1, ...bytes, 2]).subarray(1, bytes.length + 1);
      expect(toBase64url(within)).toBe(portable.toBase64url(bytes));
      expect(fromBase64url(toBase64url(bytes))).toEqual(bytes);
    }),
  );
});

test('and takes and refuses what the portable one does, with its words', () => {
  const unit = fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom(...'ABCxyz089-_') },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
    { weight: 1, arbitrary: fc.constantFrom('=', '+', '/', ' ', '\n', '\0') },
  );
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 80 }), (text) => {
      expect(answerOf(fromBase64url, text)).toEqual(answerOf(portable.fromBase64url, text));
    }),
    { numRuns: 2_000 },
  );
});

test('what it gives is nobody else’s memory', () => {
  expect(fromBase64url('QUJD').buffer.byteLength).toBe(3);
});
