import {
  AnnouncedRecordState,
  EmergencyNoticeBody,
  SubscriptionState,
  VisitState,
} from '@careledger/contracts';
import { Id128, PatientId, PractitionerId, Timestamp, TxId } from '@careledger/domain';
import { Type, type Static } from 'typebox';

const { recordId, version, period, providerId } = EmergencyNoticeBody.properties;

/** What each kind of notice carries, by the name of its server-sent event. */
export const NOTICES = {
  /** A record was announced on the ledger; `matched` where a direct emergency notice of it came too. */
  record: Type.Object({ ...AnnouncedRecordState.properties, matched: Type.Optional(Type.Literal(true)) }),
  /** An emergency straight from the patient's gateway; `matched` where its announcement came first. */
  emergency: Type.Object({
    patientId: PatientId,
    sid: Id128,
    recordId,
    version,
    period,
    providerId,
    receivedAt: Timestamp,
    matched: Type.Optional(Type.Literal(true)),
  }),
  /** Somebody of this authority sees to an emergency. */
  acknowledgement: Type.Object({
    patientId: PatientId,
    sid: Id128,
    recordId,
    version,
    practitionerId: PractitionerId,
    acknowledgedAt: Timestamp,
  }),
  subscription: SubscriptionState,
  /** The patient granted, denied or revoked something; `active` is whether notices of this patient come now. */
  policy: Type.Object({
    patientId: PatientId,
    granted: Type.Array(Id128),
    denied: Type.Array(Id128),
    revoked: Type.Array(Id128),
    active: Type.Boolean(),
    txId: TxId,
  }),
  visit: VisitState,
  /** Two blocks of one height were reported: the patient's gateway contradicts itself. */
  fork: Type.Object({ patientId: PatientId, height: Type.Integer(), txId: TxId }),
} as const;
/** What is added to an emergency for whoever may see it now; others get the reason instead. */
export const ShownEmergency = Type.Union([
  Type.Object({
    /** FHIR R4 Bundle. */
    bundle: Type.Unknown(),
    /** Who decided that it may be shown: the own peer, or, while that is away, the own mirror of the ledger. */
    decidedBy: Type.Union([Type.Literal('peer'), Type.Literal('mirror')]),
    /** As of when that one knew the patient's will. */
    asOf: Timestamp,
  }),
  Type.Object({ withheld: Type.String() }),
]);
export type ShownEmergency = Static<typeof ShownEmergency>;

export type NoticeType = keyof typeof NOTICES;
export type NoticeData<T extends NoticeType> = Static<(typeof NOTICES)[T]>;
export const NOTICE_TYPES = Object.keys(NOTICES) as NoticeType[];

/** A notice that is to be logged. `source` says what it is about: the same source is logged once. */
export type NewNotice = {
  [T in NoticeType]: {
    readonly type: T;
    readonly source: string;
    readonly patientId: string;
    readonly data: NoticeData<T>;
  };
}[NoticeType];

/** A logged notice. Ids rise; gaps mean nothing. */
export interface LoggedNotice {
  readonly id: number;
  readonly type: NoticeType;
  readonly patientId: string;
  readonly loggedAt: string;
  readonly data: Readonly<Record<string, unknown>>;
}
