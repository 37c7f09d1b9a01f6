import { ANY, PURPOSES, type Permission, type PurposeOfUse } from '@careledger/domain';
import type { GrantTerms } from './grant-body.js';

/** What of a rule a standing policy says; whom it is about, the patient does. */
type StandingTerms = Pick<GrantTerms, 'permissions' | 'purposes'>;

/** Rules that a patient picks in one step. */
export interface StandingPolicy {
  /** Counts up whenever its rules change: what was set before stays as it was signed. */
  readonly version: number;
  /** In the patient's words. */
  readonly says: string;
  /** From any authority. */
  readonly denies: readonly StandingTerms[];
  /** To each authority that the patient names; where it grants nothing, none is named. */
  readonly grants: readonly StandingTerms[];
}

const EVERY_RIGHT: readonly Permission[] = ['read', 'write', 'modify'];
const EMERGENCIES: readonly PurposeOfUse[] = ['ETREAT', 'BTG'];

/** By name. What a patient has granted besides stands on, but a denial outweighs it. */
export const STANDING_POLICIES = {
  'care-team': {
    version: 1,
    says: 'Those whom I name treat me: they read and add to all my records, for treatment and in an emergency.',
    denies: [],
    grants: [{ permissions: ['read', 'write'], purposes: ['TREAT', ...EMERGENCIES] }],
  },
  'emergencies-only': {
    version: 1,
    says: 'Those whom I name read all my records in an emergency. Nobody does anything for any other purpose.',
    denies: [
      { permissions: EVERY_RIGHT, purposes: PURPOSES.filter((purpose) => !EMERGENCIES.includes(purpose)) },
    ],
    grants: [{ permissions: ['read'], purposes: EMERGENCIES }],
  },
  nothing: {
    version: 1,
    says: 'Nobody reads, adds to or changes my records, for any purpose.',
    denies: [{ permissions: EVERY_RIGHT, purposes: PURPOSES }],
    grants: [],
  },
} as const satisfies Record<string, StandingPolicy>;

export type StandingPolicyName = keyof typeof STANDING_POLICIES;

/** A policy's rules, those that take away first. */
export function standingRules(
  name: StandingPolicyName,
  authorityIds: readonly string[],
): { readonly denials: readonly GrantTerms[]; readonly grants: readonly GrantTerms[] } {
  const { denies, grants }: StandingPolicy = STANDING_POLICIES[name];
  return {
    denials: denies.map((terms) => ({ effect: 'deny', authorityId: ANY, ...terms })),
    grants: authorityIds.flatMap((authorityId) => grants.map((terms) => ({ authorityId, ...terms }))),
  };
}
