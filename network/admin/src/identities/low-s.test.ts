import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { isLowS, toLowS } from './low-s.js';

describe('low S', () => {
  test('every signature comes out low and still verifies', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    let changed = 0;
    for (let i = 0; i < 64; i++) {
      const message = Buffer.of(i);
      const signature = sign('sha256', message, privateKey);
      const low = toLowS(signature);
      if (!isLowS(signature)) changed++;
      expect(isLowS(low)).toBe(true);
      expect(verify('sha256', message, publicKey, low)).toBe(true);
    }
    // Half of all signatures are high: if none was, nothing has been tested.
    expect(changed).toBeGreaterThan(0);
  });
});
