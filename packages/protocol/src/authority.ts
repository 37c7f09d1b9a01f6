import { CompactJws } from '@careledger/contracts';
import { PractitionerId, Timestamp, closedObject } from '@careledger/domain';
import { Type, type Static } from 'typebox';

/** The HTTP API of an authority (layer 2) for patients' gateways. */
export const AUTHORITY_ROUTES = {
  /** POST, `EmergencyNoticeHttp` → 202 `EmergencyNoticeAnswer`; role `system`. */
  emergencyNotices: '/v1/emergency-notices',
  /**
   * POST by a practitioner, `AcknowledgementRequest` → 200 `Acknowledgement`; GET by role `system`, query `patientId` →
   * 200 `AcknowledgementAnswer`. Named by the notice's `sid`, which its gateway and its authority alone know.
   */
  acknowledgement: (noticeSid: string) => `/v1/emergency-notices/${noticeSid}/acknowledgement`,
  /** POST, `RevocationRequest` → 201 `{authorities?, cloud?, already?}`, or 202 with a job: relayed to the channels that it names. */
  revocations: '/v1/revocations',
} as const;

/** Age at which a direct emergency notice is news no more and is refused, in seconds: the chain has told of it. */
export const EMERGENCY_NOTICE_MAX_AGE_S = 24 * 60 * 60;
/** Characters of an emergency notice: the manifest stands in it, encoded once more, so the bound of others is too small. */
export const EMERGENCY_NOTICE_MAX_CHARS = 65_536;
/** Bytes of the ciphertext of a record that travels as a direct notice. */
export const NOTICE_CIPHERTEXT_MAX_BYTES = 1024 * 1024;

export const EmergencyNoticeHttp = closedObject({
  /** `emergencyNotice` statement. */
  statement: CompactJws,
  /** The version's ciphertext, base64url; its hash stands in the statement's manifest. */
  ciphertext: Type.String({
    pattern: '^[A-Za-z0-9_-]+$',
    maxLength: Math.ceil((NOTICE_CIPHERTEXT_MAX_BYTES * 4) / 3),
  }),
});
export type EmergencyNoticeHttp = Static<typeof EmergencyNoticeHttp>;

/** `receipt`: `noticeReceipt` statement by the authority: the notice is on its disk. */
export const EmergencyNoticeAnswer = Type.Object(
  { created: Type.Boolean(), receipt: CompactJws },
  { title: 'EmergencyNoticeAnswer' },
);
export type EmergencyNoticeAnswer = Static<typeof EmergencyNoticeAnswer>;

/** Who acknowledged an emergency, when; `statement`: `acknowledgement` statement by the authority. */
export const Acknowledgement = Type.Object(
  {
    statement: CompactJws,
    practitionerId: PractitionerId,
    acknowledgedAt: Timestamp,
  },
  { title: 'Acknowledgement' },
);
export type Acknowledgement = Static<typeof Acknowledgement>;

/** What a gateway gets that asks: nothing while nobody has acknowledged. */
export const AcknowledgementAnswer = Type.Object({ acknowledgement: Type.Optional(Acknowledgement) });
export type AcknowledgementAnswer = Static<typeof AcknowledgementAnswer>;
