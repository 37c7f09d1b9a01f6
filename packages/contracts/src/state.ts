import {
  AuthorityId,
  AuthorityKind,
  CopyTerms,
  Id128,
  IncludesDetail,
  MspId,
  PatientId,
  Period,
  Permission,
  PractitionerId,
  ProviderId,
  PublicKey,
  PurposeOfUse,
  RecordId,
  RecordKind,
  RecordSeed,
  RecordVersion,
  RuleSubject,
  Sha256,
  Tag,
  TagGroups,
  Timestamp,
  TxId,
} from '@careledger/domain';
import { Type, type Static } from 'typebox';
import { TAG_CONFIRMATIONS_KEPT } from './limits.js';
import { AttestationBody } from './statements/attestation.js';
import { AnchorReadingsBody, AttestCopyEndBody } from './statements/copies.js';
import { AttestWrapsBody } from './statements/records.js';
import { delegationTerms } from './statements/delegations.js';
import { CompactJws, DelegationPath, GrantEffect, NoticeRank, Sealed } from './statements/parts.js';
import { RecoveryReason } from './statements/recoveries.js';
import { VisitBody } from './statements/visits.js';

/**
 * What lies in the world state, as queries return it. Times are transaction timestamps (the client's clock, held by
 * the peers to 2 min of theirs).
 */

/** A key that was current for a while; `until` is absent while it is. Old keys stay, so that old signatures verify. */
export const KeyPeriod = Type.Object({ key: PublicKey, from: Timestamp, until: Type.Optional(Timestamp) });
export type KeyPeriod = Static<typeof KeyPeriod>;

export const PatientState = Type.Object({
  patientId: PatientId,
  consentKeys: Type.Array(KeyPeriod),
  gatewayKeys: Type.Array(KeyPeriod),
  encryptionKeys: Type.Array(KeyPeriod),
  /** SHA-256 of the certificate that sponsored the registration, lower-case hex. */
  sponsor: Type.String(),
  registeredAt: Timestamp,
});
export type PatientState = Static<typeof PatientState>;

export const AuthorityState = Type.Object({
  authorityId: AuthorityId,
  mspId: MspId,
  kind: AuthorityKind,
  signingKeys: Type.Array(KeyPeriod),
  encryptionKeys: Type.Array(KeyPeriod),
  breakGlassKeys: Type.Array(KeyPeriod),
  endpoint: Type.Optional(Type.String()),
  registeredAt: Timestamp,
});
export type AuthorityState = Static<typeof AuthorityState>;

export const ProviderState = Type.Object({
  providerId: ProviderId,
  mspId: MspId,
  signingKeys: Type.Array(KeyPeriod),
  encryptionKeys: Type.Array(KeyPeriod),
  endpoint: Type.String(),
  registeredAt: Timestamp,
});
export type ProviderState = Static<typeof ProviderState>;

export const PractitionerState = Type.Object({
  authorityId: AuthorityId,
  practitionerId: PractitionerId,
  signingKeys: Type.Array(KeyPeriod),
  role: Type.String(),
  active: Type.Boolean(),
});
export type PractitionerState = Static<typeof PractitionerState>;

export const AttestorState = Type.Object({
  mspId: MspId,
  key: PublicKey,
  registeredAt: Timestamp,
  /** Present once withdrawn: what it attested before stands. */
  withdrawnAt: Type.Optional(Timestamp),
});
export type AttestorState = Static<typeof AttestorState>;

/** Of a consent key among the patient's: 0 for the one that was registered. */
const PolicyEpoch = Type.Integer({ minimum: 0 });

/** Written by every grant, revocation and rotation, read by every decision: what makes an overtaken permit fail MVCC. */
export const PolicyState = Type.Object({
  patientId: PatientId,
  /** Counts the changes; what a permit names. */
  version: Type.Integer({ minimum: 1 }),
  /** Counts the consent keys that took another's place: each numbers its decisions anew. Absent: 0. */
  epoch: Type.Optional(PolicyEpoch),
  /** Highest policySeq that a revoke-all has named, in the newest epoch that has one; 0 for none. */
  revokedThroughSeq: Type.Integer({ minimum: 0 }),
  /** The epoch of that one. Absent: 0. */
  revokedThroughEpoch: Type.Optional(PolicyEpoch),
  /** Chain over the statements that made the versions up to this one, in this channel's order (`packages/policy`). */
  hash: Sha256,
});
export type PolicyState = Static<typeof PolicyState>;

/** The version of a patient's policy as a query gives it: 0 before the first change. */
export const PolicyVersion = Type.Object({
  patientId: PatientId,
  version: Type.Integer({ minimum: 0 }),
  hash: Sha256,
});
export type PolicyVersion = Static<typeof PolicyVersion>;

