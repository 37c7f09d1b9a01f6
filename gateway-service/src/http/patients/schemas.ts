import { CompactJws, Sealed } from '@careledger/contracts';
import { ChannelName, NetworkId, PatientId, PublicKey, Timestamp, closedObject } from '@careledger/domain';
import { Next, jobOf } from '@careledger/service-kit';
import { Type, type Static } from 'typebox';
import { Passphrase } from '../schemas.js';

/** With a passphrase the gateway makes and keeps the consent key; with a statement the patient has it. */
export const EnrolmentBody = Type.Union([
  closedObject({
    /** `registerPatient`, by the consent key that it names; appoints the keys that were offered. */
    statement: CompactJws,
    /** 32 bytes, sealed to the encryption key that was offered: the gateway tags the records that it makes. */
    scopeKey: Sealed,
  }),
  closedObject({ passphrase: Passphrase }),
]);
export type EnrolmentBody = Static<typeof EnrolmentBody>;

export const OfferBody = closedObject({ consentKey: PublicKey });
/** What the patient appoints by the registration. */
export const OfferView = Type.Object({
  patientId: PatientId,
  networkId: NetworkId,
  gatewayKey: PublicKey,
  gatewayKeyProof: CompactJws,
  encryptionKey: PublicKey,
});
export type OfferView = Static<typeof OfferView>;

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
