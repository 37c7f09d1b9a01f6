import {
  Id128,
  IncludesDetail,
  Permission,
  PublicKey,
  PurposeOfUse,
  Timestamp,
  closedObject as body,
} from '@careledger/domain';
import { Type, type Static } from 'typebox';
import { DELEGATION_DEPTH_MAX } from '../limits.js';
import { Sealed, ScopeTags, CompactJws, PolicySeq, DelegationPath } from './parts.js';

/** What a delegate may decide: `approve` what an authority has asked for (or turn it down), `grant` besides, `deny`, `revoke`. */
export const DelegatedAct = Type.Union([
  Type.Literal('approve'),
  Type.Literal('grant'),
  Type.Literal('deny'),
  Type.Literal('revoke'),
]);
export type DelegatedAct = Static<typeof DelegatedAct>;
export const DelegateKind = Type.Union([Type.Literal('carer'), Type.Literal('guardian')]);

/** What a delegation allows, and until when. */
export const delegationTerms = {
  /** A guardian is appointed by the patient alone, for 12 months at most. */
  kind: DelegateKind,
  /** The delegate's for this patient, and for no other: two delegations of one person have nothing in common. */
  key: PublicKey,
  acts: Type.Array(DelegatedAct, { uniqueItems: true }),
  /** What its grants may give, and its denials take. */
  permissions: Type.Array(Permission, { minItems: 1, uniqueItems: true }),
  purposes: Type.Array(PurposeOfUse, { minItems: 1, uniqueItems: true }),
  /** Which records they may be about; empty: all. */
  scopeTags: ScopeTags,
  /** Its grants may include the single measured values. */
  detail: Type.Optional(IncludesDetail),
  until: Timestamp,
  /** How many others may follow it: 0, it appoints nobody. */
  further: Type.Integer({ minimum: 0, maximum: DELEGATION_DEPTH_MAX - 1 }),
};
/** By the patient, or by a delegate that may appoint others. The statement's `sid` is the delegation's id. */
export const DelegateBody = body({
  policySeq: PolicySeq,
  ...delegationTerms,
  keyProof: CompactJws,
  /** To the patient: who it is. */
  sealed: Type.Optional(Sealed),
  path: Type.Optional(DelegationPath),
});
/** By the patient, by a delegate before it in its path, or by the delegate itself. */
export const EndDelegationBody = body({
  policySeq: PolicySeq,
  delegationId: Id128,
  /** Whether what it and those after it have granted ends as well. */
  endGrants: Type.Boolean(),
  path: Type.Optional(DelegationPath),
});