/** When a version of a patient's policy began. */
export const PolicyChangeState = Type.Object(
  {
    patientId: PatientId,
    version: Type.Integer({ minimum: 1 }),
    at: Timestamp,
    txId: TxId,
    hash: Sha256,
    /** Whether it took something away: a revocation, a revoke-all, a denial, the end of a delegation with its grants. */
    takesAway: Type.Boolean(),
  },
  { title: 'PolicyChangeState' },
);
export type PolicyChangeState = Static<typeof PolicyChangeState>;

/** The word of an authority that what a grant let it keep a copy of is destroyed. */
export const CopyEndState = Type.Object(
  {
    ...Type.Pick(AttestCopyEndBody, ['left', 'destroyedAt']).properties,
    /** The authority's, compact JWS. */
    statement: Type.String(),
    recordedAt: Timestamp,
    txId: TxId,
  },
  { title: 'CopyEnd' },
);

export const GrantState = Type.Object(
  {
    patientId: PatientId,
    grantId: Id128,
    /**
     * Place among the patient's own decisions; of what a delegate made, that of the patient's appointment which it rests
     * on.
     */
    policySeq: Type.Integer(),
    /** In which epoch of the patient's policy that number counts. Absent: 0. */
    epoch: Type.Optional(PolicyEpoch),
    /** Of what a delegate made: by which delegations, and its own number. */
    path: Type.Optional(DelegationPath),
    delegateSeq: Type.Optional(Type.Integer()),
    /** `deny`: a denial, which takes away. */
    effect: Type.Optional(GrantEffect),
    /** `*` in a denial that is about any authority. */
    authorityId: RuleSubject,
    granteeTags: Type.Array(Tag),
    permissions: Type.Array(Permission),
    scopeTags: Type.Array(Tag),
    purposes: Type.Array(PurposeOfUse),
    from: Timestamp,
    until: Type.Optional(Timestamp),
    period: Type.Optional(Period),
    delegable: Type.Boolean(),
    noticeRank: Type.Optional(NoticeRank),
    /** The authority may keep a copy of what it may read. */
    copy: Type.Optional(CopyTerms),
    /** It covers records of kind `detail` as well. */
    detail: Type.Optional(IncludesDetail),
    subscriptionId: Type.Optional(Id128),
    askedScopeHash: Type.Optional(Sha256),
    /** It gives less than its subscription asks for. */
    isInPart: Type.Optional(Type.Literal(true)),
    sealed: Type.Optional(Sealed),
    recordedAt: Timestamp,
    txId: TxId,
    /** Present once revoked, singly or by a revoke-all. */
    revokedAt: Type.Optional(Timestamp),
    /** Present once the authority has said that its copy is destroyed; on channel `authorities`. */
    copyEnd: Type.Optional(CopyEndState),
  },
  { title: 'GrantState' },
);
export type GrantState = Static<typeof GrantState>;

/**
 * What became of a request. `approved-in-part`: by a grant that gives less. `lapsed`: nobody answered by `lapsesAt`; time
 * alone makes it so, without a transaction.
 */
export const SubscriptionStatus = Type.Union([
  Type.Literal('pending'),
  Type.Literal('approved'),
  Type.Literal('approved-in-part'),
  Type.Literal('rejected'),
  Type.Literal('cancelled'),
  Type.Literal('lapsed'),
]);
export type SubscriptionStatus = Static<typeof SubscriptionStatus>;

/** Somebody who decides for a patient, within what is written here. */
export const DelegationState = Type.Object(
  {
    patientId: PatientId,
    delegationId: Id128,
    /** Place among the patient's own decisions; of a further delegate's, that of the appointment which it rests on. */
    policySeq: Type.Integer(),
    /** As of a grant. */
    epoch: Type.Optional(PolicyEpoch),
    ...delegationTerms,
    sealed: Type.Optional(Sealed),
    /** What the delegate names when it signs: its own id last. */
    path: DelegationPath,
    appointedAt: Timestamp,
    txId: TxId,
    /** Present once it was ended: by itself, with one before it in the path, or by a revoke-all. */
    endedAt: Type.Optional(Timestamp),
  },
  { title: 'DelegationState' },
);
export type DelegationState = Static<typeof DelegationState>;

