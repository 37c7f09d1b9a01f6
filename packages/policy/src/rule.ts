import type { GrantState, PolicyState } from '@careledger/contracts';
import { ANY } from '@careledger/domain';

/** Whether a rule of the patient takes away. */
export const isDenial = ({ effect }: Pick<GrantState, 'effect'>): boolean => effect === 'deny';

/** Whether a rule was made by somebody whom the patient, or a delegate, has appointed. */
const isByDelegate = ({ path }: Pick<GrantState, 'path'>): boolean => path !== undefined;

/** Whether a denial can take away what a grant gives: what the patient has granted no delegate denies. */
export const outweighs = (denial: Pick<GrantState, 'path'>, grant: Pick<GrantState, 'path'>): boolean =>
  !isByDelegate(denial) || isByDelegate(grant);

/** Whether a rule is about an authority. A grant names one; so may a denial, or none in particular. */
export const isAbout = (
  { effect, authorityId }: Pick<GrantState, 'effect' | 'authorityId'>,
  whom: string,
): boolean => authorityId === whom || (effect === 'deny' && authorityId === ANY);

/** What of a patient's policy says what a revoke-all lies above. */
export type RevokedThrough = Pick<PolicyState, 'revokedThroughSeq' | 'revokedThroughEpoch'>;

/**
 * Whether a revoke-all lies above a decision: one of a later epoch above all of those before it, whatever their numbers. So
 * what a former key has signed, a thief's too, voids nothing that the key after it signs.
 */
export const isRevokedThrough = (
  { epoch = 0, policySeq }: Pick<GrantState, 'epoch' | 'policySeq'>,
  { revokedThroughSeq, revokedThroughEpoch = 0 }: RevokedThrough,
): boolean =>
  epoch < revokedThroughEpoch || (epoch === revokedThroughEpoch && policySeq <= revokedThroughSeq);
