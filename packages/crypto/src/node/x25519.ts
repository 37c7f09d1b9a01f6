import { randomBytes } from 'node:crypto';
import { OKP_KEY_BYTES, kidOf, okpPrivateKey, rawPublicKey } from './okp.js';

/** A key that opens records (RFC 7748). `privateKey` is the secret itself: keep it in the key store. */
export type X25519KeyPair = {
  readonly publicKey: Uint8Array;
  readonly privateKey: Uint8Array;
  /** RFC 7638 thumbprint of the public key. */
  readonly kid: string;
};

export function generateX25519(): X25519KeyPair {
  return x25519FromPrivate(randomBytes(OKP_KEY_BYTES));
}

/** @throws CryptoError `KEY_INVALID` unless the key has 32 bytes */
export function x25519FromPrivate(privateKey: Uint8Array): X25519KeyPair {
  const publicKey = rawPublicKey(okpPrivateKey('X25519', privateKey));
  return { publicKey, privateKey, kid: kidOf('X25519', publicKey) };
}
