import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import {
  makeCertificate,
  readAuthority,
  type CertificateAuthority as Issuer,
  type CertificateContent,
} from '@careledger/crypto/x509';
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

/** 1.2.3.4.5.6.7.8.1: where Fabric CA keeps attributes and fabric-shim's ClientIdentity looks for them. */
const FABRIC_ATTRIBUTES = Buffer.of(0x2a, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x01);
const DAY_MS = 24 * 60 * 60 * 1000;
/** Certificates are valid a little before they are made, for clients whose clock is behind. */
const CLOCK_SKEW_MS = 5 * 60 * 1000;

/** What a certificate says beyond its key and its dates. */
type Wanted = Omit<CertificateContent, 'publicKey' | 'notBeforeMs' | 'notAfterMs'>;

/** A certificate authority of one organisation, or of the TLS endpoints. */
export class CertificateAuthority {
  readonly #issuer: Issuer;

  private constructor(readonly material: KeyedCertificate) {
    this.#issuer = readAuthority(material.certificate, material.key);
  }

  /** Makes a self-signed P-256 authority. */
  static create(commonName: string, organisation: string): CertificateAuthority {
    const subject = [
      ['O', organisation],
      ['CN', commonName],
    ] as const;
    return new CertificateAuthority(newPair({ subject, use: 'authority' }, CA_VALIDITY_DAYS));
  }

  /** Opens an authority made earlier. */
  static open(material: KeyedCertificate): CertificateAuthority {
    return new CertificateAuthority(material);
  }

  /** Issues an MSP identity. */
  issueIdentity(request: IdentityCertificateRequest): KeyedCertificate {
    const { name, organisation, ou, attributes = {}, validDays = CERTIFICATE_VALIDITY_DAYS } = request;
    const subject = [
      ['O', organisation],
      ['OU', ou],
      ['CN', name],
    ] as const;
    const extensions =
      Object.keys(attributes).length === 0
        ? []
        : [{ id: FABRIC_ATTRIBUTES, value: Buffer.from(JSON.stringify({ attrs: attributes })) }];
    return newPair({ subject, use: 'signature', extensions }, validDays, this.#issuer);
  }

  /** Issues a TLS server (and client) certificate for the host names and addresses, of 4 or 16 bytes. */
  issueTls(commonName: string, names: readonly string[], addresses: readonly Uint8Array[]): KeyedCertificate {
    const wanted: Wanted = { subject: [['CN', commonName]], use: 'endpoint', hosts: { names, addresses } };
    return newPair(wanted, CERTIFICATE_VALIDITY_DAYS, this.#issuer);
  }
}

/** A new key and its certificate. @param issuer signs it; itself unless given */
function newPair(wanted: Wanted, validDays: number, issuer?: Issuer): KeyedCertificate {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const nowMs = Date.now();
  const content = {
    ...wanted,
    publicKey: createPublicKey(privateKey),
    notBeforeMs: nowMs - CLOCK_SKEW_MS,
    notAfterMs: nowMs + validDays * DAY_MS,
  };
  return {
    certificate: makeCertificate(content, issuer ?? { key: privateKey }),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
