import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { isLowS } from '@careledger/crypto/ecdsa';
import { describe, expect, test } from '@jest/globals';
import { newNativeSigner } from './signer.js';

const pem = (curve: string) =>
  generateKeyPairSync('ec', { namedCurve: curve })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();

describe('native signer', () => {
  test('signs as Fabric demands: over the message itself, with a low S', async () => {
    const key = pem('P-256');
    const message = Buffer.from('message');
    const signature = await newNativeSigner(key)(message);
    expect(isLowS(signature, 'prime256v1')).toBe(true);
    expect(verify('sha256', message, createPublicKey(key), signature)).toBe(true);
  });

  test.each([
    ['a key of another curve', pem('P-384')],
    ['something that is no key', 'hello'],
  ])('%s is refused with CONFIGURATION', (_name, key) => {
    expect(() => newNativeSigner(key)).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }));
  });
});
