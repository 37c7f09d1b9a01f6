import { X509Certificate } from 'node:crypto';
import { sha256Hex } from '@careledger/crypto';
import { ENROL_ATTRIBUTE } from '@careledger/domain';

/** Who signed the proposal, as the peer has checked it and the certificate says. */
export interface Caller {
  readonly mspId: string;
  /** Organisational units: Fabric's NodeOUs put the role there. */
  readonly units: readonly string[];
  /** Whether the certificate lets its holder enrol patients. */
  readonly mayEnrol: boolean;
  /** SHA-256 of the certificate, lower-case hex. */
  readonly certificateSha256: string;
}

/** @param attribute value of a certificate's Fabric attribute, null where it has none */
export function callerOf(
  mspId: string,
  certificatePem: Uint8Array,
  attribute: (name: string) => string | null,
): Caller {
  const certificate = new X509Certificate(Buffer.from(certificatePem));
  // Parsed by OpenSSL: the printed subject could be forged by a common name that holds a separator.
  const { OU } = certificate.toLegacyObject().subject as { readonly OU?: string | readonly string[] };
  const units = OU === undefined ? [] : typeof OU === 'string' ? [OU] : [...OU];
  return {
    mspId,
    units,
    mayEnrol: attribute(ENROL_ATTRIBUTE) === 'true',
    certificateSha256: sha256Hex(certificate.raw),
  };
}

/** Fabric's NodeOU roles exclude one another; a certificate that claims two has neither. */
function hasRole(caller: Caller, role: 'client' | 'admin'): boolean {
  const roles = ['client', 'admin', 'peer', 'orderer'].filter((name) => caller.units.includes(name));
  return roles.length === 1 && roles[0] === role;
}

export const isClient = (caller: Caller): boolean => hasRole(caller, 'client');
export const isAdmin = (caller: Caller): boolean => hasRole(caller, 'admin');
