import { X509Certificate, verify } from 'node:crypto';
import type { Endorsement } from '@careledger/private-chain/verify';

/** What a verifier believes beforehand: organisations (MSP IDs) with the certificates (PEM) of their authorities. */
export interface EndorserRoots {
  readonly authorities: Readonly<Record<string, readonly string[]>>;
  /** Organisations whose peers must have signed: as many as the channel's endorsement policy asks for. */
  readonly threshold: number;
}

export interface EndorserCount {
  /** Those whose peer signed, each once. */
  readonly organisations: readonly string[];
  /** Why the others do not count. */
  readonly faults: readonly string[];
}

/** Counts the organisations of the roots whose peer signed the answer. @param atMs when the peers were asked */
export function countEndorsers(
  endorsements: readonly Endorsement[],
  { authorities }: EndorserRoots,
  atMs: number,
): EndorserCount {
  const organisations = new Set<string>();
  const faults: string[] = [];
  for (const endorsement of endorsements) {
    const { mspId } = endorsement;
    const known = Object.hasOwn(authorities, mspId) ? (authorities[mspId] ?? []) : [];
    const fault = faultOf(endorsement, known, atMs);
    if (fault === undefined) organisations.add(mspId);
    else faults.push(`${mspId}: ${fault}`);
  }
  return { organisations: [...organisations], faults };
}

function faultOf(
  { certificate: pem, signature, signed }: Endorsement,
  authorities: readonly string[],
  atMs: number,
): string | undefined {
  if (authorities.length === 0) return 'no certificate of its authority was given';
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch {
    return 'its endorsement has no certificate';
  }
  const isIssued = authorities
    .map((authority) => new X509Certificate(authority))
    .some((authority) => certificate.checkIssued(authority) && certificate.verify(authority.publicKey));
  if (!isIssued) return 'its certificate is of another authority';
  if (certificate.ca || !certificate.subject.split('\n').includes('OU=peer'))
    return 'it is no peer’s certificate';
  if (atMs < Date.parse(certificate.validFrom) || atMs > Date.parse(certificate.validTo))
    return 'its certificate was not valid then';
  const isSigned = verify('sha256', Buffer.concat(signed), certificate.publicKey, signature);
  return isSigned ? undefined : 'its signature is not over this answer';
}