/** A consent key that two organisations vouch for, on its way to take the place of the one in force. */
export const RecoveryState = Type.Object(
  {
    patientId: PatientId,
    recoveryId: Id128,
    reason: RecoveryReason,
    newKey: PublicKey,
    openedBy: AuthorityId,
    openedAt: Timestamp,
    /** Present once an organisation of the other role has vouched for the same key. */
    confirmedBy: Type.Optional(AuthorityId),
    confirmedAt: Type.Optional(Timestamp),
    /** The new key may take over from then on. Present once it is confirmed. */
    takesEffectAt: Type.Optional(Timestamp),
    /** It is over then, whatever it lacks: 7 days after the last organisation's word. */
    lapsesAt: Timestamp,
    /** Present once the key that was said to be lost has objected. */
    objectedAt: Type.Optional(Timestamp),
    /** Present once the new key is in force, or was. */
    tookOverAt: Type.Optional(Timestamp),
    /** The organisations' words and then the takeover, as they were signed: what proves the new key where no ledger is. */
    statements: Type.Array(CompactJws, { minItems: 1, maxItems: 3 }),
  },
  { title: 'RecoveryState' },
);
export type RecoveryState = Static<typeof RecoveryState>;

export const SubscriptionState = Type.Object(
  {
    subscriptionId: Id128,
    patientId: PatientId,
    authorityId: AuthorityId,
    permissions: Type.Array(Permission),
    purposes: Type.Array(PurposeOfUse),
    until: Type.Optional(Timestamp),
    /** Salted hash of the records that it asks for; absent: every record. */
    scopeHash: Type.Optional(Sha256),
    /** It asks to keep a copy. */
    copy: Type.Optional(CopyTerms),
    /** It asks for the single measured values. */
    detail: Type.Optional(IncludesDetail),
    answerBy: Type.Optional(Timestamp),
    sealed: Type.Optional(Sealed),
    status: SubscriptionStatus,
    grantId: Type.Optional(Id128),
    requestedAt: Timestamp,
    /** When it lapses unless it is answered before. */
    lapsesAt: Timestamp,
    decidedAt: Type.Optional(Timestamp),
  },
  { title: 'SubscriptionState' },
);
export type SubscriptionState = Static<typeof SubscriptionState>;

/** What the patient's gateway found in a version that another author made. It counts instead of the author's tags. */
export const TagConfirmation = Type.Object({
  seq: Type.Integer({ minimum: 1 }),
  tagGroups: TagGroups,
  /** A resource in it names no category: a denial by what records hold may be about it still. */
  uncategorised: Type.Optional(Type.Literal(true)),
  at: Timestamp,
  txId: TxId,
});
export type TagConfirmation = Static<typeof TagConfirmation>;

/** What both channels have of a version. */
const versionProperties = {
  patientId: PatientId,
  recordId: RecordId,
  seed: RecordSeed,
  version: RecordVersion,
  prevVersionHash: Type.Union([Sha256, Type.Null()]),
  /** PatientId or AuthorityId. */
  author: Type.Union([PatientId, AuthorityId]),
  kind: RecordKind,
  period: Period,
  providerId: ProviderId,
  manifestHash: Sha256,
  /** The author's word. */
  tagGroups: TagGroups,
  /** The newest last; absent where there is none, as for all that the patient's gateway has made itself. */
  confirmations: Type.Optional(
    Type.Array(TagConfirmation, { minItems: 1, maxItems: TAG_CONFIRMATIONS_KEPT }),
  ),
};

/** One version of a record on channel `cloud`. */
export const StoredRecordState = Type.Object({
  ...versionProperties,
  ciphertextSha256: Sha256,
  sizeBytes: Type.Integer(),
  storedAt: Timestamp,
  txId: TxId,
});
export type StoredRecordState = Static<typeof StoredRecordState>;

/** A provider that has stored records of a patient, and its newest word on whose wraps it holds. */
export const WrapHolderState = Type.Object(
  {
    patientId: PatientId,
    providerId: ProviderId,
    heldSince: Timestamp,
    attested: Type.Union([
      Type.Object({
        ...Type.Omit(AttestWrapsBody, ['patientId']).properties,
        /** The provider's, compact JWS. */
        statement: Type.String(),
        recordedAt: Timestamp,
        txId: TxId,
      }),
      Type.Null(),
    ]),
  },
  { title: 'WrapHolderState' },
);
export type WrapHolderState = Static<typeof WrapHolderState>;

/** One version of a record on channel `authorities`. */
export const AnnouncedRecordState = Type.Object(
  {
    ...versionProperties,
    storeTxId: TxId,
    announcedAt: Timestamp,
    txId: TxId,
  },
  { title: 'AnnouncedRecordState' },
);
export type AnnouncedRecordState = Static<typeof AnnouncedRecordState>;

export const HeadState = Type.Object(
  {
    patientId: PatientId,
    height: Type.Integer({ minimum: 0 }),
    hash: Sha256,
    prevHeight: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]),
    prevHash: Type.Union([Sha256, Type.Null()]),
    anchoredAt: Timestamp,
    txId: TxId,
  },
  { title: 'HeadState' },
);
export type HeadState = Static<typeof HeadState>;

