import { fromHex } from './bytes.js';

const ED25519_PUBLIC_KEY_BYTES = 32;
export const ED25519_SIGNATURE_BYTES = 64;
const POINT_BYTES = 32;

/** p = 2^255 - 19 and L = 2^252 + 27742317777372353535851937790883648493 (RFC 8032 section 5.1), little-endian. */
const FIELD_PRIME = fromHex('edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f');
const GROUP_ORDER = fromHex('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010');

/**
 * The canonical y coordinates of the eight points whose order divides the cofactor 8 (each y serves both signs of x).
 * `ed25519-rule.test.ts` derives them from the curve.
 */
const SMALL_ORDER_Y = [
  '0100000000000000000000000000000000000000000000000000000000000000', // order 1: the identity
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f', // order 2: y = -1
  '0000000000000000000000000000000000000000000000000000000000000000', // order 4: y = 0
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05', // order 8
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a', // order 8
].map(fromHex);

/**
 * What must hold of a public key A and a signature R ‖ S before any library is asked, so that all libraries give the
 * same answer: lengths; A and R canonical (y < p) and not of small order; S canonical (S < L). What remains is
 * RFC 8032 section 5.1.7 with the cofactorless equation, [S]B = R + [k]A.
 *
 * Costs well under a microsecond: comparisons of bytes only. That A and R lie on the curve is left to the library.
 */
export function ed25519Acceptable(publicKey: Uint8Array, signature: Uint8Array): boolean {
  return ed25519KeyAcceptable(publicKey) && ed25519SignatureAcceptable(signature);
}

/** The part of {@link ed25519Acceptable} that depends on the key alone; verifiers keep its answer with their keys. */
export function ed25519KeyAcceptable(publicKey: Uint8Array): boolean {
  return publicKey.length === ED25519_PUBLIC_KEY_BYTES && pointAcceptable(publicKey, 0);
}

/** The part of {@link ed25519Acceptable} that depends on the signature alone. */
export function ed25519SignatureAcceptable(signature: Uint8Array): boolean {
  return (
    signature.length === ED25519_SIGNATURE_BYTES &&
    pointAcceptable(signature, 0) &&
    lessThan(signature, POINT_BYTES, GROUP_ORDER, 0xff)
  );
}

function pointAcceptable(bytes: Uint8Array, at: number): boolean {
  return lessThan(bytes, at, FIELD_PRIME, 0x7f) && !SMALL_ORDER_Y.some((y) => sameY(bytes, at, y));
}

/** Little-endian bytes[at, at+32) < bound, the most significant byte masked (0x7f drops the sign bit of x). */
function lessThan(bytes: Uint8Array, at: number, bound: Uint8Array, topMask: number): boolean {
  for (let i = POINT_BYTES - 1; i >= 0; i--) {
    const byte = byteAt(bytes, at + i) & (i === POINT_BYTES - 1 ? topMask : 0xff);
    const limit = byteAt(bound, i);
    if (byte !== limit) return byte < limit;
  }
  return false;
}

function sameY(bytes: Uint8Array, at: number, y: Uint8Array): boolean {
  for (let i = 0; i < POINT_BYTES - 1; i++) if (bytes[at + i] !== y[i]) return false;
  return (byteAt(bytes, at + POINT_BYTES - 1) & 0x7f) === y[POINT_BYTES - 1];
}

/** The lengths were checked before; a byte that is not there would compare as the largest. */
function byteAt(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0xff;
}
