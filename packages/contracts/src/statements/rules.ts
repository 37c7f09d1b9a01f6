import {
  CopyTerms,
  Id128,
  IncludesDetail,
  Period,
  Permission,
  PurposeOfUse,
  RuleSubject,
  Sha256,
  Timestamp,
  closedObject as body,
} from '@careledger/domain';
import { Type } from 'typebox';
import { Sealed, ScopeTags, NoticeRank, GrantEffect, PolicySeq, DelegationPath } from './parts.js';

/**
 * Patient → authority. The statement's `sid` is the grant's id. `scopeTags` empty means: every record of the patient.
 * `granteeTags` empty means: anybody within the authority. `sealed` tells the authority in JSON what its tags mean. A
 * denial is a grant with `effect`: it takes away what it names, whatever else gives it.
 */
export const GrantBody = body({
  policySeq: PolicySeq,
  /** Absent: it gives. */
  effect: Type.Optional(GrantEffect),
  /** A denial may be about any authority. */
  authorityId: RuleSubject,
  granteeTags: ScopeTags,
  permissions: Type.Array(Permission, { minItems: 1, uniqueItems: true }),
  scopeTags: ScopeTags,
  purposes: Type.Array(PurposeOfUse, { minItems: 1, uniqueItems: true }),
  from: Timestamp,
  until: Type.Optional(Timestamp),
  /** Of which time the records are: of a grant those within, of a denial those that touch it. */
  period: Type.Optional(Period),
  delegable: Type.Boolean(),
  /** Who is told of an emergency first: those of rank 1, or without one; the next where nobody acknowledges in time. */
  noticeRank: Type.Optional(NoticeRank),
  /** It lets the authority keep a copy. Only in answer to a request that asks for this one. */
  copy: Type.Optional(CopyTerms),
  /** It covers the single measured values as well. No denial says it: one is about those as about all else. */
  detail: Type.Optional(IncludesDetail),
  /** The subscription that this grant approves, wholly or in part. */
  subscriptionId: Type.Optional(Id128),
  /** `scopeHash` of the request that the patient was shown: it has to be that of the subscription. */
  askedScopeHash: Type.Optional(Sha256),
  /** It gives less than was asked for. The ledger sees that by itself, but for the records that it is about. */
  isInPart: Type.Optional(Type.Literal(true)),
  sealed: Type.Optional(Sealed),
  path: Type.Optional(DelegationPath),
});

export const RevokeBody = body({ policySeq: PolicySeq, grantId: Id128, path: Type.Optional(DelegationPath) });
/** Voids every grant with a lower or equal policySeq, whenever it arrives. */
export const RevokeAllBody = body({ policySeq: PolicySeq });
