import { X509Certificate } from 'node:crypto';
import { PeerRefusal } from '../errors.js';
import { isNodeOu } from './roles.js';
import { Identity } from './identity.js';

const PEM_BLOCK = /^-----BEGIN (?:X509 )?CERTIFICATE-----[\s\S]+?-----END (?:X509 )?CERTIFICATE-----\s*$/;

/**
 * The membership rules of one organisation: its CA, and NodeOUs (client, admin, peer, orderer), as a peer's MSP
 * with NodeOUs enabled applies them.
 */
export class Msp {
  readonly mspId: string;
  readonly caPem: string;
  readonly #ca: X509Certificate;

  constructor(mspId: string, caPem: string) {
    this.mspId = mspId;
    this.caPem = caPem;
    this.#ca = new X509Certificate(caPem);
  }

  /** Parses a certificate. @throws PeerRefusal when it is no single PEM certificate */
  static parse(pem: string): X509Certificate {
    if (!PEM_BLOCK.test(pem)) throw new PeerRefusal('could not decode the PEM structure');
    try {
      return new X509Certificate(pem);
    } catch (cause) {
      throw new PeerRefusal('failed to parse X.509 certificate', { cause });
    }
  }

  /**
   * A peer builds the chain of certificates while it reads an identity (msp/mspimpl.go, sanitizeCert), before it asks
   * whether the identity is valid: a foreign certificate is malformed to it.
   * @throws PeerRefusal
   */
  checkIssuer(certificate: X509Certificate): void {
    if (!certificate.checkIssued(this.#ca) || !certificate.verify(this.#ca.publicKey)) {
      throw new PeerRefusal('x509: certificate signed by unknown authority');
    }
  }

  /**
   * Accepts a certificate of the organisation's CA or says why not. Expiry is not looked at: a peer checks it where requests come in,
   * because what was endorsed before a certificate expired must still validate.
   */
  accept(certificate: X509Certificate, serialized: Buffer): Identity {
    if (certificate.ca) {
      throw new PeerRefusal(
        'An X509 certificate with Basic Constraint: Certificate Authority equals true cannot be used as an identity',
      );
    }
    const ous = certificate.subject
      .split('\n')
      .filter((line) => line.startsWith('OU='))
      .map((line) => line.slice(3));
    const roles = ous.filter(isNodeOu);
    const [role] = roles;
    if (role === undefined) {
      throw new PeerRefusal(
        `the identity does not have an OU that resolves to client, peer, orderer, or admin role. OUs: ${ous.join(',')}, MSP: [${this.mspId}]`,
      );
    }
    if (roles.length > 1) {
      throw new PeerRefusal(
        `the identity must have a client, a peer, an orderer, or an admin OU role to be valid, not a combination of them. OUs: ${ous.join(',')}, MSP: [${this.mspId}]`,
      );
    }
    return new Identity(this.mspId, role, serialized, certificate);
  }
}
