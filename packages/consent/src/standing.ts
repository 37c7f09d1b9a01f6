import type { StatementBody } from '@careledger/contracts';
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

export const STANDING_POLICY_NAMES = Object.keys(STANDING_POLICIES) as StandingPolicyName[];

/** Why a policy cannot be for these; undefined where it can. */
export function namingFault(name: StandingPolicyName, authorityIds: readonly string[]): string | undefined {
  const { grants }: StandingPolicy = STANDING_POLICIES[name];
  if (grants.length > 0 && authorityIds.length === 0) return `${name} is for somebody: say for whom`;
  if (grants.length === 0 && authorityIds.length > 0) return `${name} is about everybody: name nobody`;
  return undefined;
}

/**
 * Why rules that a patient has signed are not this version of a policy, whomever they name; undefined where they are.
 * @param rules bodies of the grants and denials, in any order
 */
export function standingFault(
  { name, version }: { readonly name: StandingPolicyName; readonly version: number },
  rules: readonly StatementBody<'grant'>[],
): string | undefined {
  if (STANDING_POLICIES[name].version !== version)
    return `${name} has the version ${STANDING_POLICIES[name].version}, not ${version}`;
  const named = rules.filter(({ effect }) => effect !== 'deny').map(({ authorityId }) => authorityId);
  const authorityIds = [...new Set(named)];
  const fault = namingFault(name, authorityIds);
  if (fault !== undefined) return fault;
  const { denials, grants } = standingRules(name, authorityIds);
  const wanted = [...denials, ...grants].map(ruleKey).sort();
  const signed = rules.map((rule) => (isOfEverything(rule) ? ruleKey(rule) : '')).sort();
  const isSame = wanted.length === signed.length && wanted.every((key, index) => key === signed[index]);
  return isSame ? undefined : `The rules that are signed are not those of ${name}, version ${version}`;
}

/** What of a rule a policy says, and about whom. */
const ruleKey = ({
  effect,
  authorityId,
  permissions,
  purposes,
}: Pick<GrantTerms, 'effect' | 'authorityId' | 'permissions' | 'purposes'>): string =>
  JSON.stringify([effect ?? null, authorityId, [...permissions].sort(), [...purposes].sort()]);

/** About all records and anybody there, without an end, and no answer to a request. */
const isOfEverything = (rule: StatementBody<'grant'>): boolean =>
  rule.scopeTags.length === 0 &&
  rule.granteeTags.length === 0 &&
  !rule.delegable &&
  [rule.until, rule.period, rule.subscriptionId, rule.path, rule.copy, rule.detail].every(
    (limit) => limit === undefined,
  );

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
