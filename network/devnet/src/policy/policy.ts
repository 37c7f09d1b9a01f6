import type { Principal } from '../msp/principal.js';
import type { Role } from '../msp/roles.js';

/**
 * A policy over signatures: Fabric's SignaturePolicy, and its ImplicitMetaPolicy, which counts organisations
 * of which each must be satisfied by itself.
 */
export type Policy =
  | { readonly kind: 'signedBy'; readonly principal: Principal }
  | { readonly kind: 'outOf'; readonly n: number; readonly rules: readonly Policy[] }
  | { readonly kind: 'implicit'; readonly threshold: number; readonly rules: readonly Policy[] };

/** One signature of this principal. */
export function signedBy(mspId: string, role: Role): Policy {
  return { kind: 'signedBy', principal: { mspId, role } };
}

/** `n` of the rules, no identity counting twice. */
export function outOf(n: number, rules: readonly Policy[]): Policy {
  return { kind: 'outOf', n, rules };
}

/** A peer of more than half of the organisations: the default of a channel's Endorsement policy. */
export function majorityEndorsement(mspIds: readonly string[]): Policy {
  return implicitEndorsement(Math.floor(mspIds.length / 2) + 1, mspIds);
}

/** A peer of `threshold` organisations. */
export function implicitEndorsement(threshold: number, mspIds: readonly string[]): Policy {
  return { kind: 'implicit', threshold, rules: mspIds.map((mspId) => signedBy(mspId, 'peer')) };
}

/** Every principal a policy names, in order of appearance. */
export function principalsOf(policy: Policy): Principal[] {
  return policy.kind === 'signedBy' ? [policy.principal] : policy.rules.flatMap(principalsOf);
}
