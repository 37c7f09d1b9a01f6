import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import {
  CryptoError,
  concatBytes,
  fromBase64url,
  fromHex,
  jwkThumbprint,
  toBase64url,
} from '../portable/index.js';
import type { OkpCurve } from '../portable/index.js';
import { sha256 } from './hash.js';

/** Seed of an Ed25519 key or scalar of an X25519 key (RFC 8032, RFC 7748): both 32 bytes. */
export const OKP_KEY_BYTES = 32;

/** DER of a PKCS #8 PrivateKeyInfo up to the 32 key bytes (RFC 8410 section 7). */
const PKCS8_PREFIX: Readonly<Record<OkpCurve, Uint8Array>> = {
  Ed25519: fromHex('302e020100300506032b657004220420'),
  X25519: fromHex('302e020100300506032b656e04220420'),
};

/** @throws CryptoError `KEY_INVALID` */
export function okpPublicKey(curve: OkpCurve, publicKey: Uint8Array): KeyObject {
  assertKeyLength(publicKey);
  try {
    const jwk = { kty: 'OKP', crv: curve, x: toBase64url(publicKey) };
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch (cause) {
    throw new CryptoError('KEY_INVALID', `Not an ${curve} public key`, { cause });
  }
}

/** @throws CryptoError `KEY_INVALID` */
export function okpPrivateKey(curve: OkpCurve, secret: Uint8Array): KeyObject {
  assertKeyLength(secret);
  const der = concatBytes(PKCS8_PREFIX[curve], secret);
  try {
    return createPrivateKey({ key: Buffer.from(der.buffer), format: 'der', type: 'pkcs8' });
  } finally {
    der.fill(0);
  }
}

/** Raw 32 bytes of the public half of either half. */
export function rawPublicKey(key: KeyObject): Uint8Array {
  const { x } = (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'jwk' });
  if (x === undefined) throw new CryptoError('KEY_INVALID', 'Not an Ed25519 or X25519 key');
  return fromBase64url(x);
}

/** {@link jwkThumbprint} with SHA-256: the `kid` of a raw public key. */
export function kidOf(curve: OkpCurve, publicKey: Uint8Array): string {
  return jwkThumbprint(curve, publicKey, sha256);
}

function assertKeyLength(key: Uint8Array): void {
  if (key.length !== OKP_KEY_BYTES) {
    throw new CryptoError('KEY_INVALID', `A key has ${OKP_KEY_BYTES} bytes, this has ${key.length}`);
  }
}
