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
  const covering = isDenial(grant)
    ? []
    : revocations.filter((each) => isRevokedThrough(grant, throughOf(each)));
  const ends = covering.map(({ at }) => at);
  if (grant.revokedAt !== undefined) ends.push(grant.revokedAt);
  return ends.reduce<string | undefined>(
    (first, at) => (first === undefined || Date.parse(at) < Date.parse(first) ? at : first),
    undefined,
  );
}

/** A revoke-all as a policy would have it that knows no other. */
export const throughOf = ({ policySeq, epoch }: RevokeAllState): RevokedThrough => ({
  revokedThroughSeq: policySeq,
  ...(epoch !== undefined && { revokedThroughEpoch: epoch }),
});
