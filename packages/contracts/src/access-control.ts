import {
  AuthorityId,
  MspId,
  PatientId,
  Period,
  Permission,
  PractitionerId,
  ProviderId,
  PurposeOfUse,
  Sha256,
  PublicKey,
  Tag,
  TagGroups,
  Timestamp,
  closedObject as args,
} from '@careledger/domain';
import { Type } from 'typebox';
import { Batch, BatchResult, ItemResult } from './batch.js';
import { DELEGATION_CODES, STATEMENT_CODES } from './codes.js';
import { transaction } from './contract.js';
import { OwnOrganisation, SIGNERS_MAX, SignerAnswer, SignerQuery } from './internal.js';
import { ACCESS_BATCH_MAX_ITEMS, BATCH_MAX_ITEMS, SCOPE_TAGS_MAX } from './limits.js';
import { PageArgs, pageOf } from './page.js';
import {
  AttestorState,
  AuthorityState,
  Decision,
  DelegationState,
  GrantState,
  PatientState,
  PolicyChangeState,
  PolicyVersion,
  PractitionerState,
  ProviderState,
  RecoveryState,
  SubscriptionState,
} from './state.js';
import { CompactJws } from './statements/parts.js';

const oneStatement = args({ statement: CompactJws });
const both = ['authorities', 'cloud'] as const;
const authorities = ['authorities'] as const;
/** How an item fails that changes a patient's rules, whether it gives or takes away. */
const RULE_CODES = [
  ...STATEMENT_CODES,
  ...DELEGATION_CODES,
  'BATCH_DUPLICATE_SUBJECT',
  'PATIENT_UNKNOWN',
  'AUTHORITY_UNKNOWN',
  'POLICY_SEQ_REUSED',
  'RECOVERY_PENDING',
  'GRANT_EXISTS',
  'GRANT_REVOKED',
  'GRANT_PERIOD_INVALID',
  'GRANT_TERMS_INVALID',
  'GRANT_LIMIT',
] as const;

/** How a patient's registration fails, alone or among others. */
const REGISTRATION_CODES = [
  ...STATEMENT_CODES,
  'PATIENT_EXISTS',
  'PATIENT_ID_MISMATCH',
  'KEY_PROOF_INVALID',
] as const;

/** A request as the decision sees it. */
const DecisionRequest = args({
  patientId: PatientId,
  /** Who wants to: an authority, or the patient. */
  requester: Type.Union([AuthorityId, PatientId]),
  granteeTags: Type.Array(Tag, { maxItems: SCOPE_TAGS_MAX }),
  /** Who of the requester asks: registered there and active, else the denial is `PRACTITIONER_UNKNOWN`. */
  practitionerId: Type.Optional(PractitionerId),
  permission: Permission,
  purpose: PurposeOfUse,
  /** The record's tag groups as it stands; of one that is yet to be made, as it is to become. */
  tagGroups: TagGroups,
  /** The time of which the record tells, likewise. */
  period: Type.Optional(Period),
  /**
   * The tags are another author's word that the patient's gateway has not confirmed: any denial with a scope may concern
   * it.
   */
  isUnconfirmed: Type.Optional(Type.Boolean()),
  /** It is of kind `detail`: grants have to name that. */
  isDetail: Type.Optional(Type.Boolean()),
  /** As its next version is to become, for `modify`: both have to be covered. */
  revisedTagGroups: Type.Optional(TagGroups),
  revisedPeriod: Type.Optional(Period),
  /** Who made the version that is to be read, or the record that is to be changed; absent for one yet to be made. */
  author: Type.Optional(Type.Union([AuthorityId, PatientId])),
});

