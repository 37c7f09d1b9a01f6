import { CryptoError, fromBase64url, okpPrivateKey, parseJsonObject } from '@careledger/crypto';
import type { JsonObject, X25519KeyPair } from '@careledger/crypto';
import { compactDecrypt, errors } from 'jose';
import { EnvelopeError } from './portable/errors.js';
import { JWE_ALGORITHMS } from './portable/seal-to-one.js';

/** The protected header of a compact JWE, not authenticated yet. @throws CryptoError when it is none */
export function readJweHeader(token: string): JsonObject {
  return parseJsonObject(fromBase64url(token.slice(0, Math.max(token.indexOf('.'), 0))));
}

/** @throws EnvelopeError `DECRYPTION_FAILED`: another key, or not a byte as it was */
export async function decryptJwe(token: string, { privateKey }: X25519KeyPair): Promise<Uint8Array> {
  const key = okpPrivateKey('X25519', privateKey);
  try {
    const { plaintext } = await compactDecrypt(token, key, {
      keyManagementAlgorithms: [JWE_ALGORITHMS.alg],
      contentEncryptionAlgorithms: [JWE_ALGORITHMS.enc],
    });
    return plaintext;
  } catch (cause) {
    throw decryptionFailed(cause);
  }
}

/** jose reports what is wrong with a token as JOSEError or TypeError, and a key agreement of no order as DOMException. */
export function decryptionFailed(cause: unknown): EnvelopeError {
  const what = cause instanceof errors.JOSEError ? cause.code : 'malformed';
  return new EnvelopeError('DECRYPTION_FAILED', `The JWE does not open with this key (${what})`, { cause });
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
