import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isLowS } from '@careledger/crypto/ecdsa';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
  type Extension,
} from './x509.js';
import { NetworkAdminError } from '../errors.js';
import type { PemPair } from '../layout.js';
import { attributesExtension } from './attributes.js';
import { exists, readIfThere, writePublic, writeSecret } from './files.js';
import type { IssuedCertificate, Issuer, SigningRequest, TlsRequest } from './issuer.js';
import { ALGORITHM, CURVE, generateKeyPair, loadKeyPair, privateKeyPem, type KeyPair } from './keys.js';

const DAY_MS = 86_400_000;
/** How long a new authority is good for. */
const CA_VALIDITY_DAYS = 3650;
/** How long a new node or client certificate is good for. */
const CERTIFICATE_VALIDITY_DAYS = 365;
/** Certificates begin a little in the past, for nodes whose clocks are behind. */
const CLOCK_SKEW_MS = 300_000;
const SERIAL_BYTES = 16;

/** An organisation's certificate authority: one for identities, one for TLS. */
export class CertificateAuthority implements Issuer {
  readonly #keys: KeyPair | undefined;

  private constructor(
    readonly certificate: X509Certificate,
    keys: KeyPair | undefined,
  ) {
    this.#keys = keys;
  }

  /** The authority whose files are at `paths`; made and stored there when there is none. */
  static async open(
    paths: PemPair,
    subject: { commonName: string; organization: string },
  ): Promise<CertificateAuthority> {
    if (await exists(paths.cert)) {
      const [cert, key] = await Promise.all([readFile(paths.cert, 'utf8'), readIfThere(paths.key)]);
      return new CertificateAuthority(new X509Certificate(cert), key ? await loadKeyPair(key) : undefined);
    }
    const authority = await CertificateAuthority.create(subject);
    await writeSecret(paths.key, await privateKeyPem(authority.signingKeys));
    await writePublic(paths.cert, authority.pem);
    return authority;
  }

  static async create(subject: { commonName: string; organization: string }): Promise<CertificateAuthority> {
    const keys = await generateKeyPair();
    const extensions = [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(
        KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign | KeyUsageFlags.digitalSignature,
        true,
      ),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ];
    const name = `CN=${subject.commonName}, O=${subject.organization}`;
    const certificate = await untilLowS(() =>
      X509CertificateGenerator.create({
        serialNumber: newSerial(),
        subject: name,
        issuer: name,
        ...validity(CA_VALIDITY_DAYS),
        publicKey: keys.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: ALGORITHM,
        extensions,
      }),
    );
    return new CertificateAuthority(certificate, keys);
  }

  /** Throws where the key is elsewhere. */
  get signingKeys(): KeyPair {
    if (this.#keys) return this.#keys;
    throw new NetworkAdminError(
      'IDENTITY_MISSING',
      `the key of ${this.certificate.subject} is not here: put it back from a backup, or have the missing ` +
        'certificates issued where it is and put them in their places',
    );
  }

  get pem(): string {
    return toPem(this.certificate);
  }

  async issueIdentity(request: SigningRequest, keyPem?: string): Promise<IssuedCertificate> {
    const { commonName, role, attributes = {} } = request;
    return this.#issue(
      `CN=${commonName}, OU=${role}`,
      [
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        ...(Object.keys(attributes).length > 0 ? [attributesExtension(attributes)] : []),
      ],
      keyPem,
    );
  }

  async issueTls(request: TlsRequest, keyPem?: string): Promise<IssuedCertificate> {
    const names = request.hosts.map((value) => ({
      type: isIp(value) ? ('ip' as const) : ('dns' as const),
      value,
    }));
    return this.#issue(
      `CN=${request.commonName}`,
      [
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
        ...(names.length > 0 ? [new SubjectAlternativeNameExtension(names)] : []),
      ],
      keyPem,
    );
  }

  async #issue(subject: string, extensions: Extension[], keyPem?: string): Promise<IssuedCertificate> {
    const keys = keyPem === undefined ? await generateKeyPair() : await loadKeyPair(keyPem);
    const { publicKey } = keys;
    const all = [
      new BasicConstraintsExtension(false, undefined, true),
      await SubjectKeyIdentifierExtension.create(publicKey),
      await AuthorityKeyIdentifierExtension.create(this.signingKeys.publicKey),
      ...extensions,
    ];
    const certificate = await untilLowS(() =>
      X509CertificateGenerator.create({
        serialNumber: newSerial(),
        subject,
        issuer: this.certificate.subject,
        ...validity(CERTIFICATE_VALIDITY_DAYS, this.certificate.notAfter),
        publicKey,
        signingKey: this.signingKeys.privateKey,
        signingAlgorithm: ALGORITHM,
        extensions: all,
      }),
    );
    return { cert: toPem(certificate), key: keyPem ?? (await privateKeyPem(keys)) };
  }
}

/**
 * Fabric rewrites a certificate's signature to low S when it reads an identity; one that has it from the start keeps
 * the same bytes in config blocks, headers and files.
 */
async function untilLowS(make: () => Promise<X509Certificate>): Promise<X509Certificate> {
  for (;;) {
    const certificate = await make();
    if (isLowS(new Uint8Array(certificate.signature), CURVE)) return certificate;
  }
}

function validity(days: number, notLaterThan?: Date): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  const end = Math.min(now + days * DAY_MS, notLaterThan?.getTime() ?? Infinity);
  return { notBefore: new Date(now - CLOCK_SKEW_MS), notAfter: new Date(end) };
}

/** A positive serial number (RFC 5280, 4.1.2.2) with 127 random bits. */
function newSerial(): string {
  const bytes = randomBytes(SERIAL_BYTES);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

function isIp(host: string): boolean {
  return /^\d+\.\d+\.\d+\.\d+$/.test(host) || host.includes(':');
}

function toPem(certificate: X509Certificate): string {
  return `${certificate.toString('pem').trim()}\n`;
}
