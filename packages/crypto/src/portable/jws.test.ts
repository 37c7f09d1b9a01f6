import { describe, expect, test } from '@jest/globals';
import {
  CryptoError,
  fromUtf8,
  generateEd25519,
  nodeVerifier,
  parseJws,
  readJwsPayload,
  signJws,
  toBase64url,
  utf8,
  verifyJws,
} from '../index.js';
import { sodiumVerifier } from '../sodium/sodium-verifier.js';

const { signer } = generateEd25519();

describe.each([
  ['node', nodeVerifier()],
  ['sodium', sodiumVerifier()],
])('JWS with the %s verifier', (_name, verifier) => {
  test('what was signed verifies and reads back in canonical form', () => {
    const parsed = parseJws(signJws({ typ: 'careledger.test+jws', payload: { b: 1, a: 'é' } }, signer));
    expect(parsed.header).toEqual({ alg: 'EdDSA', typ: 'careledger.test+jws', kid: signer.kid });
    expect(fromUtf8(parsed.payload)).toBe('{"a":"é","b":1}');
    expect(readJwsPayload(parsed)).toEqual({ a: 'é', b: 1 });
    expect(verifyJws(parsed, signer.publicKey, verifier)).toBe(true);
  });

  test('another payload, another header, another key: none verifies', () => {
    const [header, , signature] = signJws({ typ: 'careledger.test+jws', payload: { a: 1 } }, signer).split(
      '.',
    );
    const other = signJws({ typ: 'careledger.other+jws', payload: { a: 2 } }, signer).split('.');
    const forged = parseJws([header, other[1], signature].join('.'));
    const retyped = parseJws([other[0], other[1], signature].join('.'));
    expect(verifyJws(forged, signer.publicKey, verifier)).toBe(false);
    expect(verifyJws(retyped, signer.publicKey, verifier)).toBe(false);
    expect(verifyJws(parseJws(other.join('.')), generateEd25519().signer.publicKey, verifier)).toBe(false);
  });
});

test('a token over the limit is refused before it is decoded', () => {
  const payload = utf8(JSON.stringify({ a: 'x'.repeat(2000) }));
  const token = signJws({ typ: 'careledger.test+jws', payload }, signer);
  expect(() => parseJws(token, { maxBytes: 1000 })).toThrow(
    expect.objectContaining({ code: 'JWS_TOO_LARGE' }),
  );
  expect(() => signJws({ typ: 'careledger.test+jws', payload, maxBytes: 1000 }, signer)).toThrow(CryptoError);
});

test('a payload that is not one JSON object is refused when read', () => {
  for (const [text, code] of [
    ['[]', 'JSON_INVALID'],
    ['{"a":1}{}', 'JSON_INVALID'],
    ['{"a":1,"a":2}', 'JSON_DUPLICATE_KEY'],
    ['{"a":{"b":1,"\\u0062":2}}', 'JSON_DUPLICATE_KEY'],
    ['['.repeat(100) + ']'.repeat(100), 'JSON_INVALID'],
  ] as const) {
    const parsed = parseJws(signJws({ typ: 't', payload: utf8(text) }, signer));
    expect(() => readJwsPayload(parsed)).toThrow(expect.objectContaining({ code }));
  }
  const latin1 = parseJws(signJws({ typ: 't', payload: Uint8Array.of(0x22, 0xe9, 0x22) }, signer));
  expect(() => readJwsPayload(latin1)).toThrow(expect.objectContaining({ code: 'UTF8_INVALID' }));
  expect(toBase64url(latin1.payload)).toBe('Iuki');
});
