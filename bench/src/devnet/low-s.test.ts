import { generateKeyPairSync, verify } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { signLowS } from './low-s.js';

const HALF_ORDER = 0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8n;

test('signatures verify, and never have the high S that Fabric refuses', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  for (let n = 0; n < 200; n++) {
    const message = Buffer.from(`message ${n}`);
    const der = signLowS(privateKey, message);
    expect(verify('sha256', message, publicKey, der)).toBe(true);
    const s = der.subarray(4 + der[3]! + 2);
    expect(BigInt(`0x${s.toString('hex')}`)).toBeLessThanOrEqual(HALF_ORDER);
  }
});