/** Chaincode `access-control`: who may do what. On both channels; state is per channel. */
export const accessControl = {
  name: 'access-control',
  transactions: {
    /** Registers a patient by a self-signed `registerPatient` statement. Repeating it returns the first result. */
    RegisterPatient: transaction({
      kind: 'submit',
      channels: both,
      callers: ['enroller'],
      args: oneStatement,
      result: ItemResult,
      codes: REGISTRATION_CODES,
      event: 'PatientsChanged',
    }),
    /** The same of many patients, each judged by itself: one that is refused stops nobody else. */
    RegisterPatients: transaction({
      kind: 'submit',
      channels: both,
      callers: ['enroller'],
      args: Batch,
      result: BatchResult,
      codes: [],
      itemCodes: [...REGISTRATION_CODES, 'BATCH_DUPLICATE_SUBJECT'],
      event: 'PatientsChanged',
    }),
    /**
     * The current consent key names a new consent, gateway or encryption key. Writes the policy. Any member relays it: no
     * operator can keep a stolen key in force.
     */
    RotatePatientKey: transaction({
      kind: 'submit',
      channels: both,
      callers: ['member'],
      args: oneStatement,
      result: ItemResult,
      codes: [
        ...STATEMENT_CODES,
        'PATIENT_UNKNOWN',
        'KEY_PROOF_INVALID',
        'KEY_UNCHANGED',
        'KEY_REUSED',
        'RECOVERY_PENDING',
      ],
      event: 'PatientsChanged',
    }),
    /**
     * An organisation that has a role in recoveries vouches for a patient's new consent key by a `vouchForKey` statement:
     * it opens a recovery, in the place of one that it opened before, or confirms another organisation's.
     */
    VouchForKey: transaction({
      kind: 'submit',
      channels: both,
      callers: ['authority'],
      args: oneStatement,
      result: ItemResult,
      codes: [
        ...STATEMENT_CODES,
        'AUTHORITY_UNKNOWN',
        'PATIENT_UNKNOWN',
        'KEY_PROOF_INVALID',
        'KEY_REUSED',
        'RECOVERY_ROLE_MISSING',
        'RECOVERY_UNKNOWN',
        'RECOVERY_OVER',
        'RECOVERY_MISMATCH',
      ],
      event: 'PatientsChanged',
    }),
    /**
     * The consent key that is said to be lost is there: it ends the recovery by an `objectToRecovery` statement. Any
     * member relays it.
     */
    ObjectToRecovery: transaction({
      kind: 'submit',
      channels: both,
      callers: ['member'],
      args: oneStatement,
      result: ItemResult,
      codes: [
        ...STATEMENT_CODES,
        'PATIENT_UNKNOWN',
        'RECOVERY_UNKNOWN',
        'RECOVERY_OVER',
        'RECOVERY_UNOBJECTABLE',
      ],
      event: 'PatientsChanged',
    }),
    /**
     * The new key takes the place of the one in force by a `takeOver` statement of its own, and opens an epoch. Writes
     * the policy. Any member relays it.
     */
    TakeOver: transaction({
      kind: 'submit',
      channels: both,
      callers: ['member'],
      args: oneStatement,
      result: ItemResult,
      codes: [
        ...STATEMENT_CODES,
        'PATIENT_UNKNOWN',
        'KEY_UNCHANGED',
        'KEY_REUSED',
        'RECOVERY_ROLE_MISSING',
        'RECOVERY_UNKNOWN',
        'RECOVERY_OVER',
        'RECOVERY_MISMATCH',
        'RECOVERY_NOT_DUE',
      ],
      event: 'PatientsChanged',
    }),
    /** Registers an authority by a self-signed `registerAuthority` statement; the caller is an admin of the MSP it names. */
    RegisterAuthority: transaction({
      kind: 'submit',
      channels: both,
      callers: ['own-admin'],
      args: oneStatement,
      result: ItemResult,
      codes: [...STATEMENT_CODES, 'ORGANISATION_ID_MISMATCH', 'AUTHORITY_EXISTS'],
      event: 'OrganisationsChanged',
    }),
    /** Registers a provider by a self-signed `registerProvider` statement. */
    RegisterProvider: transaction({
      kind: 'submit',
      channels: both,
      callers: ['own-admin'],
      args: oneStatement,
      result: ItemResult,
      codes: [...STATEMENT_CODES, 'ORGANISATION_ID_MISMATCH', 'PROVIDER_EXISTS'],
      event: 'OrganisationsChanged',
    }),
    /** Old signs new, for an authority or a provider (`iss`); the caller is an admin of its MSP. */
    RotateOrganisationKey: transaction({
      kind: 'submit',
      channels: both,
      callers: ['own-admin'],
      args: oneStatement,
      result: ItemResult,
      codes: [
        ...STATEMENT_CODES,
        'AUTHORITY_UNKNOWN',
        'PROVIDER_UNKNOWN',
        'KEY_PROOF_INVALID',
        'KEY_UNCHANGED',
        'KEY_REUSED',
      ],
      event: 'OrganisationsChanged',
    }),
    /** An authority registers, re-keys or (active: false) withdraws a practitioner of its own. */
    RegisterPractitioner: transaction({
      kind: 'submit',
      channels: both,
      callers: ['authority'],
      args: oneStatement,
      result: ItemResult,
      codes: [...STATEMENT_CODES, 'AUTHORITY_UNKNOWN', 'KEY_PROOF_INVALID'],
      event: 'OrganisationsChanged',
    }),
    /** Registers an attestor's key for an organisation by a self-signed `registerAttestor` statement. */
    RegisterAttestor: transaction({
      kind: 'submit',
      channels: both,
      callers: ['own-admin'],
      args: oneStatement,
      result: ItemResult,
      codes: [...STATEMENT_CODES, 'KEY_REUSED', 'ATTESTOR_LIMIT'],
      event: 'OrganisationsChanged',
    }),
    /**
     * Takes the right to attest from a key of the calling admin's organisation, e.g. one that is lost or stolen. Its
     * earlier attestations stand. Repeating it changes nothing.
     */
    WithdrawAttestor: transaction({
      kind: 'submit',
      channels: both,
      callers: ['own-admin'],
      args: args({ mspId: MspId, key: PublicKey }),
      result: AttestorState,
      codes: ['ATTESTOR_UNKNOWN'],
      event: 'OrganisationsChanged',
    }),
    /**
     * Records patients' `grant` statements. One that names a subscription approves it (channel `authorities`), and gives
     * no more than it asks for.
     */
    Grant: transaction({
      kind: 'submit',
      channels: both,
      callers: ['patients-operator'],
      args: Batch,
      result: BatchResult,
      codes: [],
      itemCodes: [
        ...RULE_CODES,
        'SUBSCRIPTION_UNKNOWN',
        'SUBSCRIPTION_NOT_PENDING',
        'SUBSCRIPTION_MISMATCH',
        'SUBSCRIPTION_EXCEEDED',
      ],
      event: 'PolicyChanged',
    }),
    /**
     * Records what takes away: patients' `revoke` and `revokeAll` statements, and `grant` statements that deny. Revoking an
     * unknown grant leaves a tombstone. Any member relays them: no operator can hold a revocation or a denial back.
     */
    Revoke: transaction({
      kind: 'submit',
      channels: both,
      callers: ['member'],
      args: Batch,
      result: BatchResult,
      codes: [],
      itemCodes: RULE_CODES,
      event: 'PolicyChanged',
    }),
    /** Appoints somebody who decides for the patient, by a `delegate` statement. */
    Delegate: transaction({
      kind: 'submit',
      channels: both,
      callers: ['patients-operator'],
      args: oneStatement,
      result: ItemResult,
      codes: [
        ...STATEMENT_CODES,
        ...DELEGATION_CODES,
        'PATIENT_UNKNOWN',
        'KEY_PROOF_INVALID',
        'KEY_REUSED',
        'POLICY_SEQ_REUSED',
        'RECOVERY_PENDING',
        'DELEGATION_EXISTS',
        'DELEGATION_TERMS_INVALID',
        'DELEGATION_LIMIT',
      ],
      event: 'PolicyChanged',
    }),
    /**
     * Ends a delegation by an `endDelegation` statement; one that is unknown here leaves a tombstone. Any member relays it:
     * no operator can keep a delegate in power.
     */
    EndDelegation: transaction({
      kind: 'submit',
      channels: both,
      callers: ['member'],
      args: oneStatement,
      result: ItemResult,
      codes: [...STATEMENT_CODES, ...DELEGATION_CODES, 'PATIENT_UNKNOWN', 'POLICY_SEQ_REUSED'],
      event: 'PolicyChanged',
    }),
    /** An authority asks to be subscribed to a patient. */
    RequestSubscription: transaction({
      kind: 'submit',
      channels: authorities,
      callers: ['authority'],
      args: oneStatement,
      result: ItemResult,
      codes: [
        ...STATEMENT_CODES,
        'PATIENT_UNKNOWN',
        'AUTHORITY_UNKNOWN',
        'GRANT_TERMS_INVALID',
        'SUBSCRIPTION_LIMIT',
      ],
      event: 'SubscriptionChanged',
    }),
    /** The patient says no; relayed by any member. */
    RejectSubscription: transaction({
      kind: 'submit',
      channels: authorities,
      callers: ['member'],
      args: oneStatement,
      result: ItemResult,
      codes: [
        ...STATEMENT_CODES,
        ...DELEGATION_CODES,
        'SUBSCRIPTION_UNKNOWN',
        'SUBSCRIPTION_NOT_PENDING',
        'SUBSCRIPTION_MISMATCH',
      ],
      event: 'SubscriptionChanged',
    }),
    /** The authority takes its pending or approved subscription back; one that is over stays as it ended. */
    CancelSubscription: transaction({
      kind: 'submit',
      channels: authorities,
      callers: ['authority'],
      args: oneStatement,
      result: ItemResult,
      codes: [...STATEMENT_CODES, 'SUBSCRIPTION_UNKNOWN', 'SUBSCRIPTION_MISMATCH'],
      event: 'SubscriptionChanged',
    }),
    /**
     * An authority says that what an ended grant let it keep a copy of is destroyed, after that end and before now. Its first word on a grant stands;
     * another changes nothing.
     */
    AttestCopyEnd: transaction({
      kind: 'submit',
      channels: authorities,
      callers: ['authority'],
      args: oneStatement,
      result: ItemResult,
      codes: [...STATEMENT_CODES, 'GRANT_UNKNOWN', 'COPY_NOT_ENDED', 'COPY_END_TIME_INVALID'],
      event: 'CopyEndAttested',
    }),
    /** Decides now (transaction time), writes nothing. Also what chaincode `records` calls. */
    Decide: transaction({
      kind: 'evaluate',
      channels: both,
      callers: ['member'],
      args: DecisionRequest,
      result: Decision,
      codes: ['PATIENT_UNKNOWN'],
    }),
    /** Many decisions at once, in the order of the requests; null where the patient is unknown. */
    DecideAll: transaction({
      kind: 'evaluate',
      channels: both,
      callers: ['member'],
      args: args({ requests: Type.Array(DecisionRequest, { maxItems: ACCESS_BATCH_MAX_ITEMS }) }),
      result: Type.Object({ decisions: Type.Array(Type.Union([Decision, Type.Null()])) }),
      codes: [],
    }),
    /** Current keys by issuer and thumbprint, in the order of the questions. */
    FindSigners: transaction({
      kind: 'evaluate',
      channels: both,
      callers: ['member'],
      args: args({ signers: Type.Array(SignerQuery, { maxItems: SIGNERS_MAX }) }),
      result: Type.Object({ signers: Type.Array(SignerAnswer) }),
      codes: [],
    }),
    /** What the calling identity's organisation has registered on this channel. */
    OwnOrganisation: transaction({
      kind: 'evaluate',
      channels: both,
      callers: ['member'],
      args: args({}),
      result: OwnOrganisation,
      codes: [],
    }),
    /** A patient's grants and denials, revoked ones included, oldest id first; of one authority with those of any. */
    ListGrants: transaction({
      kind: 'evaluate',
      channels: both,
      callers: ['member'],
      args: args({ patientId: PatientId, authorityId: Type.Optional(AuthorityId), ...PageArgs }),
      result: pageOf(GrantState),
      codes: ['PAGE_TOKEN_INVALID'],
    }),
    /** A patient's delegations, those that are over included, lowest id first. */
    ListDelegations: transaction({
      kind: 'evaluate',
      channels: both,
      callers: ['member'],
      args: args({ patientId: PatientId, ...PageArgs }),
      result: pageOf(DelegationState),
      codes: ['PATIENT_UNKNOWN', 'PAGE_TOKEN_INVALID'],
    }),
    /** The grants in force at a past (or the present) time, by what the ledger knew then. */
    EffectivePolicy: transaction({
      kind: 'evaluate',
      channels: both,
      callers: ['member'],
      args: args({ patientId: PatientId, at: Timestamp }),
      result: Type.Object({
        patientId: PatientId,
        at: Timestamp,
        policyVersion: Type.Integer({ minimum: 0 }),
        policyHash: Sha256,
        grants: Type.Array(GrantState),
      }),
      codes: ['PATIENT_UNKNOWN'],
    }),
    /** Subscriptions of a patient, or of an authority; `status` filters. */
    ListSubscriptions: transaction({
      kind: 'evaluate',
      channels: authorities,
      callers: ['member'],
      args: args({
        patientId: Type.Optional(PatientId),
        authorityId: Type.Optional(AuthorityId),
        status: Type.Optional(SubscriptionState.properties.status),
        ...PageArgs,
      }),
      result: pageOf(SubscriptionState),
      codes: ['PAGE_TOKEN_INVALID'],
    }),
    /** A patient's recoveries: of each organisation that has opened any, the last. */
    ListRecoveries: transaction({
      kind: 'evaluate',
      channels: both,
      callers: ['member'],
      args: args({ patientId: PatientId }),
      result: Type.Object({ recoveries: Type.Array(RecoveryState) }),
      codes: ['PATIENT_UNKNOWN'],
    }),
    /** The version of the patient's policy: what a permit must still be of when it is released. */
    GetPolicyVersion: transaction({
      kind: 'evaluate',
      channels: both,
      callers: ['member'],
      args: args({ patientId: PatientId }),
      result: PolicyVersion,
      codes: ['PATIENT_UNKNOWN'],
    }),
    /** Every version of a patient's policy, or those after one, oldest first. */
    ListPolicyChanges: transaction({
      kind: 'evaluate',
      channels: both,
      callers: ['member'],
      args: args({
        patientId: PatientId,
        afterVersion: Type.Optional(Type.Integer({ minimum: 0 })),
        ...PageArgs,
      }),
      result: pageOf(PolicyChangeState),
      codes: ['PAGE_TOKEN_INVALID'],
    }),
    GetPatient: transaction({
      kind: 'evaluate',
      channels: both,
      callers: ['member'],
      args: args({ patientId: PatientId }),
      result: PatientState,
      codes: ['PATIENT_UNKNOWN'],
    }),
    /** Many patients at once, in the order of the ids; null where one is unknown. */
    GetPatients: transaction({
      kind: 'evaluate',
      channels: both,
      callers: ['member'],
      args: args({ patientIds: Type.Array(PatientId, { minItems: 1, maxItems: BATCH_MAX_ITEMS }) }),
      result: Type.Object({ patients: Type.Array(Type.Union([PatientState, Type.Null()])) }),
      codes: [],
    }),
    GetAuthority: transaction({
      kind: 'evaluate',
      channels: both,
      callers: ['member'],
      args: args({ authorityId: AuthorityId }),
      result: AuthorityState,
      codes: ['AUTHORITY_UNKNOWN'],
    }),
    ListAuthorities: transaction({
      kind: 'evaluate',
      channels: both,
      callers: ['member'],
      args: args({ ...PageArgs }),
      result: pageOf(AuthorityState),
      codes: ['PAGE_TOKEN_INVALID'],
    }),
    GetProvider: transaction({
      kind: 'evaluate',
      channels: both,
      callers: ['member'],
      args: args({ providerId: ProviderId }),
      result: ProviderState,
      codes: ['PROVIDER_UNKNOWN'],
    }),
    ListProviders: transaction({
      kind: 'evaluate',
      channels: both,
      callers: ['member'],
      args: args({ ...PageArgs }),
      result: pageOf(ProviderState),
      codes: ['PAGE_TOKEN_INVALID'],
    }),
    GetPractitioner: transaction({
      kind: 'evaluate',
      channels: both,
      callers: ['member'],
      args: args({ authorityId: AuthorityId, practitionerId: PractitionerId }),
      result: PractitionerState,
      codes: ['PRACTITIONER_UNKNOWN'],
    }),
    ListAttestors: transaction({
      kind: 'evaluate',
      channels: both,
      callers: ['member'],
      args: args({ mspId: Type.Optional(MspId) }),
      result: Type.Object({ attestors: Type.Array(AttestorState) }),
      codes: [],
    }),
  },
} as const;
