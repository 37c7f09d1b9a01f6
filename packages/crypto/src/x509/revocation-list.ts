import { CryptoError, fromUtf8 } from '../portable/index.js';
import { DER, der, readDer } from './der.js';
import type { CertificateAuthority } from './authority.js';
import { ECDSA_WITH_SHA256, authorityKeyId, extension, integer, signedPem, time } from './fields.js';

/** 2.5.29.20. */
const LIST_NUMBER = der(DER.objectId, Buffer.of(0x55, 0x1d, 0x14));
const VERSION_2 = der(DER.integer, Buffer.of(1));
const TIME_TAGS: readonly number[] = [DER.utcTime, DER.generalizedTime];
const UTC_TIME_CHARS = 'YYMMDDhhmmssZ'.length;

export interface RevocationList {
  /** Serial numbers of the certificates that do not count, hex. */
  readonly serialNumbers: readonly string[];
  /** When it was made: of several lists the newest counts. Whole seconds. */
  readonly madeMs: number;
}

/** A certificate revocation list (RFC 5280 section 5), PEM. Good for as long as the authority, unless a newer one is there. */
export function makeRevocationList(
  authority: CertificateAuthority,
  { serialNumbers, madeMs }: RevocationList,
): string {
  const { key, name, keyId, notAfterMs } = authority;
  const made = time(madeMs);
  const revoked = serialNumbers.map((serial) => der(DER.sequence, integer(Buffer.from(serial, 'hex')), made));
  const extensions = [
    ...(keyId === undefined ? [] : [authorityKeyId(keyId)]),
    extension(LIST_NUMBER, integer(bytesOf(Math.floor(madeMs / 1000)))),
  ];
  const body = der(
    DER.sequence,
    VERSION_2,
    ECDSA_WITH_SHA256,
    name,
    made,
    time(notAfterMs),
    // An empty list must be left out.
    ...(revoked.length > 0 ? [der(DER.sequence, ...revoked)] : []),
    der(DER.context0, der(DER.sequence, ...extensions)),
  );
  return signedPem('X509 CRL', body, key);
}

/** When a list was made, milliseconds since 1970. @throws CryptoError `KEY_INVALID` where it is none */
export function revocationListTime(pem: string): number {
  const [list] = readDer(Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64'));
  const [body] = readDer(list?.content ?? new Uint8Array());
  const made = readDer(body?.content ?? new Uint8Array()).find(({ tag }) => TIME_TAGS.includes(tag));
  const text = fromUtf8(made?.content ?? new Uint8Array());
  const digits = text.length === UTC_TIME_CHARS ? `20${text}` : text;
  const ms = Date.parse(digits.replace(/^(....)(..)(..)(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (Number.isNaN(ms)) throw new CryptoError('KEY_INVALID', 'This is no revocation list, or it has no time');
  return ms;
}

function bytesOf(value: number): Uint8Array {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
}
