import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { CryptoError, nodeVerifier, signerFromSeed } from '../index.js';
import { sodiumSigner } from './sodium-signer.js';

test('libsodium signs with the bytes of node:crypto, under the same key id', () => {
  for (const length of [0, 1, 32, 4_096]) {
    const seed = randomBytes(32);
    const message = randomBytes(length);
    const signer = sodiumSigner(seed);
    const other = signerFromSeed(seed);
    expect(Buffer.from(signer.sign(message))).toEqual(Buffer.from(other.sign(message)));
    expect([signer.kid, Buffer.from(signer.publicKey)]).toEqual([other.kid, Buffer.from(other.publicKey)]);
    expect(nodeVerifier().verify(signer.publicKey, message, signer.sign(message))).toBe(true);
  }
});

test('a signature is not written over by the next', () => {
  const signer = sodiumSigner(randomBytes(32));
  const first = signer.sign(Buffer.from('a'));
  const kept = Buffer.from(first);
  signer.sign(Buffer.from('b'));
  expect(Buffer.from(first)).toEqual(kept);
});

test('a seed of another length is no key', () => {
  expect(() => sodiumSigner(randomBytes(31))).toThrow(CryptoError);
});
