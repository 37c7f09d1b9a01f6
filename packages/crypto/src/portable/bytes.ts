import { base32nopad, hex } from '@scure/base';
import { CryptoError } from './errors.js';

const utf8Encoder = new TextEncoder();
const utf8Decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Lower-case hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  return hex.encode(bytes);
}

/** Accepts lower case only, so that a hash has one spelling. @throws CryptoError `HEX_INVALID` */
export function fromHex(text: string): Uint8Array {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) {
    throw new CryptoError('HEX_INVALID', 'Not lower-case hexadecimal of whole bytes');
  }
  return hex.decode(text);
}

/** RFC 4648 section 6 in lower case, without padding: safe in file names, URLs and topics. */
export function toBase32(bytes: Uint8Array): string {
  return base32nopad.encode(bytes).toLowerCase();
}

/** Strict inverse of {@link toBase32}. @throws CryptoError `BASE32_INVALID` */
export function fromBase32(text: string): Uint8Array {
  if (!/^[a-z2-7]*$/.test(text)) {
    throw new CryptoError('BASE32_INVALID', 'Not lower-case base32 without padding');
  }
  try {
    return base32nopad.decode(text.toUpperCase());
  } catch (cause) {
    throw new CryptoError('BASE32_INVALID', 'Not base32: wrong length or trailing bits', { cause });
  }
}

/** @throws CryptoError `UTF8_INVALID` for a lone surrogate, which has no UTF-8 form. */
export function utf8(text: string): Uint8Array {
  if (!text.isWellFormed()) throw new CryptoError('UTF8_INVALID', 'The text has a lone surrogate');
  return utf8Encoder.encode(text);
}

/** Strict: overlong forms, surrogates and truncation are refused, a BOM is kept. @throws CryptoError `UTF8_INVALID` */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return utf8Decoder.decode(bytes);
  } catch (cause) {
    throw new CryptoError('UTF8_INVALID', 'The bytes are not UTF-8', { cause });
  }
}

/** One new array of all parts in order. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Not constant in time: for public values. Secrets are compared by their owners. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
