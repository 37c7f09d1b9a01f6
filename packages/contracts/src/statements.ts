import {
  AuthorityId,
  AuthorityKind,
  ChannelName,
  Id128,
  MspId,
  NetworkId,
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
  closedObject as body,
} from '@careledger/domain';
import { Type, type Static, type TSchema } from 'typebox';
import { DELEGATION_DEPTH_MAX, SCOPE_TAGS_MAX, SEALED_MAX_CHARS, RECORD_MAX_BYTES } from './limits.js';
import { StatedSettings } from './settings.js';

/** A compact JWE (RFC 7516) for those concerned. */
export const Sealed = Type.String({
  minLength: 1,
  maxLength: SEALED_MAX_CHARS,
  pattern: '^[A-Za-z0-9_.-]+$',
});
const ScopeTags = Type.Array(Tag, { maxItems: SCOPE_TAGS_MAX, uniqueItems: true });
/** A compact JWS as text. */
export const CompactJws = Type.String({
  minLength: 1,
  pattern: '^[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$',
});
/** What others reach must be TLS; plain HTTP only where nobody else can reach it: on the loopback interface. */
const EndpointUrl = Type.String({
  pattern:
    '^(?:https://[^/?#@\\s]+|http://(?:localhost|127\\.0\\.0\\.1|\\[::1\\])(?::[0-9]+)?)(?:/[^?#@\\s]*)?$',
  maxLength: 256,
});
/** Order of recipients, 1 first (as in FHIR, ContactPoint.rank). */
export const NoticeRank = Type.Integer({ minimum: 1, maximum: 9 });
/** What a grant does that does not give. */
export const GrantEffect = Type.Literal('deny');
const PolicySeq = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
/**
 * The delegations by which somebody signs for the patient, by their ids: the patient's own first, the signer's last. Absent
 * where the patient signs.
 */
export const DelegationPath = Type.Array(Id128, {
  minItems: 1,
  maxItems: DELEGATION_DEPTH_MAX,
  uniqueItems: true,
});
const Height = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

/**
 * Proof that the holder of a new key wants it registered: a JWS of type `careledger.key-proof+jws` signed by that key
 * over `{iss, aud, channels, sid, iat, body: {subject, key}}`, where `iss` and `subject` are the id that registers it.
 */
const KeyProofBody = body({ subject: Type.String({ minLength: 1, maxLength: 64 }), key: PublicKey });

/** Self-signed by the consent key; `iss` = the patient id that is its hash. */
const RegisterPatientBody = body({
  consentKey: PublicKey,
  gatewayKey: PublicKey,
  gatewayKeyProof: CompactJws,
  encryptionKey: PublicKey,
});

/** Signed by the current consent key; the new key is proved where it can sign. */
const RotatePatientKeyBody = body({
  use: Type.Union([Type.Literal('consent'), Type.Literal('gateway'), Type.Literal('encryption')]),
  newKey: PublicKey,
  newKeyProof: Type.Optional(CompactJws),
});

/** Self-signed by the signing key; `iss` = authorityId, which is the MSP ID's own. `endpoint` is where its api answers. */
const RegisterAuthorityBody = body({
  authorityId: AuthorityId,
  mspId: MspId,
  kind: AuthorityKind,
  signingKey: PublicKey,
  encryptionKey: PublicKey,
  breakGlassKey: Type.Optional(PublicKey),
  endpoint: Type.Optional(EndpointUrl),
});

/** Self-signed by the signing key; `iss` = providerId, which is the MSP ID's own. */
const RegisterProviderBody = body({
  providerId: ProviderId,
  mspId: MspId,
  signingKey: PublicKey,
  encryptionKey: PublicKey,
  endpoint: EndpointUrl,
});

/** Signed by the current signing key of an authority or provider. */
const RotateOrganisationKeyBody = body({
  use: Type.Union([Type.Literal('signing'), Type.Literal('encryption'), Type.Literal('break-glass')]),
  newKey: PublicKey,
  newKeyProof: Type.Optional(CompactJws),
});

/** Signed by the authority, which vouches for its practitioner. `role` is the authority's own word, e.g. `physician`. */
export const RegisterPractitionerBody = body({
  practitionerId: PractitionerId,
  signingKey: PublicKey,
  signingKeyProof: CompactJws,
  role: Type.String({ pattern: '^[a-z][a-z0-9-]{0,39}$' }),
  active: Type.Boolean(),
});

