import { x25519FromPrivate } from '@careledger/crypto';
import { alteredText } from '@careledger/crypto/testing';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { EnvelopeError, decryptFrom, encryptTo } from './index.js';

const recipients = [1, 2, 3].map((seed) => x25519FromPrivate(new Uint8Array(32).fill(seed)));
const data = fc.uint8Array({ maxLength: 60 });
const context = 'example';
const runs = { numRuns: 40 };

test.each([1, 3])('what is sealed to %d opens for each of them, and for nobody else', async (count) => {
  const mine = recipients.slice(0, count);
  const stranger = x25519FromPrivate(new Uint8Array(32).fill(9));
  await fc.assert(
    fc.asyncProperty(data, async (plaintext) => {
      const sealed = await encryptTo(
        mine.map(({ publicKey }) => publicKey),
        plaintext,
        { context },
      );
      for (const key of mine) expect(await decryptFrom(sealed, key, { context })).toEqual(plaintext);
      await expect(decryptFrom(sealed, stranger, { context })).rejects.toMatchObject({
        code: 'NOT_A_RECIPIENT',
      });
    }),
    runs,
  );
});

test.each([1, 3])(
  'with one character altered, what is sealed to %d never opens to something else',
  async (count) => {
    const [key] = recipients;
    if (key === undefined) throw new Error('no recipient');
    const plaintext = Uint8Array.of(1, 2, 3);
    const keys = recipients.slice(0, count).map(({ publicKey }) => publicKey);
    const sealed = await encryptTo(keys, plaintext, { context });
    await fc.assert(
      fc.asyncProperty(alteredText(sealed), async (text) => {
        try {
          expect(await decryptFrom(text, key, { context })).toEqual(plaintext);
        } catch (error) {
          if (!(error instanceof EnvelopeError)) throw error;
        }
      }),
      { numRuns: 200 },
    );
  },
);
