import { sign, type KeyObject } from 'node:crypto';
import { DER, der } from './der.js';

/** 1.2.840.10045.4.3.2, ecdsa-with-SHA256. */
export const ECDSA_WITH_SHA256 = der(
  DER.sequence,
  der(DER.objectId, Buffer.of(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02)),
);
/** 2.5.29.35. */
const AUTHORITY_KEY_ID = der(DER.objectId, Buffer.of(0x55, 0x1d, 0x23));
const TRUE = der(DER.boolean, Buffer.of(0xff));
/** A bit string of whole bytes. */
const NO_UNUSED_BITS = Buffer.of(0);
/** From this year on times are written with four digits for it (RFC 5280 section 4.1.2.5). */
const FOUR_DIGIT_YEARS_FROM = 2050;
const PEM_LINE = /.{1,64}/g;

/** An extension. @param id its object identifier, DER */
export function extension(id: Uint8Array, value: Uint8Array, isCritical = false): Uint8Array {
  return der(DER.sequence, id, ...(isCritical ? [TRUE] : []), der(DER.octetString, value));
}

/** Names the key that signed (RFC 5280 section 4.2.1.1). */
export function authorityKeyId(keyId: Uint8Array): Uint8Array {
  return extension(AUTHORITY_KEY_ID, der(DER.sequence, der(DER.implicit0, keyId)));
}

/** Positive: a first bit that is set would make it negative. */
export function integer(bytes: Uint8Array): Uint8Array {
  return der(DER.integer, ...((bytes[0] ?? 0) > 0x7f ? [Buffer.of(0)] : []), bytes);
}

export function time(ms: number): Uint8Array {
  const text = `${new Date(ms).toISOString().slice(0, 19).replaceAll(/[-T:]/g, '')}Z`;
  return Number(text.slice(0, 4)) < FOUR_DIGIT_YEARS_FROM
    ? der(DER.utcTime, Buffer.from(text.slice(2)))
    : der(DER.generalizedTime, Buffer.from(text));
}

/** Signs what a certificate or a list says, with an authority's key of P-256. @param label of the PEM text */
export function signedPem(label: string, body: Uint8Array, key: KeyObject): string {
  const signature = der(DER.bitString, NO_UNUSED_BITS, sign('sha256', body, key));
  const whole = Buffer.from(der(DER.sequence, body, ECDSA_WITH_SHA256, signature)).toString('base64');
  return [`-----BEGIN ${label}-----`, ...(whole.match(PEM_LINE) ?? []), `-----END ${label}-----`, ''].join(
    '\n',
  );
}
