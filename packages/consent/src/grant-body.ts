import type { StatementBody } from '@careledger/contracts';
import {
  timestampOf,
  type CopyTerms,
  type Period,
  type Permission,
  type PurposeOfUse,
} from '@careledger/domain';
import type { CopyUnit, GrantMeaning } from '@careledger/protocol/sealed';
import type { MeaningTerms } from './meaning.js';

/** Of a copy that the authority may keep: what the ledger has of it, and what that stands for. */
export interface AllowedCopy extends CopyTerms, CopyUnit {}

/** What the patient gives, or denies, in words. In a denial `authorityId` `*` stands for any authority. */
export interface GrantTerms extends MeaningTerms {
  readonly effect?: 'deny' | undefined;
  readonly permissions: readonly Permission[];
  readonly purposes: readonly PurposeOfUse[];
  readonly from?: string | undefined;
  readonly until?: string | undefined;
  /** Of which time the records are. None: of any. */
  readonly period?: Period | undefined;
  readonly delegable?: boolean | undefined;
  /** Who is told of an emergency first; 1 unless said. */
  readonly noticeRank?: number | undefined;
  /** As its subscription asks for it; none without one. */
  readonly copy?: AllowedCopy | undefined;
  /** With the single measured values. */
  readonly detail?: true | undefined;
  readonly subscriptionId?: string | undefined;
  /** Of the records that its subscription asks for, as the patient was shown them. */
  readonly askedScopeHash?: string | undefined;
  /** It gives less than its subscription asks for. */
  readonly isInPart?: true | undefined;
}

/**
 * A grant or denial as its statement says it.
 * @param made `sealed`: {@link GrantMeaning} for the authority alone; a denial to any has none
 */
export function grantBody(
  terms: GrantTerms,
  made: {
    readonly meaning: GrantMeaning;
    readonly sealed: string | undefined;
    readonly policySeq: number;
    /** When it begins unless the terms say. */
    readonly nowMs: number;
  },
): StatementBody<'grant'> {
  const { effect, authorityId, permissions, purposes, from, until, period } = terms;
  const { delegable, noticeRank, copy, detail, subscriptionId, askedScopeHash, isInPart } = terms;
  const { meaning, sealed, policySeq, nowMs } = made;
  return {
    policySeq,
    ...(effect !== undefined && { effect }),
    authorityId,
    granteeTags: meaning.grantee.map(({ tag }) => tag),
    permissions: [...permissions],
    scopeTags: meaning.scope.map(({ tag }) => tag),
    purposes: [...purposes],
    from: from ?? timestampOf(nowMs),
    ...(until !== undefined && { until }),
    ...(period !== undefined && { period }),
    delegable: delegable ?? false,
    ...(noticeRank !== undefined && { noticeRank }),
    ...(copy !== undefined && { copy: { purpose: copy.purpose, unitHash: copy.unitHash } }),
    ...(detail !== undefined && { detail }),
    ...(subscriptionId !== undefined && { subscriptionId }),
    ...(askedScopeHash !== undefined && { askedScopeHash }),
    ...(isInPart !== undefined && { isInPart }),
    ...(sealed !== undefined && { sealed }),
  };
}
