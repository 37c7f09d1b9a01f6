import { generateEd25519, generateX25519, kidOf, toBase64url } from '@careledger/crypto';
import { describe, expect, test } from '@jest/globals';
import { currentKey, everyKey, isCurrentKey, isCurrentKid, keyAt } from './index.js';

const [first, second] = [generateEd25519().signer, generateEd25519().signer];
const periods = [
  { key: toBase64url(first.publicKey), from: '2026-03-01T00:00:00Z', until: '2026-03-02T00:00:00Z' },
  { key: toBase64url(second.publicKey), from: '2026-03-02T00:00:00Z' },
];
const withdrawn = periods.slice(0, 1);

describe('a key that was rotated away', () => {
  test('is not the current one, by itself or by its thumbprint', () => {
    expect(currentKey(periods)).toEqual(second.publicKey);
    expect([first, second].map(({ publicKey }) => isCurrentKey(periods, toBase64url(publicKey)))).toEqual([
      false,
      true,
    ]);
    expect([first, second].map(({ kid }) => isCurrentKid(periods, kid))).toEqual([false, true]);
  });

  test('still checks what it signed', () => {
    expect(everyKey(periods)).toEqual([first.publicKey, second.publicKey]);
  });

  test('without a successor leaves none', () => {
    expect(currentKey(withdrawn)).toBeUndefined();
    expect(isCurrentKid(withdrawn, first.kid)).toBe(false);
  });
});

test('at any time one key is in force: the new one from the instant at which the old one ends', () => {
  const at = (time: string) => keyAt(periods, Date.parse(time));
  expect(at('2026-02-28T23:59:59.999Z')).toBeUndefined();
  expect(at('2026-03-01T00:00:00Z')).toEqual(first.publicKey);
  expect(at('2026-03-01T23:59:59.999Z')).toEqual(first.publicKey);
  expect(at('2026-03-02T00:00:00Z')).toEqual(second.publicKey);
  expect(keyAt(withdrawn, Date.parse('2026-03-02T00:00:00Z'))).toBeUndefined();
});

test('an encryption key goes by the thumbprint of its own curve', () => {
  const { publicKey } = generateX25519();
  const encryption = [{ key: toBase64url(publicKey), from: '2026-03-01T00:00:00Z' }];
  expect(isCurrentKid(encryption, kidOf('X25519', publicKey), 'X25519')).toBe(true);
  expect(isCurrentKid(encryption, kidOf('X25519', publicKey))).toBe(false);
});
