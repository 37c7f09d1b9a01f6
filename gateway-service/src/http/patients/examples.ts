import { EXAMPLE } from '@careledger/domain/examples';
import type { Static } from 'typebox';
import type { EnrolledPatient, PatientView, TokenView } from './schemas.js';

export const patient: PatientView = {
  patientId: EXAMPLE.patientId,
  createdAt: EXAMPLE.at[0],
  chain: { height: 42, hash: EXAMPLE.hash },
  devices: 1,
  registeredOn: ['authorities', 'cloud'],
};
export const token: TokenView = { token: 'T3kVq9XwN2mZ7rLb5cHs8YjDf0GpKa4u' };
/** As it is just then: nothing but its first block. */
export const enrolled: Static<typeof EnrolledPatient> = {
  ...patient,
  chain: { height: 0, hash: EXAMPLE.prevHash },
  devices: 0,
  ...token,
};
/** On its way: no channel has the registration yet. */
export const enrolling: Static<typeof EnrolledPatient> = { ...enrolled, registeredOn: [] };
