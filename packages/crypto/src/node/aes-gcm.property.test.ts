import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { AES_KEY_BYTES, aesGcmOpen, aesGcmSeal } from '../index.js';
import { alteredBytes } from '../../testing/altered.js';

const sealing = fc
  .record({
    key: fc.uint8Array({ minLength: AES_KEY_BYTES, maxLength: AES_KEY_BYTES }),
    plaintext: fc.uint8Array({ maxLength: 80 }),
    aad: fc.uint8Array({ minLength: 1, maxLength: 40 }),
  })
  .map((parts) => ({ ...parts, sealed: aesGcmSeal(parts.key, parts.plaintext, parts.aad) }));

test('what is sealed opens', () => {
  fc.assert(
    fc.property(sealing, ({ key, sealed, aad, plaintext }) => {
      expect(aesGcmOpen(key, sealed, aad)).toEqual(plaintext);
    }),
  );
});

test('with one bit of the key, of what was sealed or of the additional data flipped it does not', () => {
  const altered = sealing.chain((good) =>
    fc.record({
      good: fc.constant(good),
      key: alteredBytes(good.key),
      sealed: alteredBytes(good.sealed),
      aad: alteredBytes(good.aad),
      length: fc.nat({ max: good.sealed.length - 1 }),
    }),
  );
  fc.assert(
    fc.property(altered, ({ good, key, sealed, aad, length }) => {
      expect(aesGcmOpen(key, good.sealed, good.aad)).toBeUndefined();
      expect(aesGcmOpen(good.key, sealed, good.aad)).toBeUndefined();
      expect(aesGcmOpen(good.key, good.sealed, aad)).toBeUndefined();
      expect(aesGcmOpen(good.key, good.sealed.subarray(0, length), good.aad)).toBeUndefined();
    }),
  );
});