/** One anchored day of an authority's log of who read its copies. */
export const ReadingAnchorState = Type.Object(
  { authorityId: AuthorityId, ...AnchorReadingsBody.properties, anchoredAt: Timestamp, txId: TxId },
  { title: 'ReadingAnchor' },
);
export type ReadingAnchorState = Static<typeof ReadingAnchorState>;

/** Why and how a request is decided. `policyVersion` 0: the patient has never granted anything. */
export const Ruling = Type.Object(
  {
    decision: Type.Union([Type.Literal('permit'), Type.Literal('deny')]),
    /** `GRANT`, `OWNER` or `AUTHOR` for a permit; a DenialCode for a denial. */
    reason: Type.String(),
    policyVersion: Type.Integer({ minimum: 0 }),
    /** Of a permit its grant, of a denial by rule the rule. */
    grantId: Type.Optional(Id128),
    /** When the grant ends by its own terms: a permit ends with it. */
    until: Type.Optional(Timestamp),
  },
  { title: 'Ruling' },
);
export type Ruling = Static<typeof Ruling>;

/** A ruling of a ledger: it names the statements on which it rests. */
export const Decision = Type.Object(
  {
    ...Ruling.properties,
    /** Of the version of the patient's policy. */
    policyHash: Sha256,
  },
  { title: 'Decision' },
);
export type Decision = Static<typeof Decision>;

/**
 * An access as it stands on channel `cloud`: who asked for what, when, and the answer. `request`: written by
 * `RequestAccess` before any release. `notice`: an authority's word that it showed a direct emergency notice to
 * somebody, with what the ledger says to that afterwards; `deny` is for the patient to see.
 */
export const AccessState = Type.Object(
  {
    patientId: PatientId,
    basis: Type.Union([Type.Literal('request'), Type.Literal('notice')]),
    /** `sid` of the access request, or of the notice reading. */
    requestSid: Id128,
    requester: Type.Union([PatientId, AuthorityId]),
    practitionerId: Type.Optional(PractitionerId),
    recordId: RecordId,
    /** Absent where no such version is stored. */
    version: Type.Optional(RecordVersion),
    purpose: PurposeOfUse,
    /** Provider that submitted the request: the one that it names as its relay. Absent for a notice. */
    throughProviderId: Type.Optional(ProviderId),
    /** Provider that holds the version and may release it. Present for a permit. */
    releasingProviderId: Type.Optional(ProviderId),
    decision: Type.Union([Type.Literal('permit'), Type.Literal('deny')]),
    reason: Type.String(),
    policyVersion: Type.Integer({ minimum: 0 }),
    /** Of that version: a chain over the statements that made it. */
    policyHash: Sha256,
    grantId: Type.Optional(Id128),
    at: Timestamp,
    /**
     * A release must start before this: PERMIT_RELEASE_WINDOW_S after `at`, or the end of the grant. Absent for a denial
     * and for a notice.
     */
    releaseBefore: Type.Optional(Timestamp),
    /** Of a notice: when its content was shown, by the authority's word. */
    readAt: Type.Optional(Timestamp),
    txId: TxId,
  },
  { title: 'AccessState' },
);
export type AccessState = Static<typeof AccessState>;

export const VisitState = Type.Object(
  {
    ...VisitBody.properties,
    visitId: Id128,
    authorityId: AuthorityId,
    /** True with the patient's signed check-in code. */
    confirmed: Type.Boolean(),
    recordedAt: Timestamp,
    txId: TxId,
    /** On channel `cloud`: the provider that relayed it. */
    relayedBy: Type.Optional(ProviderId),
  },
  { title: 'VisitState' },
);
export type VisitState = Static<typeof VisitState>;

/** `statement` is the attestation itself (compact JWS), which proofs embed and their verifiers check. */
export const AttestationState = Type.Object({
  ...AttestationBody.properties,
  mspId: MspId,
  statement: Type.String(),
  recordedAt: Timestamp,
});
export type AttestationState = Static<typeof AttestationState>;

export const ForkState = Type.Object(
  {
    patientId: PatientId,
    height: Type.Integer({ minimum: 0 }),
    /** The two blocks, canonical JSON as given. */
    blocks: Type.Tuple([Type.String(), Type.String()]),
    /** Gateway keys that anchor no more on account of this evidence. */
    convicted: Type.Array(PublicKey),
    reportedAt: Timestamp,
    txId: TxId,
  },
  { title: 'ForkState' },
);
export type ForkState = Static<typeof ForkState>;
