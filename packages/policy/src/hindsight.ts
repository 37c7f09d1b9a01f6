import type { DenialCode, GrantState, TagConfirmation } from '@careledger/contracts';
import type { PurposeOfUse } from '@careledger/domain';
import { whatIsMissing, type GrantTerms, type RecordTerms } from './coverage.js';
import { isDenial } from './rule.js';

/** What of a rule says when the ledger knew it. */
type Recorded = Pick<GrantState, 'recordedAt' | 'revokedAt' | 'copyEnd'>;

/** The rule as the ledger had it at a time: undefined before it came and once it was revoked. */
export function asOf<Rule extends Recorded>(
  rule: Rule,
  atMs: number,
): (Omit<Rule, 'revokedAt' | 'copyEnd'> & Pick<Recorded, 'copyEnd'>) | undefined {
  const { revokedAt, copyEnd, ...known } = rule;
  const isRevoked = revokedAt !== undefined && Date.parse(revokedAt) <= atMs;
  if (isRevoked || Date.parse(rule.recordedAt) > atMs) return undefined;
  const isSaid = copyEnd !== undefined && Date.parse(copyEnd.recordedAt) <= atMs;
  return { ...known, ...(isSaid && { copyEnd }) };
}

/** What of a version's confirmations the ledger had at a time; the oldest are not kept, and count as none. */
export function confirmationsAsOf(
  confirmations: readonly TagConfirmation[] | undefined,
  atMs: number,
): TagConfirmation[] {
  return (confirmations ?? []).filter(({ at }) => Date.parse(at) <= atMs);
}

/**
 * Why a grant did not give a reading: each condition that it did not meet. Who within the authority asked is in the request
 * alone, which no state keeps: that condition is taken as met, so a grant of which nothing is missing failed by it.
 */
export function missingForReading(
  grant: GrantTerms,
  read: RecordTerms & { readonly purpose: PurposeOfUse },
  atMs: number,
): DenialCode[] {
  if (isDenial(grant)) return [];
  const { granteeTags } = grant;
  return whatIsMissing(grant, { ...read, granteeTags, permission: 'read' }, atMs);
}