/** Self-signed by the attestor's key; `iss` = the MSP id. */
const RegisterAttestorBody = body({ mspId: MspId, key: PublicKey });

/**
 * Patient → authority. The statement's `sid` is the grant's id. `scopeTags` empty means: every record of the patient.
 * `granteeTags` empty means: anybody within the authority. `sealed` tells the authority in JSON what its tags mean. A
 * denial is a grant with `effect`: it takes away what it names, whatever else gives it.
 */
const GrantBody = body({
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
  /** The subscription that this grant approves, wholly or in part. */
  subscriptionId: Type.Optional(Id128),
  /** `scopeHash` of the request that the patient was shown: it has to be that of the subscription. */
  askedScopeHash: Type.Optional(Sha256),
  /** It gives less than was asked for. The ledger sees that by itself, but for the records that it is about. */
  isInPart: Type.Optional(Type.Literal(true)),
  sealed: Type.Optional(Sealed),
  path: Type.Optional(DelegationPath),
});

const RevokeBody = body({ policySeq: PolicySeq, grantId: Id128, path: Type.Optional(DelegationPath) });
/** Voids every grant with a lower or equal policySeq, whenever it arrives. */
const RevokeAllBody = body({ policySeq: PolicySeq });

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
  until: Timestamp,
  /** How many others may follow it: 0, it appoints nobody. */
  further: Type.Integer({ minimum: 0, maximum: DELEGATION_DEPTH_MAX - 1 }),
};
/** By the patient, or by a delegate that may appoint others. The statement's `sid` is the delegation's id. */
const DelegateBody = body({
  policySeq: PolicySeq,
  ...delegationTerms,
  keyProof: CompactJws,
  /** To the patient: who it is. */
  sealed: Type.Optional(Sealed),
  path: Type.Optional(DelegationPath),
});
/** By the patient, by whoever appointed the delegate, or by the delegate itself. */
const EndDelegationBody = body({
  policySeq: PolicySeq,
  delegationId: Id128,
  /** Whether what it and those after it have granted ends as well. */
  endGrants: Type.Boolean(),
  path: Type.Optional(DelegationPath),
});

/**
 * Authority → patient. The statement's `sid` is the subscription's id. `sealed` (to the patient) says why, and which records are
 * meant: the ledger has the salted hash of that.
 */
const RequestSubscriptionBody = body({
  patientId: PatientId,
  permissions: Type.Array(Permission, { minItems: 1, uniqueItems: true }),
  purposes: Type.Array(PurposeOfUse, { minItems: 1, uniqueItems: true }),
  until: Type.Optional(Timestamp),
  /** Absent: it asks for every record. */
  scopeHash: Type.Optional(Sha256),
  /** Until when it waits for the answer, SUBSCRIPTION_PENDING_MAX_S at most. */
  answerBy: Type.Optional(Timestamp),
  sealed: Type.Optional(Sealed),
});
/** By the patient. Approval is a grant that names the subscription. */
const RejectSubscriptionBody = body({ subscriptionId: Id128, path: Type.Optional(DelegationPath) });
/** By the authority. Ends notices; the grant ends by the patient's revocation or its own time. */
const CancelSubscriptionBody = body({ subscriptionId: Id128, patientId: PatientId });

/**
 * Signed by the requester: an authority, or the patient for records about the patient, with the consent key or the
 * gateway's, which opens what others have written. Which version is meant is looked up before: no next
 * version changes the one that is named, so that none overtakes the permit.
 */
const AccessRequestBody = body({
  patientId: PatientId,
  recordId: RecordId,
  version: RecordVersion,
  purpose: PurposeOfUse,
  granteeTags: ScopeTags,
  practitionerId: Type.Optional(PractitionerId),
  /** The provider through which it is made: no other can submit it or spend its permit. */
  relay: ProviderId,
});

/**
 * By an authority: it has shown the content of a direct emergency notice to somebody. It does not expire, since the
 * ledger may have been away; the chaincode writes down what it would have decided.
 */
