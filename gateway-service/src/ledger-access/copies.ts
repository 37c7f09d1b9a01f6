import { COPY_DESTROYED_WITHIN_S, accessControl, type GrantState } from '@careledger/contracts';
import type { PurposeOfUse } from '@careledger/domain';
import { allRows } from '@careledger/ledger';
import { copyEndOwedSince, endOf } from '@careledger/policy';
import type { LedgerReader } from './ledger-link.js';

/** A copy that a grant lets, or let, an authority keep: whether it has attested that it is destroyed, or owes that. */
export interface HeldCopy extends Pick<GrantState, 'grantId'> {
  readonly authorityId: string;
  readonly purpose: PurposeOfUse;
  readonly since: string;
  /** Null while the grant stands. */
  readonly endedAt: string | null;
  /** The authority's word that it is destroyed. */
  readonly attested: NonNullable<GrantState['copyEnd']> | null;
  readonly owed: { readonly since: string; readonly isOverdue: boolean } | null;
}

/** Every copy of a patient's that a grant lets or let be kept, by `authorities`. @throws LedgerError */
export async function copiesOf(ledger: LedgerReader, patientId: string, nowMs: number): Promise<HeldCopy[]> {
  const grants = await allRows((page) =>
    ledger.channel('authorities').evaluate(accessControl, 'ListGrants', { patientId, ...page }),
  );
  return grants.flatMap((grant): HeldCopy[] => {
    const { grantId, authorityId, copy, from, copyEnd = null } = grant;
    if (copy === undefined) return [];
    const owedSince = copyEndOwedSince(grant, nowMs);
    const isOverdue =
      owedSince !== undefined && nowMs - Date.parse(owedSince) > COPY_DESTROYED_WITHIN_S * 1000;
    return [
      {
        ...{ grantId, authorityId, purpose: copy.purpose, since: from, attested: copyEnd },
        endedAt: endOf(grant, nowMs) ?? null,
        owed: owedSince === undefined ? null : { since: owedSince, isOverdue },
      },
    ];
  });
}
