import { sign } from 'node:crypto';
import { CryptoError, fromUtf8 } from '../portable/index.js';
import { DER, der, readDer } from './der.js';
import type { CertificateAuthority } from './authority.js';

/** 1.2.840.10045.4.3.2, ecdsa-with-SHA256. */
const ECDSA_WITH_SHA256 = der(
  DER.sequence,
  der(DER.objectId, Buffer.of(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02)),
);
/** 2.5.29.35 and 2.5.29.20. */
const AUTHORITY_KEY_ID = der(DER.objectId, Buffer.of(0x55, 0x1d, 0x23));
const LIST_NUMBER = der(DER.objectId, Buffer.of(0x55, 0x1d, 0x14));
const VERSION_2 = der(DER.integer, Buffer.of(1));
/** A bit string of whole bytes. */
const NO_UNUSED_BITS = Buffer.of(0);
/** From this year on times are written with four digits for it (RFC 5280 section 4.1.2.5). */
const FOUR_DIGIT_YEARS_FROM = 2050;
const TIME_TAGS: readonly number[] = [DER.utcTime, DER.generalizedTime];
const UTC_TIME_CHARS = 'YYMMDDhhmmssZ'.length;
const LINE_CHARS = 64;

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
    ...(keyId === undefined
      ? []
      : [extension(AUTHORITY_KEY_ID, der(DER.sequence, der(DER.implicit0, keyId)))]),
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
  const signature = der(DER.bitString, NO_UNUSED_BITS, sign('sha256', body, key));
  const list = Buffer.from(der(DER.sequence, body, ECDSA_WITH_SHA256, signature)).toString('base64');
  const lines = list.match(new RegExp(`.{1,${LINE_CHARS}}`, 'g')) ?? [];
  return ['-----BEGIN X509 CRL-----', ...lines, '-----END X509 CRL-----', ''].join('\n');
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

function extension(id: Uint8Array, value: Uint8Array): Uint8Array {
  return der(DER.sequence, id, der(DER.octetString, value));
}

/** Positive: a first bit that is set would make it negative. */
function integer(bytes: Uint8Array): Uint8Array {
  return der(DER.integer, ...((bytes[0] ?? 0) > 0x7f ? [Buffer.of(0)] : []), bytes);
}

function bytesOf(value: number): Uint8Array {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
}

function time(ms: number): Uint8Array {
  const text = `${new Date(ms).toISOString().slice(0, 19).replaceAll(/[-T:]/g, '')}Z`;
  return Number(text.slice(0, 4)) < FOUR_DIGIT_YEARS_FROM
    ? der(DER.utcTime, Buffer.from(text.slice(2)))
    : der(DER.generalizedTime, Buffer.from(text));
}
