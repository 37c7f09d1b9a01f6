import { fromBase64url as strictly } from '../portable/index.js';

/** As of `portable/`, by Node's own code: twenty times as fast for a record's ciphertext. */
export function toBase64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url');
}

/**
 * As of `portable/`. Node's own decoder takes much that is no base64url: a text is taken if it is what the bytes are written as.
 * @param text characters, or their ASCII codes
 * @throws CryptoError `BASE64URL_INVALID`
 */
export function fromBase64url(text: string | Uint8Array): Uint8Array {
  if (typeof text !== 'string') return strictly(text);
  const bytes = Buffer.from(text, 'base64url');
  // A copy: a short Buffer is a part of one that others use as well. What is refused, the portable one says why.
  return bytes.toString('base64url') === text ? new Uint8Array(bytes) : strictly(text);
}