const NoticeReadingBody = body({
  patientId: PatientId,
  recordId: RecordId,
  version: RecordVersion,
  /** Of the manifest that the notice carried. */
  manifestHash: Sha256,
  purpose: PurposeOfUse,
  granteeTags: ScopeTags,
  practitionerId: Type.Optional(PractitionerId),
  readAt: Timestamp,
  /** Whether the authority decided by its own peer, or, while that was away, by its mirror of the ledger. */
  decidedBy: Type.Union([Type.Literal('peer'), Type.Literal('mirror')]),
});

/** What the decision needs of an authority that writes; without them, `TREAT` and nobody in particular. */
const WritingAs = {
  purpose: Type.Optional(PurposeOfUse),
  granteeTags: Type.Optional(ScopeTags),
};

/** By the author of a version: the patient's gateway key, or an authority with the right to write. */
const StoreRecordBody = body({
  patientId: PatientId,
  recordId: RecordId,
  /** Of the record's id, by the author of version 1; the same in every version. */
  seed: RecordSeed,
  version: RecordVersion,
  /** SHA-256 of the previous version's manifest; null for version 1. */
  prevVersionHash: Type.Union([Sha256, Type.Null()]),
  kind: RecordKind,
  period: Period,
  providerId: ProviderId,
  manifestHash: Sha256,
  ciphertextSha256: Sha256,
  sizeBytes: Type.Integer({ minimum: 1, maximum: RECORD_MAX_BYTES }),
  tagGroups: TagGroups,
  ...WritingAs,
});

/** By the author: tells the authorities that a version is stored, and where. */
const AnnounceRecordBody = body({
  patientId: PatientId,
  recordId: RecordId,
  seed: RecordSeed,
  version: RecordVersion,
  /** SHA-256 of the previous version's manifest, which has to be announced before; null for version 1. */
  prevVersionHash: Type.Union([Sha256, Type.Null()]),
  kind: RecordKind,
  period: Period,
  providerId: ProviderId,
  manifestHash: Sha256,
  tagGroups: TagGroups,
  /** Transaction on channel `cloud` that stored it. */
  storeTxId: TxId,
  ...WritingAs,
});

/**
 * By the patient's gateway key: what another author's version holds, which the gateway has opened. It counts for that version
 * alone, instead of the author's tags.
 */
const ConfirmTagsBody = body({
  patientId: PatientId,
  recordId: RecordId,
  version: RecordVersion,
  /** Of the manifest under which it was opened. */
  manifestHash: Sha256,
  /** Counts the confirmations of this version: a later one corrects. */
  seq: PolicySeq,
  tagGroups: TagGroups,
  /** A resource in it names no category: it may be of any, whatever the tags say. */
  uncategorised: Type.Optional(Type.Literal(true)),
});

/** By the patient's gateway key. `prevHeight` and `prevHash` are null for the first anchor. */
const AnchorHeadBody = body({
  height: Height,
  hash: Sha256,
  prevHeight: Type.Union([Height, Type.Null()]),
  prevHash: Type.Union([Sha256, Type.Null()]),
});

/**
 * By the patient's consent key: this patient is here, at this authority. The visit quotes the JWS. A gateway's key alone
 * makes none, since nobody has to have been there.
 */
const CheckInBody = body({ authorityId: AuthorityId, at: Timestamp });

/** By the authority. The statement's `sid` is the visit's id. */
export const VisitBody = body({
  patientId: PatientId,
  at: Timestamp,
  /** Salted SHA-256 of what the authority keeps off-chain. */
  dataHash: Sha256,
  /** Where it keeps it, encrypted to the authority and the patient. */
  location: Sealed,
  checkIn: Type.Optional(CompactJws),
});

/** By a registered attestor (`iss` = its MSP id): what its own peer says of a transaction. */
export const AttestationBody = body({
  network: NetworkId,
  channel: ChannelName,
  block: Type.Integer({ minimum: 0 }),
  /** Block header hash, lower-case hex. */
  blockHash: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  txId: TxId,
  /** SHA-256 of the envelope's bytes: a transaction id alone covers only nonce and creator. */
  envelopeHash: Sha256,
  /** Fabric's validation code name, e.g. `VALID`. */
  code: Type.String({ pattern: '^[A-Z_]{1,64}$' }),
});

