import type { GrantState } from '@careledger/contracts';

/** A grant that lets a copy be kept, as far as it says when that has to be destroyed. */
type CopyGrant = Pick<GrantState, 'copy' | 'until' | 'revokedAt' | 'copyEnd'>;

/** When a grant ended: by a revocation, or by its own end where that is over. Undefined while it stands. */
export function endOf(
  { until, revokedAt }: Pick<CopyGrant, 'until' | 'revokedAt'>,
  atMs: number,
): string | undefined {
  const isOver = until !== undefined && Date.parse(until) <= atMs;
  if (revokedAt === undefined || !isOver) return revokedAt ?? (isOver ? until : undefined);
  return Date.parse(revokedAt) < Date.parse(until) ? revokedAt : until;
}

/** Since when an authority owes the word that its copy is destroyed. Undefined where it owes none. */
export const copyEndOwedSince = (grant: CopyGrant, atMs: number): string | undefined =>
  grant.copy === undefined || grant.copyEnd !== undefined ? undefined : endOf(grant, atMs);
