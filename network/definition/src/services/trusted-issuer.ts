import type { IdentityNode } from '../resolve.js';
import type { ServiceNode } from './service-node.js';

/** An entry of a service's `auth.issuers`. */
export interface TrustedIssuer {
  readonly issuer: string;
  readonly audience: string;
  readonly mspId: string;
  readonly claims: Readonly<Record<string, string>>;
  readonly roles: readonly { readonly value: string; readonly role: string }[];
  readonly unknownPersons: 'provision';
}

const CLAIMS = ['person', 'name', 'role', 'profession', 'unit', 'patient'] as const;
const ROLES = ['practitioner', 'ops', 'auditor'] as const;

/**
 * The providers that a service trusts: those of its own organisation. Claims and roles are called as `identity/` calls
 * them. Whom its operators added there is registered when they first sign in: nobody has to name them twice.
 */
export const trustedIssuers = (
  { mspId, url }: ServiceNode,
  identities: readonly IdentityNode[],
): TrustedIssuer[] =>
  identities
    .filter((identity) => identity.mspId === mspId)
    .map((identity) => ({
      ...{ issuer: identity.url, audience: url, mspId },
      claims: Object.fromEntries(CLAIMS.map((name) => [name, name])),
      roles: ROLES.map((role) => ({ value: role, role })),
      unknownPersons: 'provision',
    }));
