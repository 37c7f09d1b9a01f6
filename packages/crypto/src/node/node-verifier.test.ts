import { expect, test } from '@jest/globals';
import { LruMap, generateEd25519, nodeVerifier, signerFromPkcs8, signerFromSeed } from '../index.js';
import { okpPrivateKey } from './okp.js';

test('more keys than the cache holds still verify, in any order', () => {
  const verifier = nodeVerifier({ cacheSize: 2 });
  const signers = Array.from({ length: 5 }, () => generateEd25519().signer);
  const message = new Uint8Array([1, 2, 3]);
  for (const signer of [...signers, ...signers.toReversed()]) {
    expect(verifier.verify(signer.publicKey, message, signer.sign(message))).toBe(true);
    expect(verifier.verify(signer.publicKey, message, signers[0]!.sign(message))).toBe(signer === signers[0]);
  }
});

test('the cache stays bounded and forgets what was used longest ago', () => {
  const map = new LruMap<string, number>(2);
  map.set('a', 1);
  map.set('b', 2);
  expect(map.get('a')).toBe(1);
  map.set('c', 3);
  expect([map.get('a'), map.get('b'), map.get('c'), map.size]).toEqual([1, undefined, 3, 2]);
  expect(() => new LruMap(0)).toThrow(RangeError);
});

test('garbage is false, never an exception', () => {
  const verifier = nodeVerifier();
  const { signer } = generateEd25519();
  const signature = signer.sign(new Uint8Array(0));
  for (const key of [new Uint8Array(0), new Uint8Array(33), new Uint8Array(32).fill(2)]) {
    expect(verifier.verify(key, new Uint8Array(0), signature)).toBe(false);
  }
  expect(verifier.verify(signer.publicKey, new Uint8Array(0), new Uint8Array(0))).toBe(false);
});

test('a PKCS #8 key signs as its seed does; keys of other kinds are refused', () => {
  const { seed, signer } = generateEd25519();
  const key = okpPrivateKey('Ed25519', seed);
  const message = new Uint8Array([1]);
  expect(signerFromPkcs8(key.export({ format: 'pem', type: 'pkcs8' }).toString()).kid).toBe(signer.kid);
  expect(signerFromPkcs8(key.export({ format: 'der', type: 'pkcs8' })).sign(message)).toEqual(
    signer.sign(message),
  );
  const x25519 = okpPrivateKey('X25519', seed).export({ format: 'der', type: 'pkcs8' });
  for (const make of [
    () => signerFromPkcs8(x25519),
    () => signerFromPkcs8('no key'),
    () => signerFromSeed(new Uint8Array(31)),
  ]) {
    expect(make).toThrow(expect.objectContaining({ code: 'KEY_INVALID' }));
  }
});
