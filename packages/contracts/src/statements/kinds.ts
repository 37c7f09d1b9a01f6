import type { Static, TSchema } from 'typebox';
import {
  KeyProofBody,
  RegisterPatientBody,
  RotatePatientKeyBody,
  RegisterAuthorityBody,
  RegisterProviderBody,
  RotateOrganisationKeyBody,
  RegisterPractitionerBody,
  RegisterAttestorBody,
} from './registrations.js';
import { GrantBody, RevokeBody, RevokeAllBody } from './rules.js';
import { DelegateBody, EndDelegationBody } from './delegations.js';
import { ObjectToRecoveryBody, TakeOverBody, VouchForKeyBody } from './recoveries.js';
import { RequestSubscriptionBody, RejectSubscriptionBody, CancelSubscriptionBody } from './subscriptions.js';
import { AccessRequestBody, NoticeReadingBody, ReleaseRequestBody } from './accesses.js';
import {
  StoreRecordBody,
  AnnounceRecordBody,
  AttestWrapsBody,
  ConfirmTagsBody,
  AnchorHeadBody,
} from './records.js';
import { AnchorReadingsBody, AttestCopyEndBody } from './copies.js';
import { CheckInBody, VisitBody } from './visits.js';
import { AttestationBody } from './attestation.js';
import { SettingsBody } from './settings.js';
import {
  EmergencyNoticeBody,
  NoticeReceiptBody,
  AcknowledgementBody,
  AcknowledgeAlarmBody,
  MuteAlarmsBody,
} from './alarms.js';

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
  vouchForKey: kind({
    typ: 'careledger.vouch-for-key+jws',
    signers: ['authority'],
    body: VouchForKeyBody,
  }),
  objectToRecovery: kind({
    typ: 'careledger.object-to-recovery+jws',
    signers: ['consent'],
    body: ObjectToRecoveryBody,
  }),
  takeOver: kind({ typ: 'careledger.take-over+jws', signers: ['self'], body: TakeOverBody }),
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
  attestWraps: kind({
    typ: 'careledger.wraps-attestation+jws',
    signers: ['provider'],
    body: AttestWrapsBody,
  }),
  attestCopyEnd: kind({
    typ: 'careledger.copy-end+jws',
    signers: ['authority'],
    body: AttestCopyEndBody,
  }),
  anchorReadings: kind({
    typ: 'careledger.readings-anchor+jws',
    signers: ['authority'],
    body: AnchorReadingsBody,
  }),
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
