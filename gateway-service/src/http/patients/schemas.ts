import { ChannelName, PatientId, Timestamp, closedObject } from '@careledger/domain';
import { Next, jobOf } from '@careledger/service-kit';
import { Type, type Static } from 'typebox';
import { Passphrase } from '../schemas.js';

export const EnrolmentBody = closedObject({ passphrase: Passphrase });

export const PatientView = Type.Object({
  patientId: PatientId,
  createdAt: Timestamp,
  chain: Type.Object({ height: Type.Integer(), hash: Type.String() }),
  devices: Type.Integer(),
  /** Channels on which the patient is registered; the outbox takes care of the rest. */
  registeredOn: Type.Array(ChannelName),
});
export type PatientView = Static<typeof PatientView>;

export const TokenView = Type.Object({
  token: Type.String({ description: 'Bearer token of role patient, shown once' }),
});
export type TokenView = Static<typeof TokenView>;

export const EnrolledPatient = Type.Object({ ...PatientView.properties, ...TokenView.properties });
/** The registration on its way; the token is told once, not by the job itself. */
export const EnrolmentJob = jobOf(EnrolledPatient);

export const PatientsPage = Type.Object({
  patients: Type.Array(PatientView),
  next: Next,
});
export type PatientsPage = Static<typeof PatientsPage>;
