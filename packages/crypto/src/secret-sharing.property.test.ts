import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MAX_SHARES, combineShares, splitSecret } from './secret-sharing.js';
import { alteredText } from '../testing/altered.js';

const secret = fc.uint8Array({ minLength: 32, maxLength: 32 });
const sizes = fc
  .integer({ min: 2, max: 8 })
  .chain((total) => fc.record({ total: fc.constant(total), threshold: fc.integer({ min: 2, max: total }) }));
const refused = expect.objectContaining({ code: 'SECRET_SHARES_INVALID' });
const runs = { numRuns: 40 };

test('as many guardians as were asked for restore the key, whichever they are and in any order; fewer do not', async () => {
  await fc.assert(
    fc.asyncProperty(secret, sizes, fc.infiniteStream(fc.nat()), async (key, size, order) => {
      const shares = await splitSecret(key, size);
      const shuffled = shares
        .map((share) => ({ share, rank: order.next().value ?? 0 }))
        .sort((a, b) => a.rank - b.rank)
        .map(({ share }) => share);
      expect(await combineShares(shuffled.slice(0, size.threshold))).toEqual(key);
      expect(await combineShares(shuffled)).toEqual(key);
      await expect(combineShares(shuffled.slice(0, size.threshold - 1))).rejects.toEqual(refused);
    }),
    runs,
  );
});

test('a share or commitment altered in one character never gives another key', async () => {
  const shares = await splitSecret(new Uint8Array(32).fill(9), { threshold: 2, total: 3 });
  const [first, second] = shares;
  if (first === undefined || second === undefined) throw new Error('no shares');
  await fc.assert(
    fc.asyncProperty(alteredText(first.share), alteredText(first.commitment), async (share, commitment) => {
      await expect(combineShares([{ ...first, share }, second])).rejects.toEqual(refused);
      await expect(combineShares([{ ...first, commitment }, second])).rejects.toEqual(refused);
      // All of them alike: nothing tells but the commitment itself.
      const all = [first, second].map((one) => ({ ...one, commitment }));
      await expect(combineShares(all)).rejects.toEqual(refused);
    }),
    runs,
  );
});

test('no more shares than the field has points, and no fewer than two', async () => {
  const odd = fc.oneof(fc.constantFrom(0, 1, -1, 1.5, Number.NaN, MAX_SHARES + 1), fc.double());
  await fc.assert(
    fc.asyncProperty(odd, async (threshold) => {
      await expect(splitSecret(new Uint8Array(32), { threshold, total: MAX_SHARES })).rejects.toEqual(
        refused,
      );
    }),
    runs,
  );
});
