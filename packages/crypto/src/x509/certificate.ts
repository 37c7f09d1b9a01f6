import { hash, randomBytes, type KeyObject } from 'node:crypto';
import type { CertificateAuthority } from './authority.js';
import { DER, der } from './der.js';
import { ECDSA_WITH_SHA256, authorityKeyId, extension, integer, signedPem, time } from './fields.js';

/** Object identifiers under 2.5.4, attributes of a name. */
const ATTRIBUTES = { CN: 0x03, O: 0x0a, OU: 0x0b } as const;
/** Those under 2.5.29. */
const SUBJECT_KEY_ID = certificateExtension(0x0e);
const KEY_USAGE = certificateExtension(0x0f);
const ALTERNATIVE_NAME = certificateExtension(0x11);
const BASIC_CONSTRAINTS = certificateExtension(0x13);
const EXTENDED_KEY_USAGE = certificateExtension(0x25);
/** 1.3.6.1.5.5.7.3, purposes of a key. */
const KEY_PURPOSE = [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03];
const SERVER_AUTH = 1;
const CLIENT_AUTH = 2;
const VERSION_3 = der(DER.context0, der(DER.integer, Buffer.of(2)));
const TRUE = der(DER.boolean, Buffer.of(0xff));
const SERIAL_BYTES = 16;

/** What keys are used for, as bit strings of RFC 5280 section 4.2.1.3 with their unused bits first. */
const USAGE_BITS = {
  /** digitalSignature, keyCertSign, cRLSign */
  authority: [1, 0x86],
  /** digitalSignature */
  signature: [7, 0x80],
  /** digitalSignature, keyAgreement */
  endpoint: [3, 0x88],
} as const;

/** A name's attributes, each in a set of its own, in this order. */
export type NameAttributes = readonly (readonly [keyof typeof ATTRIBUTES, string])[];

export interface CertificateContent {
  readonly subject: NameAttributes;
  /** Of P-256. */
  readonly publicKey: KeyObject;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** An authority; an identity that signs; a server or client of TLS. */
  readonly use: keyof typeof USAGE_BITS;
  /** Hosts of a TLS endpoint: DNS names, and addresses of 4 or 16 bytes. */
  readonly hosts?: { readonly names: readonly string[]; readonly addresses: readonly Uint8Array[] };
  /** Further extensions: the bytes of their object identifiers, and their values. */
  readonly extensions?: readonly { readonly id: Uint8Array; readonly value: Uint8Array }[];
}

/**
 * A certificate (RFC 5280 section 4), PEM. Its serial number is drawn at random.
 * @param issuer who signs; a key of its own for an authority that signs itself
 */
export function makeCertificate(
  content: CertificateContent,
  issuer: Pick<CertificateAuthority, 'key' | 'name' | 'keyId'> | { readonly key: KeyObject },
): string {
  const subject = nameOf(content.subject);
  const publicKey = content.publicKey.export({ type: 'spki', format: 'der' });
  // RFC 5280 section 4.2.1.2 suggests SHA-1; Fabric CA takes SHA-256, and either is only a label.
  const keyId = hash('sha256', publicKey, 'buffer');
  const { name: issuerName, keyId: issuerKeyId } = 'name' in issuer ? issuer : { name: subject, keyId };
  const body = der(
    DER.sequence,
    VERSION_3,
    integer(serialNumber()),
    ECDSA_WITH_SHA256,
    issuerName,
    der(DER.sequence, time(content.notBeforeMs), time(content.notAfterMs)),
    subject,
    publicKey,
    der(
      DER.context3,
      der(
        DER.sequence,
        extension(BASIC_CONSTRAINTS, der(DER.sequence, ...(content.use === 'authority' ? [TRUE] : [])), true),
        extension(KEY_USAGE, der(DER.bitString, Buffer.from(USAGE_BITS[content.use])), true),
        ...endpointExtensions(content),
        ...(content.extensions ?? []).map(({ id, value }) => extension(der(DER.objectId, id), value)),
        extension(SUBJECT_KEY_ID, der(DER.octetString, keyId)),
        ...(issuerKeyId === undefined ? [] : [authorityKeyId(issuerKeyId)]),
      ),
    ),
  );
  return signedPem('CERTIFICATE', body, issuer.key);
}

function endpointExtensions({ use, hosts }: CertificateContent): Uint8Array[] {
  if (use !== 'endpoint') return [];
  const purposes = [SERVER_AUTH, CLIENT_AUTH].map((purpose) =>
    der(DER.objectId, Buffer.from([...KEY_PURPOSE, purpose])),
  );
  const names = (hosts?.names ?? []).map((name) => der(DER.implicit2, Buffer.from(name, 'latin1')));
  const addresses = (hosts?.addresses ?? []).map((address) => der(DER.implicit7, address));
  return [
    extension(EXTENDED_KEY_USAGE, der(DER.sequence, ...purposes)),
    extension(ALTERNATIVE_NAME, der(DER.sequence, ...names, ...addresses)),
  ];
}

function nameOf(attributes: NameAttributes): Uint8Array {
  const sets = attributes.map(([type, text]) =>
    der(
      DER.set,
      der(
        DER.sequence,
        der(DER.objectId, Buffer.of(0x55, 0x04, ATTRIBUTES[type])),
        der(DER.utf8String, Buffer.from(text)),
      ),
    ),
  );
  return der(DER.sequence, ...sets);
}

/** Positive, and without a leading zero byte. */
function serialNumber(): Uint8Array {
  const bytes = randomBytes(SERIAL_BYTES);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes;
}

function certificateExtension(last: number): Uint8Array {
  return der(DER.objectId, Buffer.of(0x55, 0x1d, last));
}
