import { loadVectors } from '@careledger/spec';
import { describe, expect, test } from '@jest/globals';
import {
  aesGcmOpen,
  aesGcmSeal,
  GCM_IV_BYTES,
  canonicalJson,
  ed25519Acceptable,
  fromBase64url,
  fromHex,
  hmacSha256,
  kidOf,
  nodeVerifier,
  parseJson,
  parseJws,
  readJwsPayload,
  signerFromSeed,
  toHex,
  utf8,
  verifyJws,
} from './index.js';
import { sodiumVerifier } from './sodium/sodium-verifier.js';
import type {
  AesGcmVector,
  CryptoVector,
  Ed25519Vector,
  HmacVector,
  JwsVector,
  TextVector,
  ThumbprintVector,
} from '../testing/vectors.js';

const verifiers = [
  ['node', nodeVerifier()],
  ['sodium', sodiumVerifier()],
] as const;
const valid = loadVectors<CryptoVector>('valid', 'crypto');
const invalid = loadVectors<CryptoVector>('invalid', 'crypto');

function ofType<T extends CryptoVector>(vectors: readonly CryptoVector[], ...types: T['type'][]): T[] {
  return vectors.filter((vector): vector is T => (types as string[]).includes(vector.type));
}

describe.each(verifiers)('Ed25519 with %s', (_name, verifier) => {
  const check = (v: Ed25519Vector) =>
    verifier.verify(fromHex(v.publicKey), fromHex(v.message), fromHex(v.signature));

  test.each(ofType<Ed25519Vector>(valid, 'ed25519'))('accepts $name', (vector) => {
    expect(check(vector)).toBe(true);
  });
  test.each(ofType<Ed25519Vector>(invalid, 'ed25519'))('refuses $name', (vector) => {
    expect(check(vector)).toBe(false);
  });
  test.each(ofType<JwsVector>(valid, 'jws'))('accepts $name', ({ token, publicKey }) => {
    expect(verifyJws(parseJws(token), fromBase64url(publicKey), verifier)).toBe(true);
  });
  test.each(ofType<JwsVector>(invalid, 'jws').filter(({ code }) => code === 'SIGNATURE_INVALID'))(
    'refuses $name',
    ({ token, publicKey }) => {
      const jws = parseJws(token);
      expect(readJwsPayload(jws)).toBeDefined();
      expect(verifyJws(jws, fromBase64url(publicKey), verifier)).toBe(false);
    },
  );
});

test.each(ofType<Ed25519Vector>(invalid, 'ed25519'))('$name is refused by the check it names', (vector) => {
  const acceptable = ed25519Acceptable(fromHex(vector.publicKey), fromHex(vector.signature));
  expect(acceptable).toBe(vector.refusedBy === 'equation');
});

test.each(ofType<Ed25519Vector>(valid, 'ed25519').filter(({ seed }) => seed !== undefined))(
  '$name is what the seed signs',
  ({ seed, publicKey, message, signature }) => {
    const signer = signerFromSeed(fromHex(seed ?? ''));
    expect(toHex(signer.publicKey)).toBe(publicKey);
    expect(toHex(signer.sign(fromHex(message)))).toBe(signature);
  },
);

test.each(ofType<JwsVector>(invalid, 'jws').filter(({ code }) => code !== 'SIGNATURE_INVALID'))(
  '$name: $code',
  ({ token, code }) => {
    expect(() => readJwsPayload(parseJws(token))).toThrow(expect.objectContaining({ code }));
  },
);

test.each(ofType<TextVector>(valid, 'base64url', 'json'))('$name', ({ type, text, bytes, canonical }) => {
  if (type === 'base64url') expect(toHex(fromBase64url(text))).toBe(bytes);
  else expect(canonicalJson(parseJson(utf8(text)))).toBe(canonical);
});

test.each(ofType<TextVector>(invalid, 'base64url', 'json'))('$name: $code', ({ type, text, code }) => {
  const read = () => (type === 'base64url' ? fromBase64url(text) : canonicalJson(parseJson(utf8(text))));
  expect(read).toThrow(expect.objectContaining({ code }));
});

test.each(ofType<ThumbprintVector>(valid, 'thumbprint'))('$name', ({ curve, publicKey, kid }) => {
  expect(kidOf(curve, fromBase64url(publicKey))).toBe(kid);
});

const opened = ({ key, sealed, aad }: AesGcmVector) =>
  aesGcmOpen(fromHex(key), fromHex(sealed), fromHex(aad));

test.each(ofType<AesGcmVector>(valid, 'aes-gcm'))('$name opens, and is sealed like that', (vector) => {
  const { key, aad, sealed, plaintext } = vector;
  expect(toHex(opened(vector) ?? new Uint8Array(1))).toBe(plaintext);
  const iv = fromHex(sealed).subarray(0, GCM_IV_BYTES);
  expect(toHex(aesGcmSeal(fromHex(key), fromHex(plaintext ?? ''), fromHex(aad), iv))).toBe(sealed);
});

test.each(ofType<AesGcmVector>(invalid, 'aes-gcm'))('$name does not open', (vector) => {
  expect(opened(vector)).toBeUndefined();
});

test.each(ofType<HmacVector>(valid, 'hmac'))('$name', ({ key, message, mac }) => {
  expect(toHex(hmacSha256(fromHex(key), fromHex(message)))).toBe(mac);
});
