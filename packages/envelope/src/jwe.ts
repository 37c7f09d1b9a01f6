import { CryptoError, fromBase64url, parseJsonObject } from '@careledger/crypto';
import type { JsonObject, X25519KeyPair } from '@careledger/crypto';
import { errors } from 'jose';
import { openEcdhEs, sealEcdhEs } from './ecdh-es.js';
import { EnvelopeError } from './portable/errors.js';

/** The protected header of a compact JWE, not authenticated yet. @throws CryptoError when it is none */
export function readJweHeader(token: string): JsonObject {
  return parseJsonObject(fromBase64url(token.slice(0, Math.max(token.indexOf('.'), 0))));
}

/**
 * Encrypts to one X25519 key (raw 32 bytes). `header` is protected, beside `alg`, `enc` and the ephemeral key.
 * @throws EnvelopeError `RECIPIENT_KEY_INVALID`
 */
export function encryptJwe(publicKey: Uint8Array, plaintext: Uint8Array, header: JsonObject): string {
  try {
    return sealEcdhEs(publicKey, plaintext, header);
  } catch (cause) {
    throw new EnvelopeError('RECIPIENT_KEY_INVALID', 'The recipient’s key is no usable X25519 key', {
      cause,
    });
  }
}

/** @throws EnvelopeError `DECRYPTION_FAILED`: another key, or not a byte as it was */
export function decryptJwe(token: string, key: X25519KeyPair): Uint8Array {
  try {
    return openEcdhEs(token, key);
  } catch (cause) {
    throw decryptionFailed(cause);
  }
}

/** `jose` names by a code what is wrong; of its other errors, and those of `ecdh-es.ts`, the cause alone tells. */
export function decryptionFailed(cause: unknown): EnvelopeError {
  const code = cause instanceof errors.JOSEError ? ` (${cause.code})` : '';
  return new EnvelopeError('DECRYPTION_FAILED', `The JWE does not open with this key${code}`, { cause });
}

/** `zip`, `crit`, a second `epk`: a header with a member that we do not write is not read either. */
export function hasExactly(header: JsonObject, names: readonly string[]): boolean {
  const present = Object.keys(header);
  return present.length === names.length && names.every((name) => present.includes(name));
}

/** Runs a reader of untrusted header bytes. */
export function readOrUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof CryptoError) return undefined;
    throw error;
  }
}
