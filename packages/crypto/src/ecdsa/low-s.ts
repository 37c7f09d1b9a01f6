import { sign, type KeyObject } from 'node:crypto';
import { CryptoError } from '../portable/errors.js';

/** Orders of the curves that Fabric's MSP accepts (SEC 2, sections 2.4.2 and 2.5.1), by OpenSSL's name of the curve. */
const CURVE_ORDERS = {
  prime256v1: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  secp384r1:
    0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
} as const;

export type EcdsaCurve = keyof typeof CURVE_ORDERS;

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const NEGATIVE_BIT = 0x80;

/** The two numbers of an ECDSA signature. */
export interface EcdsaSignature {
  readonly r: bigint;
  readonly s: bigint;
}

/** Curve of an EC key, public or private. @throws CryptoError KEY_INVALID when Fabric accepts no such keys */
export function curveOf(key: KeyObject): EcdsaCurve {
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (curve === 'prime256v1' || curve === 'secp384r1') return curve;
  throw new CryptoError('KEY_INVALID', `the key must be EC P-256 or P-384, this one is ${curve ?? 'not EC'}`);
}

/**
 * Signs with ECDSA over SHA-256, DER, with the smaller of the two values that S may have: Fabric refuses the larger, so
 * that a signature has one form only. OpenSSL alone gives the larger half of the time.
 * @param key EC private key on P-256 or P-384
 * @throws CryptoError KEY_INVALID for a key of another kind
 */
export function signLowS(key: KeyObject, message: Uint8Array): Buffer {
  const curve = curveOf(key);
  const der = sign('sha256', message, key);
  return isLowS(der, curve) ? der : negateS(der, curve);
}

/** Whether a DER signature has the smaller S, which Fabric demands; false too for what is no DER signature. */
export function isLowS(der: Uint8Array, curve: EcdsaCurve): boolean {
  const signature = decodeSignature(der);
  return signature !== undefined && signature.s > 0n && signature.s <= CURVE_ORDERS[curve] / 2n;
}

/**
 * The other signature that holds wherever this one does: S replaced by n − S.
 * @throws CryptoError SIGNATURE_MALFORMED for what is no DER signature
 */
export function negateS(der: Uint8Array, curve: EcdsaCurve): Buffer {
  const signature = decodeSignature(der);
  if (signature === undefined)
    throw new CryptoError('SIGNATURE_MALFORMED', 'this is no ECDSA signature in DER');
  return encodeSignature({ r: signature.r, s: CURVE_ORDERS[curve] - signature.s });
}

/** DER of `SEQUENCE { INTEGER r, INTEGER s }` (RFC 3279, section 2.2.3); both curves keep each length in one byte. */
export function encodeSignature({ r, s }: EcdsaSignature): Buffer {
  const body = Buffer.concat([encodeInteger(r), encodeInteger(s)]);
  return Buffer.concat([Buffer.of(SEQUENCE, body.length), body]);
}

function encodeInteger(value: bigint): Buffer {
  const digits = value.toString(16);
  const bytes = Buffer.from(digits.length % 2 === 1 ? `0${digits}` : digits, 'hex');
  // X.690, section 8.3: a top bit of 1 would make it negative.
  const content = (bytes[0] ?? 0) & NEGATIVE_BIT ? Buffer.concat([Buffer.of(0), bytes]) : bytes;
  return Buffer.concat([Buffer.of(INTEGER, content.length), content]);
}

function decodeSignature(der: Uint8Array): EcdsaSignature | undefined {
  if (der[0] !== SEQUENCE || der[1] !== der.length - 2) return undefined;
  const r = integerAt(der, 2);
  if (r === undefined) return undefined;
  const s = integerAt(der, r.end);
  return s?.end === der.length ? { r: r.value, s: s.value } : undefined;
}

function integerAt(der: Uint8Array, offset: number): { value: bigint; end: number } | undefined {
  const start = offset + 2;
  const end = start + (der[offset + 1] ?? 0);
  if (der[offset] !== INTEGER || end === start || end > der.length) return undefined;
  return { value: BigInt(`0x${Buffer.from(der.subarray(start, end)).toString('hex')}`), end };
}
