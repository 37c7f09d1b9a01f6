import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { curveOf, encodeSignature, isLowS, negateS, signLowS } from './low-s.js';

const HALF_ORDERS = {
  'P-256': 0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8n,
  'P-384':
    0x7fffffffffffffffffffffffffffffffffffffffffffffffe3b1a6c0fa1b96efac0d06d9245853bd76760cb5666294b9n,
} as const;
const SIGNATURES = 64;

const keyOn = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve }).privateKey;

/** S of a DER signature, read independently of the code under test. */
function sOf(der: Uint8Array): bigint {
  const rLength = der[3] as number;
  return BigInt(`0x${Buffer.from(der.subarray(4 + rLength + 2)).toString('hex')}`);
}

describe.each(['P-256', 'P-384'] as const)('on %s', (name) => {
  const key = keyOn(name);
  const publicKey = createPublicKey(key);
  const curve = curveOf(key);

  test('a high S, which Fabric refuses, never leaves the signer, and every signature verifies', () => {
    for (let n = 0; n < SIGNATURES; n++) {
      const message = Buffer.from(`message ${n}`);
      const signature = signLowS(key, message);
      expect(sOf(signature)).toBeLessThanOrEqual(HALF_ORDERS[name]);
      expect(isLowS(signature, curve)).toBe(true);
      expect(verify('sha256', message, publicKey, signature)).toBe(true);
    }
  });

  test('the second form of a signature, which also verifies, is told apart', () => {
    const message = Buffer.from('message');
    const other = negateS(signLowS(key, message), curve);
    expect(verify('sha256', message, publicKey, other)).toBe(true);
    expect(isLowS(other, curve)).toBe(false);
  });
});

test('of what OpenSSL signs, about half is high: the others come out as they are', () => {
  const key = keyOn('P-256');
  const low = Array.from({ length: SIGNATURES }, (_, n) =>
    isLowS(sign('sha256', Buffer.of(n), key), 'prime256v1'),
  );
  expect(new Set(low)).toEqual(new Set([true, false]));
});

test('small numbers and those with the top bit set are minimal DER', () => {
  expect(encodeSignature({ r: 0x80n, s: 1n }).toString('hex')).toBe('3007' + '02020080' + '020101');
});

test.each([
  ['nothing', ''],
  ['a length that is not the rest’s', '3008' + '02020080' + '020101'],
  ['one number', '3004' + '02020080'],
  ['three numbers', '300a' + '02020080' + '020101' + '020101'],
  ['an empty number', '3006' + '02020080' + '0200'],
  ['a number longer than all', '3007' + '02020080' + '027f01'],
  ['an S of 0', '3007' + '02020080' + '020100'],
])('%s is no signature with a low S', (_what, hex) => {
  expect(isLowS(Buffer.from(hex, 'hex'), 'prime256v1')).toBe(false);
});

test.each([
  ['Ed25519', () => generateKeyPairSync('ed25519').privateKey],
  ['a curve that Fabric has not', () => keyOn('P-521')],
])('%s is refused', (_what, make) => {
  expect(() => signLowS(make(), Buffer.of(1))).toThrow(expect.objectContaining({ code: 'KEY_INVALID' }));
});

test('what is no signature has no other form', () => {
  expect(() => negateS(Buffer.of(0x30), 'prime256v1')).toThrow(
    expect.objectContaining({ code: 'SIGNATURE_MALFORMED' }),
  );
});
