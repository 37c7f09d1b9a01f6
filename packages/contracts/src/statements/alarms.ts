import {
  AuthorityId,
  Id128,
  PatientId,
  Period,
  PractitionerId,
  ProviderId,
  RecordId,
  RecordSeed,
  RecordVersion,
  TagGroups,
  Timestamp,
  closedObject as body,
} from '@careledger/domain';
import { Type } from 'typebox';
import { Sealed, CompactJws } from './parts.js';

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
export const AcknowledgeAlarmBody = body({ alarmId: AlarmId });

/** Patient → own gateway: alarms make no sound until then, but for those of high priority. Never on a ledger. */
export const MuteAlarmsBody = body({ until: Timestamp });
