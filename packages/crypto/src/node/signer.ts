import { createPrivateKey, randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { CryptoError } from '../portable/index.js';
import { OKP_KEY_BYTES, kidOf, okpPrivateKey, rawPublicKey } from './okp.js';

/** An Ed25519 private key that signs and does not show itself. */
export interface Signer {
  /** Raw 32 bytes; on the wire base64url of them. */
  readonly publicKey: Uint8Array;
  /** RFC 7638 thumbprint of the public key. */
  readonly kid: string;
  /** Pure Ed25519 (RFC 8032 section 5.1.6), 64 bytes. */
  sign(message: Uint8Array): Uint8Array;
}

/** A new key: the signer, and its 32-byte seed for the key store. Treat the seed as the secret that it is. */
export function generateEd25519(): { readonly seed: Uint8Array; readonly signer: Signer } {
  const seed = randomBytes(OKP_KEY_BYTES);
  return { seed, signer: signerFromSeed(seed) };
}

/** @throws CryptoError `KEY_INVALID` unless the seed has 32 bytes */
export function signerFromSeed(seed: Uint8Array): Signer {
  return signerFromKeyObject(okpPrivateKey('Ed25519', seed));
}

/** From PEM text or DER bytes of an unencrypted PKCS #8 key (RFC 8410). @throws CryptoError `KEY_INVALID` */
export function signerFromPkcs8(key: string | Uint8Array): Signer {
  let keyObject: KeyObject;
  try {
    keyObject =
      typeof key === 'string'
        ? createPrivateKey({ key, format: 'pem' })
        : createPrivateKey({ key: Buffer.from(key), format: 'der', type: 'pkcs8' });
  } catch (cause) {
    throw new CryptoError('KEY_INVALID', 'Not a PKCS #8 private key', { cause });
  }
  return signerFromKeyObject(keyObject);
}

function signerFromKeyObject(privateKey: KeyObject): Signer {
  if (privateKey.asymmetricKeyType !== 'ed25519') {
    throw new CryptoError(
      'KEY_INVALID',
      `Not an Ed25519 key but ${privateKey.asymmetricKeyType ?? 'a secret'}`,
    );
  }
  const publicKey = rawPublicKey(privateKey);
  return {
    publicKey,
    kid: kidOf('Ed25519', publicKey),
    sign: (message) => sign(null, message, privateKey),
  };
}
