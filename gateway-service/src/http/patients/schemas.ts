import { CompactJws, Sealed } from '@careledger/contracts';
import {
  ChannelName,
  NetworkId,
  NullOr,
  PatientId,
  PublicKey,
  Timestamp,
  closedObject,
} from '@careledger/domain';
import { ItemProblem } from '@careledger/protocol';
import { Next, jobOf } from '@careledger/service-kit';
import { Type, type Static } from 'typebox';
import { ENROLMENTS_MAX } from '../../patients/limits.js';
import { Passphrase } from '../schemas.js';

const OwnEnrolment = closedObject({
  /** `registerPatient`, by the consent key that it names; appoints the keys that were offered. */
  statement: CompactJws,
  /** 32 bytes, sealed to the encryption key that was offered: the gateway tags the records that it makes. */
  scopeKey: Sealed,
});

/** With a passphrase the gateway makes and keeps the consent key; with a statement the patient has it. */
export const EnrolmentBody = Type.Union([OwnEnrolment, closedObject({ passphrase: Passphrase })]);
export type EnrolmentBody = Static<typeof EnrolmentBody>;

export const OfferBody = closedObject({ consentKey: PublicKey });
/** What the patient appoints by the registration. */
export const OfferView = Type.Object(
  {
    patientId: PatientId,
    networkId: NetworkId,
    gatewayKey: PublicKey,
    gatewayKeyProof: CompactJws,
    encryptionKey: PublicKey,
  },
  { title: 'EnrolmentOffer' },
);
export type OfferView = Static<typeof OfferView>;

const many = { minItems: 1, maxItems: ENROLMENTS_MAX };
/** Null where it was done. */
const Problem = NullOr(ItemProblem);

export const OffersBody = closedObject({ consentKeys: Type.Array(PublicKey, many) });
/** In the order of the keys. */
export const OffersView = Type.Object({
  offers: Type.Array(Type.Object({ offer: NullOr(OfferView), problem: Problem })),
});
export type OffersView = Static<typeof OffersView>;

export const EnrolmentsBody = closedObject({ enrolments: Type.Array(OwnEnrolment, many) });
export type EnrolmentsBody = Static<typeof EnrolmentsBody>;
/** In the order of the enrolments. */
export const EnrolmentsView = Type.Object({
  enrolments: Type.Array(
    Type.Object({
      patientId: NullOr(PatientId),
      token: NullOr(Type.String({ description: 'Bearer token of role patient, shown once' })),
      problem: Problem,
    }),
  ),
});
export type EnrolmentsView = Static<typeof EnrolmentsView>;

export const PatientView = Type.Object(
  {
    patientId: PatientId,
    createdAt: Timestamp,
    chain: Type.Object({ height: Type.Integer(), hash: Type.String() }),
    devices: Type.Integer(),
    /** Channels on which the patient is registered; the outbox takes care of the rest. */
    registeredOn: Type.Array(ChannelName),
  },
  { title: 'PatientView' },
);
export type PatientView = Static<typeof PatientView>;

export const TokenView = Type.Object({
  token: Type.String({ description: 'Bearer token of role patient, shown once' }),
});
export type TokenView = Static<typeof TokenView>;

export const EnrolledPatient = Type.Object(
  { ...PatientView.properties, ...TokenView.properties },
  { title: 'EnrolledPatient' },
);
/** The registration on its way; the token is told once, not by the job itself. */
export const EnrolmentJob = jobOf('EnrolmentJob', EnrolledPatient);

export const PatientsPage = Type.Object({
  patients: Type.Array(PatientView),
  next: Next,
});
export type PatientsPage = Static<typeof PatientsPage>;
