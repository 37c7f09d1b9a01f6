import { base64urlnopad } from '@scure/base';
import { CryptoError } from './errors.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const INVALID = 0xff;

/** Shorter texts are read sooner character by character than handed to native code. */
const ENCODER_FROM_CHARS = 64;
const encoder = new TextEncoder();

const SEXTETS = new Uint8Array(256).fill(INVALID);
for (let value = 0; value < ALPHABET.length; value++) SEXTETS[ALPHABET.charCodeAt(value)] = value;

/** RFC 4648 section 5, without padding. */
export function toBase64url(bytes: Uint8Array): string {
  return base64urlnopad.encode(bytes);
}

/**
 * Strict inverse of {@link toBase64url}: no padding, no white space, no other alphabet, and the unused trailing
 * bits are zero, so that a value has exactly one spelling.
 *
 * Written out because every frame passes here twice: many times as fast as the general radix converter of the library
 * that encodes, most of all for a text that is still in bytes.
 * @param text characters, or their ASCII codes
 * @throws CryptoError `BASE64URL_INVALID`
 */
export function fromBase64url(text: string | Uint8Array): Uint8Array {
  const codes = typeof text === 'string' ? codesOf(text) : text;
  const bytes = new Uint8Array((codes.length * 3) >> 2);
  decodeBase64url(codes, 0, codes.length, bytes);
  return bytes;
}

/**
 * {@link fromBase64url} of the characters from `start` to `end` into an array that is there already, from its beginning.
 * Returns how many bytes that makes.
 * @throws CryptoError `BASE64URL_INVALID`, RangeError if they do not fit
 */
export function decodeBase64url(codes: Uint8Array, start: number, end: number, bytes: Uint8Array): number {
  const length = end - start;
  const tail = length & 3;
  if (tail === 1) throw invalid('its length is impossible');
  const decoded = (length * 3) >> 2;
  if (decoded > bytes.length) throw new RangeError(`${decoded} bytes do not fit into ${bytes.length}`);
  const whole = end - tail;
  let out = 0;
  let bad = 0;
  for (let i = start; i < whole; i += 4) {
    const a = sextet(codes, i);
    const b = sextet(codes, i + 1);
    const c = sextet(codes, i + 2);
    const d = sextet(codes, i + 3);
    bad |= a | b | c | d;
    bytes[out++] = (a << 2) | (b >> 4);
    bytes[out++] = (b << 4) | (c >> 2);
    bytes[out++] = (c << 6) | d;
  }
  if (tail !== 0) {
    const a = sextet(codes, whole);
    const b = sextet(codes, whole + 1);
    const c = tail === 3 ? sextet(codes, whole + 2) : 0;
    bad |= a | b | c;
    bytes[out++] = (a << 2) | (b >> 4);
    if (tail === 3) bytes[out] = (b << 4) | (c >> 2);
    if (((tail === 3 ? c << 6 : b << 4) & 0xff) !== 0) throw invalid('its trailing bits are not zero');
  }
  // A sextet is at most 63, so a bit above that came from a character outside the alphabet.
  if (bad > 63) throw invalid('it has a character outside the alphabet');
  return decoded;
}

/** A character that is no ASCII becomes one, or several, that are not in the alphabet. */
function codesOf(text: string): Uint8Array {
  if (text.length >= ENCODER_FROM_CHARS) return encoder.encode(text);
  const codes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) codes[i] = Math.min(text.charCodeAt(i), INVALID);
  return codes;
}

function sextet(codes: Uint8Array, index: number): number {
  return SEXTETS[codes[index] ?? INVALID] ?? INVALID;
}

function invalid(reason: string): CryptoError {
  return new CryptoError(
    'BASE64URL_INVALID',
    `Not base64url without padding (RFC 4648 section 5): ${reason}`,
  );
}
