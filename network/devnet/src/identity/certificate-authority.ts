import 'reflect-metadata';
import { createHash, randomBytes, webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  Extension,
  KeyUsageFlags,
} from '@peculiar/x509';
import {
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
  cryptoProvider,
} from '@peculiar/x509';
import { CA_VALIDITY_DAYS, CERTIFICATE_VALIDITY_DAYS } from '../limits.js';
import type { NodeOu } from '../msp/roles.js';

/** A certificate and its private key (PKCS #8), both PEM. */
export interface KeyedCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** What the certificate of an MSP identity says. */
export interface IdentityCertificateRequest {
  /** Common name. */
  readonly name: string;
  readonly organisation: string;
  /** The NodeOU that decides the role. */
  readonly ou: NodeOu;
  /** Fabric attributes that chaincode reads, e.g. `{'careledger.enrol': 'true'}`. */
  readonly attributes?: Readonly<Record<string, string>>;
  readonly validDays?: number;
}

/** Where Fabric CA keeps attributes and fabric-shim's ClientIdentity looks for them. */
const FABRIC_ATTRIBUTES_OID = '1.2.3.4.5.6.7.8.1';
const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 24 * 60 * 60 * 1000;
/** Certificates are valid a little before they are made, for clients whose clock is behind. */
const CLOCK_SKEW_MS = 5 * 60 * 1000;

cryptoProvider.set(webcrypto);

function validity(days: number): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  return { notBefore: new Date(now - CLOCK_SKEW_MS), notAfter: new Date(now + days * DAY_MS) };
}

function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40; // positive, and never a leading zero byte
  return bytes.toString('hex');
}

async function pemOfKey(key: webcrypto.CryptoKey): Promise<string> {
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  const lines = pkcs8.match(/.{1,64}/g) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
}

async function importPrivateKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = Buffer.from(pem.replace(/-----[A-Z ]+-----|\s/g, ''), 'base64');
  return webcrypto.subtle.importKey('pkcs8', der, P256, true, ['sign']);
}

async function keyIdentifiers(
  subject: webcrypto.CryptoKey,
  issuer: Uint8Array | undefined,
): Promise<{ extensions: Extension[]; id: Buffer }> {
  // RFC 5280 section 4.2.1.2, method 1 uses SHA-1; Fabric CA uses SHA-256, either is only a label.
  const spki = Buffer.from(await webcrypto.subtle.exportKey('spki', subject));
  const id = createHash('sha256').update(spki).digest();
  const subjectKeyId = new Extension('2.5.29.14', false, Buffer.concat([Buffer.of(0x04, id.length), id]));
  const parent = issuer ? Buffer.from(issuer) : id;
  const authority = Buffer.concat([Buffer.of(0x30, parent.length + 2, 0x80, parent.length), parent]);
  return { extensions: [subjectKeyId, new Extension('2.5.29.35', false, authority)], id };
}

/** A certificate authority of one organisation, or of the TLS endpoints. */
export class CertificateAuthority {
  readonly #certificate: X509Certificate;
  readonly #key: webcrypto.CryptoKey;

  private constructor(
    readonly material: KeyedCertificate,
    certificate: X509Certificate,
    key: webcrypto.CryptoKey,
  ) {
    this.#certificate = certificate;
    this.#key = key;
  }

  /** Makes a self-signed P-256 authority. */
  static async create(commonName: string, organisation: string): Promise<CertificateAuthority> {
    const keys = await webcrypto.subtle.generateKey(P256, true, ['sign', 'verify']);
    const { extensions } = await keyIdentifiers(keys.publicKey, undefined);
    const certificate = await X509CertificateGenerator.createSelfSigned({
      serialNumber: serialNumber(),
      name: [{ O: [organisation] }, { CN: [commonName] }],
      ...validity(CA_VALIDITY_DAYS),
      signingAlgorithm: P256,
      keys,
      extensions: [
        new BasicConstraintsExtension(true, undefined, true),
        new KeyUsagesExtension(
          KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign | KeyUsageFlags.digitalSignature,
          true,
        ),
        ...extensions,
      ],
    });
    const material = {
      certificate: `${certificate.toString('pem')}\n`,
      key: await pemOfKey(keys.privateKey),
    };
    return new CertificateAuthority(material, certificate, keys.privateKey);
  }

  /** Opens an authority made earlier. */
  static async open(material: KeyedCertificate): Promise<CertificateAuthority> {
    const key = await importPrivateKey(material.key);
    return new CertificateAuthority(material, new X509Certificate(material.certificate), key);
  }

  /** Issues an MSP identity. */
  issueIdentity(request: IdentityCertificateRequest): Promise<KeyedCertificate> {
    const { name, organisation, ou, attributes = {}, validDays = CERTIFICATE_VALIDITY_DAYS } = request;
    const extensions: Extension[] = [new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true)];
    if (Object.keys(attributes).length > 0) {
      extensions.push(
        new Extension(FABRIC_ATTRIBUTES_OID, false, Buffer.from(JSON.stringify({ attrs: attributes }))),
      );
    }
    return this.#issue([{ O: [organisation] }, { OU: [ou] }, { CN: [name] }], extensions, validDays);
  }

  /** Issues a TLS server (and client) certificate for the host names and loopback addresses. */
  issueTls(
    commonName: string,
    dnsNames: readonly string[],
    ips: readonly string[],
  ): Promise<KeyedCertificate> {
    return this.#issue(
      [{ CN: [commonName] }],
      [
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyAgreement, true),
        new ExtendedKeyUsageExtension(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']),
        new SubjectAlternativeNameExtension([
          ...dnsNames.map((value) => ({ type: 'dns', value }) as const),
          ...ips.map((value) => ({ type: 'ip', value }) as const),
        ]),
      ],
      CERTIFICATE_VALIDITY_DAYS,
    );
  }

  async #issue(
    subject: { [type: string]: string[] }[],
    extensions: Extension[],
    days: number,
  ): Promise<KeyedCertificate> {
    const keys = await webcrypto.subtle.generateKey(P256, true, ['sign', 'verify']);
    const issuerId = this.#certificate.getExtension('2.5.29.14')?.value;
    const issuerKeyId = issuerId ? new Uint8Array(issuerId).subarray(2) : undefined;
    const ids = await keyIdentifiers(keys.publicKey, issuerKeyId);
    const certificate = await X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      subject,
      issuer: this.#certificate.subjectName,
      ...validity(days),
      signingAlgorithm: P256,
      publicKey: keys.publicKey,
      signingKey: this.#key,
      extensions: [new BasicConstraintsExtension(false, undefined, true), ...extensions, ...ids.extensions],
    });
    return { certificate: `${certificate.toString('pem')}\n`, key: await pemOfKey(keys.privateKey) };
  }
}
