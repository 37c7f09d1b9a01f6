import { expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { toBase64url } from './portable/index.js';
import { combineShares, splitSecret } from './secret-sharing.js';

const secret = new Uint8Array(randomBytes(32));
const refused = expect.objectContaining({ code: 'SECRET_SHARES_INVALID' });

test('any 3 of 5 guardians restore the key, in any order', async () => {
  const shares = await splitSecret(secret, { threshold: 3, total: 5 });
  expect(await combineShares([shares[4]!, shares[0]!, shares[2]!])).toEqual(secret);
  expect(await combineShares(shares)).toEqual(secret);
});

test('too few, repeated, altered or mixed shares give an error and never a wrong key', async () => {
  const [a, b, c] = await splitSecret(secret, { threshold: 3, total: 3 });
  const [foreign] = await splitSecret(new Uint8Array(randomBytes(32)), { threshold: 3, total: 3 });
  const altered = { ...c!, share: toBase64url(randomBytes(33)) };
  const lowered = [a!, b!].map((share) => ({ ...share, threshold: 2 }));
  for (const shares of [[], [a!, b!], [a!, b!, b!], [a!, b!, altered], [a!, b!, foreign!], lowered]) {
    await expect(combineShares(shares)).rejects.toEqual(refused);
  }
});

test('a threshold of 1, above the total, or a short secret is refused', async () => {
  await expect(splitSecret(secret, { threshold: 1, total: 3 })).rejects.toEqual(refused);
  await expect(splitSecret(secret, { threshold: 4, total: 3 })).rejects.toEqual(refused);
  await expect(splitSecret(secret.subarray(1), { threshold: 2, total: 3 })).rejects.toEqual(refused);
});
