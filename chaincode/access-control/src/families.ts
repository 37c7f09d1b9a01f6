import type {
  AttestorState,
  AuthorityState,
  DelegationState,
  GrantState,
  PatientState,
  PolicyState,
  PractitionerState,
  ProviderState,
  RecoveryState,
  SubscriptionState,
} from '@careledger/contracts';
import { KeyFamily, type Present } from '@careledger/chaincode-runtime';
import type { Timestamp } from '@careledger/domain';

/**
 * Everything that lies in this chaincode's state. A patient's keys begin with the patient, and no counter is shared:
 * two patients' transactions read and write nothing in common that either of them changes.
 */

export const patients = new KeyFamily<PatientState>('patient', ['patientId']);
export const authorities = new KeyFamily<AuthorityState>('authority', ['authorityId']);
export const providers = new KeyFamily<ProviderState>('provider', ['providerId']);
export const practitioners = new KeyFamily<PractitionerState>('practitioner', [
  'authorityId',
  'practitionerId',
]);
export const attestors = new KeyFamily<AttestorState>('attestor', ['mspId', 'kid']);

/** What an MSP has registered: at most one authority and one provider. */
export interface OrganisationState {
  readonly authorityId?: string;
  readonly providerId?: string;
}
export const organisations = new KeyFamily<OrganisationState>('organisation', ['mspId']);

/** Written by whatever changes what a patient allows, read by every decision. */
export const policies = new KeyFamily<PolicyState>('policy', ['patientId']);
/** When each version of the policy began, by which transaction, and its hash. */
export interface PolicyChange {
  /** A revocation, a revoke-all, a denial, the end of a delegation with its grants. */
  readonly takesAway?: true;
  readonly at: Timestamp;
  readonly txId: string;
  readonly hash: string;
}
export const policyChanges = new KeyFamily<PolicyChange>('policy-change', ['patientId', 'version']);
/** Which statement has used a policy sequence number. */
export const policySeqs = new KeyFamily<{ readonly sid: string }>('policy-seq', [
  'patientId',
  'epoch',
  'policySeq',
]);
/** Every revoke-all, for the policy at a past date. */
export interface RevokeAllState {
  readonly policySeq: number;
  readonly epoch?: number;
  readonly at: Timestamp;
}
export const revokeAlls = new KeyFamily<RevokeAllState>('revoke-all', ['patientId', 'version']);

/** Every grant and denial ever recorded. */
export const grants = new KeyFamily<GrantState>('grant', ['patientId', 'grantId']);
/** What a decision reads of a grant. */
export type LiveGrant = Omit<GrantState, 'sealed' | 'revokedAt' | 'copyEnd'>;
/**
 * Grants and denials that were not revoked singly, those about any authority under `*`: bounded, so that a decision reads
 * little.
 */
export const liveGrants = new KeyFamily<LiveGrant>('live-grant', ['patientId', 'authorityId', 'grantId']);
/** Grants that were revoked before they arrived; they never count. */
export const tombstones = new KeyFamily<{ readonly at: Timestamp }>('grant-tombstone', [
  'patientId',
  'grantId',
]);

/** Every delegation ever made. */
export const delegations = new KeyFamily<DelegationState>('delegation', ['patientId', 'delegationId']);
/** Delegations that were ended before they arrived; they never count. */
export const delegationTombstones = new KeyFamily<{ readonly at: Timestamp }>('delegation-tombstone', [
  'patientId',
  'delegationId',
]);
/** Keys with which delegates sign, over or not. */
export const delegateKeys = new KeyFamily<{ readonly key: string }>('delegate-key', ['patientId', 'kid']);
/** Which statement of a delegate's has used a number: its own count, beside the patient's. */
export const delegateSeqs = new KeyFamily<{ readonly sid: string }>('delegate-seq', [
  'patientId',
  'delegationId',
  'policySeq',
]);
/** Until when a delegation may be in force, and its place among the patient's decisions. */
export interface MayStand {
  readonly until: Timestamp;
  readonly policySeq: number;
  readonly epoch?: number;
}
/** Delegations in force by who made them, `patient` or a delegation: bounded. */
export const appointments = new KeyFamily<MayStand>('appointment', [
  'patientId',
  'appointer',
  'delegationId',
]);
/** Rules in force under each delegation of their path: bounded, so that one transaction can end them. */
export const delegatedRules = new KeyFamily<Pick<MayStand, 'until'>>('delegated-rule', [
  'patientId',
  'delegationId',
  'grantId',
]);
/** Grants of its own that a delegate revoked before they arrived. The patient's have tombstones of their own. */
export const delegateTombstones = new KeyFamily<{ readonly at: Timestamp }>('delegate-tombstone', [
  'patientId',
  'delegationId',
  'grantId',
]);

/** Consent keys on their way to take another's place, one of each organisation that has opened any: few have a role. */
export const recoveries = new KeyFamily<RecoveryState>('recovery', ['patientId', 'openedBy']);

export const subscriptions = new KeyFamily<SubscriptionState>('subscription', [
  'patientId',
  'subscriptionId',
]);
export const subscriptionsByAuthority = new KeyFamily<Present>('subscription-by-authority', [
  'authorityId',
  'patientId',
  'subscriptionId',
]);
/** Requests that wait for the patient's answer: bounded, so that nobody floods a patient with them. */
export const pendingSubscriptions = new KeyFamily<Present>('pending-subscription', [
  'patientId',
  'authorityId',
  'subscriptionId',
]);
