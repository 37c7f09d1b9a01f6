import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { newNativeSigner, toLowSDer } from './signer.js';

const HALF_ORDER = 0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8n;
const pem = (curve: string) =>
  generateKeyPairSync('ec', { namedCurve: curve })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();

/** S of a DER signature, read independently of the code under test. */
function sOf(der: Uint8Array): bigint {
  const rLength = der[3] as number;
  return BigInt(`0x${Buffer.from(der.subarray(4 + rLength + 2)).toString('hex')}`);
}

describe('native signer', () => {
  test('a high S, which Fabric refuses, never leaves it, and every signature verifies', async () => {
    const key = pem('P-256');
    const sign = newNativeSigner(key);
    for (let i = 0; i < 200; i += 1) {
      const message = Buffer.from(`message ${i}`);
      const signature = await sign(message);
      expect(sOf(signature) <= HALF_ORDER).toBe(true);
      expect(verify('sha256', message, createPublicKey(key), signature)).toBe(true);
    }
  });

  test('short and high-bit scalars are minimal DER', () => {
    const r = Buffer.alloc(32);
    r[31] = 0x80;
    const s = Buffer.alloc(32);
    s[31] = 1;
    expect(Buffer.from(toLowSDer(Buffer.concat([r, s]))).toString('hex')).toBe(
      '3007' + '02020080' + '020101',
    );
  });

  test.each([
    ['a key of another curve', pem('P-384')],
    ['something that is no key', 'hello'],
  ])('%s is refused with CONFIGURATION', (_name, key) => {
    expect(() => newNativeSigner(key)).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }));
  });
});
