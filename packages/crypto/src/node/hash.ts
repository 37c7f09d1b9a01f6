import { createHmac, hash, randomBytes } from 'node:crypto';
import { toBase64url } from '../portable/index.js';
import { secretKey, type SecretKey } from './secret-key.js';

/** SHA-256 in one call: `crypto.hash` takes a quarter of the time of `createHash`. A string is hashed as UTF-8. */
export function sha256(data: Uint8Array | string): Uint8Array {
  return hash('sha256', data, 'buffer');
}

/** {@link sha256} in lower-case hexadecimal, the quickest form of all. */
export function sha256Hex(data: Uint8Array | string): string {
  return hash('sha256', data, 'hex');
}

/** HMAC-SHA-256 (RFC 2104), 32 bytes. */
export function hmacSha256(key: SecretKey, data: Uint8Array | string): Uint8Array {
  return createHmac('sha256', secretKey(key)).update(data).digest();
}

const ID_BYTES = 16;

/** 128 random bits as 22 characters of base64url: statement IDs, nonces, idempotency keys. */
export function randomId128(): string {
  return toBase64url(randomBytes(ID_BYTES));
}

/** The same of a text: one id for one content, so that whoever makes it again makes the same statement. */
export function id128Of(text: string): string {
  return toBase64url(sha256(text).subarray(0, ID_BYTES));
}
