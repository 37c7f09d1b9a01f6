import { createPrivateKey, hash, X509Certificate, type KeyObject } from 'node:crypto';
import { CryptoError } from '../portable/index.js';
import { DER, der, readDer, type DerValue } from './der.js';

/** 2.5.29.14, subjectKeyIdentifier. */
const SUBJECT_KEY_ID = Buffer.of(0x55, 0x1d, 0x0e);
/** Strings that are compared by their letters: UTF8, Printable, T61, IA5, Visible. Others count byte by byte. */
const LETTER_TAGS: ReadonlySet<number> = new Set([0x0c, 0x13, 0x14, 0x16, 0x1a]);
const NAME_HASH_BYTES = 4;

/** An authority that certifies, with what its revocation lists take from its certificate. */
export interface CertificateAuthority {
  readonly key: KeyObject;
  /** Its name, DER. */
  readonly name: Uint8Array;
  readonly keyId: Uint8Array | undefined;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/**
 * Reads an authority's certificate and its private key, PEM both.
 * @throws CryptoError `KEY_INVALID` where the key is not the certificate's, or not of P-256
 */
export function readAuthority(certificatePem: string, privateKeyPem: string): CertificateAuthority {
  const certificate = new X509Certificate(certificatePem);
  const key = createPrivateKey(privateKeyPem);
  if (!certificate.checkPrivateKey(key) || key.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
    throw new CryptoError(
      'KEY_INVALID',
      'The authority’s key is not that of its certificate, or not of P-256',
    );
  const [body] = childrenOf(readDer(certificate.raw)[0]);
  const fields = childrenOf(body);
  // The version, [0], may be left out; serial number, algorithm, issuer and validity come before the subject.
  const subject = fields[fields[0]?.tag === DER.context0 ? 5 : 4];
  if (subject === undefined)
    throw new CryptoError('KEY_INVALID', 'The authority’s certificate has no subject');
  return {
    key,
    name: subject.whole,
    keyId: keyIdOf(fields.find(({ tag }) => tag === DER.context3)),
    notBeforeMs: Date.parse(certificate.validFrom),
    notAfterMs: Date.parse(certificate.validTo),
  };
}

/**
 * The hash under which OpenSSL looks for an authority's lists in a folder, 8 hex digits: SHA-1 of the name with its
 * strings in lower case and single spaces, the first four bytes backwards (X509_NAME_hash_ex).
 */
export function nameHashOf({ name }: Pick<CertificateAuthority, 'name'>): string {
  const sets = childrenOf(readDer(name)[0]).map((set) =>
    der(DER.set, ...childrenOf(set).map(canonicalAttribute)),
  );
  const digest = hash('sha1', Buffer.concat(sets), 'buffer');
  return Buffer.from(digest.subarray(0, NAME_HASH_BYTES)).reverse().toString('hex');
}

function canonicalAttribute(attribute: DerValue): Uint8Array {
  const [type, value] = childrenOf(attribute);
  if (type === undefined || value === undefined || !LETTER_TAGS.has(value.tag)) return attribute.whole;
  const text = Buffer.from(value.content).toString('utf8').trim().replaceAll(/\s+/g, ' ');
  const lower = text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
  return der(DER.sequence, type.whole, der(DER.utf8String, Buffer.from(lower)));
}

function keyIdOf(extensions: DerValue | undefined): Uint8Array | undefined {
  const list = childrenOf(childrenOf(extensions)[0]);
  for (const extension of list) {
    const parts = childrenOf(extension);
    if (!Buffer.from(parts[0]?.content ?? []).equals(SUBJECT_KEY_ID)) continue;
    return readDer(parts.at(-1)?.content ?? new Uint8Array())[0]?.content;
  }
  return undefined;
}

function childrenOf(value: DerValue | undefined): DerValue[] {
  return value === undefined ? [] : readDer(value.content);
}
