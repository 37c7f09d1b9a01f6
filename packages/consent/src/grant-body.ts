import type { StatementBody } from '@careledger/contracts';
import { timestampOf, type Permission, type PurposeOfUse } from '@careledger/domain';
import type { GrantMeaning } from '@careledger/protocol/sealed';
import type { MeaningTerms } from './meaning.js';

/** What the patient gives, in words. */
export interface GrantTerms extends MeaningTerms {
  readonly permissions: readonly Permission[];
  readonly purposes: readonly PurposeOfUse[];
  readonly from?: string | undefined;
  readonly until?: string | undefined;
  readonly delegable?: boolean | undefined;
  /** Who is told of an emergency first; 1 unless said. */
  readonly noticeRank?: number | undefined;
  readonly subscriptionId?: string | undefined;
}

/** A grant as its statement says it. @param made `sealed`: {@link GrantMeaning} for the authority alone */
export function grantBody(
  terms: GrantTerms,
  made: {
    readonly meaning: GrantMeaning;
    readonly sealed: string;
    readonly policySeq: number;
    /** When it begins unless the terms say. */
    readonly nowMs: number;
  },
): StatementBody<'grant'> {
  const { authorityId, permissions, purposes, from, until, delegable, noticeRank, subscriptionId } = terms;
  const { meaning, sealed, policySeq, nowMs } = made;
  return {
    policySeq,
    authorityId,
    granteeTags: meaning.grantee.map(({ tag }) => tag),
    permissions: [...permissions],
    scopeTags: meaning.scope.map(({ tag }) => tag),
    purposes: [...purposes],
    from: from ?? timestampOf(nowMs),
    ...(until !== undefined && { until }),
    delegable: delegable ?? false,
    ...(noticeRank !== undefined && { noticeRank }),
    ...(subscriptionId !== undefined && { subscriptionId }),
    sealed,
  };
}