/** Provider → provider: releases what a committed permit allows. Never on a ledger. */
const ReleaseRequestBody = body({
  permitTxId: TxId,
  requestSid: Id128,
  patientId: PatientId,
  recordId: RecordId,
  version: RecordVersion,
  requester: Type.Union([AuthorityId, PatientId]),
});

/**
 * Gateway → authority's api, straight: an emergency when the ledger is slow or away. Never on a ledger. It carries the
 * record's own manifest and the authority's wrap; the ciphertext travels beside the statement, bound by the manifest.
 */
export const EmergencyNoticeBody = body({
  patientId: PatientId,
  recordId: RecordId,
  seed: RecordSeed,
  version: RecordVersion,
  period: Period,
  providerId: Type.Optional(ProviderId),
  authorityId: AuthorityId,
  tagGroups: TagGroups,
  /** The version's manifest (compact JWS): the same that is stored and announced. */
  manifest: CompactJws,
  /** The content key for the authority (compact JWE): one of the version's wraps. */
  wrap: Sealed,
});

/** Authority → gateway: the answer to an emergency notice. It is on disk, and people are told. Never on a ledger. */
export const NoticeReceiptBody = body({
  patientId: PatientId,
  /** `sid` of the notice. */
  noticeSid: Id128,
  /** Statement hash of the notice, lower-case hex. */
  noticeHash: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  receivedAt: Timestamp,
});

/**
 * By the patient, or by an authority for one of its practitioners, straight to the patient's gateway: how readings are
 * judged from now on. Never on a ledger: it says what the patient's health is like.
 */
export const SettingsBody = body({
  patientId: PatientId,
  /** Counts the patient's settings, whoever states them. */
  version: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
  /** Statement hash of the version before, lower-case hex; null for version 1. */
  previous: Type.Union([Type.String({ pattern: '^[0-9a-f]{64}$' }), Type.Null()]),
  settings: StatedSettings,
  /** Of an authority: for whom it speaks, to which purpose and under which of its tags. */
  practitionerId: Type.Optional(PractitionerId),
  purpose: Type.Optional(PurposeOfUse),
  granteeTags: Type.Optional(ScopeTags),
});

/**
 * Authority → gateway: a practitioner has seen an emergency and sees to it. Never on a ledger. It covers what the record says
 * up to this version: a danger that grows afterwards asks again.
 */
export const AcknowledgementBody = body({
  patientId: PatientId,
  recordId: RecordId,
  version: RecordVersion,
  /** `sid` of the notice. */
  noticeSid: Id128,
  /** Statement hash of the notice, lower-case hex. */
  noticeHash: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  practitionerId: PractitionerId,
  acknowledgedAt: Timestamp,
});

/** Name of an alarm at its patient's gateway. */
export const AlarmId = Type.String({ pattern: '^[A-Za-z0-9._:-]{1,128}$' });

/** Patient → own gateway: the patient has seen an alarm. Never on a ledger. */
const AcknowledgeAlarmBody = body({ alarmId: AlarmId });

/** Patient → own gateway: alarms make no sound until then, but for those of high priority. Never on a ledger. */
const MuteAlarmsBody = body({ until: Timestamp });

/** Who signs a kind of statement, by the role of the key that its `kid` must name. */
export type StatementSigner =
  'consent' | 'delegate' | 'gateway' | 'authority' | 'provider' | 'attestor' | 'self';

interface StatementKind<Body extends TSchema = TSchema> {
  /** `typ` of the JWS header. */
  readonly typ: `careledger.${string}+jws`;
  readonly signers: readonly StatementSigner[];
  readonly body: Body;
}
const kind = <Body extends TSchema>(definition: StatementKind<Body>): StatementKind<Body> => definition;

