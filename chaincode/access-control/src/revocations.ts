import type { StateReader } from '@careledger/chaincode-runtime';
import type { GrantState } from '@careledger/contracts';
import { isDenial, isRevokedThrough, type RevokedThrough } from '@careledger/policy';
import { everyEntry } from './every-entry.js';
import { revokeAlls, type RevokeAllState } from './families.js';

/** All revoke-alls of a patient, oldest first. For evaluations. */
export async function revokeAllsOf(state: StateReader, patientId: string): Promise<RevokeAllState[]> {
  const found: RevokeAllState[] = [];
  for await (const { value } of everyEntry(state, revokeAlls.under(patientId))) found.push(value);
  return found;
}

/**
 * When a grant ended: by its own revocation or by the first revoke-all that covers it, which no denial ends by; undefined
 * while it stands.
 */
export function revokedAtOf(grant: GrantState, revocations: readonly RevokeAllState[]): string | undefined {
  const ends = isDenial(grant) ? [] : revokedThroughAt(grant, revocations);
  if (grant.revokedAt !== undefined) ends.push(grant.revokedAt);
  return earliestOf(ends);
}

/** When those revoke-alls were made that lie above a decision. */
export const revokedThroughAt = (
  decision: Pick<GrantState, 'epoch' | 'policySeq'>,
  revocations: readonly RevokeAllState[],
): string[] => revocations.filter((each) => isRevokedThrough(decision, throughOf(each))).map(({ at }) => at);

/** The first of several times; undefined of none. */
export const earliestOf = (times: readonly string[]): string | undefined =>
  [...times].sort((a, b) => Date.parse(a) - Date.parse(b))[0];

/** A revoke-all as a policy would have it that knows no other. */
const throughOf = ({ policySeq, epoch }: RevokeAllState): RevokedThrough => ({
  revokedThroughSeq: policySeq,
  ...(epoch !== undefined && { revokedThroughEpoch: epoch }),
});