/** Every kind of signed statement: its `typ`, whose key signs it, its body. The one owner of these names. */
export const STATEMENTS = {
  keyProof: kind({ typ: 'careledger.key-proof+jws', signers: ['self'], body: KeyProofBody }),
  registerPatient: kind({ typ: 'careledger.patient+jws', signers: ['self'], body: RegisterPatientBody }),
  rotatePatientKey: kind({
    typ: 'careledger.rotate-patient-key+jws',
    signers: ['consent'],
    body: RotatePatientKeyBody,
  }),
  registerAuthority: kind({
    typ: 'careledger.authority+jws',
    signers: ['self'],
    body: RegisterAuthorityBody,
  }),
  registerProvider: kind({ typ: 'careledger.provider+jws', signers: ['self'], body: RegisterProviderBody }),
  rotateOrganisationKey: kind({
    typ: 'careledger.rotate-organisation-key+jws',
    signers: ['authority', 'provider'],
    body: RotateOrganisationKeyBody,
  }),
  registerPractitioner: kind({
    typ: 'careledger.practitioner+jws',
    signers: ['authority'],
    body: RegisterPractitionerBody,
  }),
  registerAttestor: kind({ typ: 'careledger.attestor+jws', signers: ['self'], body: RegisterAttestorBody }),
  grant: kind({ typ: 'careledger.grant+jws', signers: ['consent', 'delegate'], body: GrantBody }),
  revoke: kind({ typ: 'careledger.revoke+jws', signers: ['consent', 'delegate'], body: RevokeBody }),
  revokeAll: kind({ typ: 'careledger.revoke-all+jws', signers: ['consent'], body: RevokeAllBody }),
  delegate: kind({
    typ: 'careledger.delegate+jws',
    signers: ['consent', 'delegate'],
    body: DelegateBody,
  }),
  endDelegation: kind({
    typ: 'careledger.end-delegation+jws',
    signers: ['consent', 'delegate'],
    body: EndDelegationBody,
  }),
  requestSubscription: kind({
    typ: 'careledger.subscription+jws',
    signers: ['authority'],
    body: RequestSubscriptionBody,
  }),
  rejectSubscription: kind({
    typ: 'careledger.reject-subscription+jws',
    signers: ['consent', 'delegate'],
    body: RejectSubscriptionBody,
  }),
  cancelSubscription: kind({
    typ: 'careledger.cancel-subscription+jws',
    signers: ['authority'],
    body: CancelSubscriptionBody,
  }),
  accessRequest: kind({
    typ: 'careledger.access-request+jws',
    signers: ['authority', 'consent', 'gateway'],
    body: AccessRequestBody,
  }),
  storeRecord: kind({
    typ: 'careledger.store+jws',
    signers: ['gateway', 'authority'],
    body: StoreRecordBody,
  }),
  announceRecord: kind({
    typ: 'careledger.announce+jws',
    signers: ['gateway', 'authority'],
    body: AnnounceRecordBody,
  }),
  confirmTags: kind({ typ: 'careledger.confirm-tags+jws', signers: ['gateway'], body: ConfirmTagsBody }),
  anchorHead: kind({ typ: 'careledger.anchor+jws', signers: ['gateway'], body: AnchorHeadBody }),
  noticeReading: kind({
    typ: 'careledger.notice-reading+jws',
    signers: ['authority'],
    body: NoticeReadingBody,
  }),
  checkIn: kind({ typ: 'careledger.check-in+jws', signers: ['consent'], body: CheckInBody }),
  visit: kind({ typ: 'careledger.visit+jws', signers: ['authority'], body: VisitBody }),
  attestation: kind({ typ: 'careledger.attestation+jws', signers: ['attestor'], body: AttestationBody }),
  releaseRequest: kind({ typ: 'careledger.release+jws', signers: ['provider'], body: ReleaseRequestBody }),
  emergencyNotice: kind({
    typ: 'careledger.emergency-notice+jws',
    signers: ['gateway'],
    body: EmergencyNoticeBody,
  }),
  settings: kind({ typ: 'careledger.settings+jws', signers: ['consent', 'authority'], body: SettingsBody }),
  noticeReceipt: kind({
    typ: 'careledger.notice-receipt+jws',
    signers: ['authority'],
    body: NoticeReceiptBody,
  }),
  acknowledgement: kind({
    typ: 'careledger.acknowledgement+jws',
    signers: ['authority'],
    body: AcknowledgementBody,
  }),
  acknowledgeAlarm: kind({
    typ: 'careledger.acknowledge-alarm+jws',
    signers: ['consent'],
    body: AcknowledgeAlarmBody,
  }),
  muteAlarms: kind({
    typ: 'careledger.mute-alarms+jws',
    signers: ['consent'],
    body: MuteAlarmsBody,
  }),
} as const;

export type StatementName = keyof typeof STATEMENTS;
export type StatementBody<N extends StatementName> = Static<(typeof STATEMENTS)[N]['body']>;
