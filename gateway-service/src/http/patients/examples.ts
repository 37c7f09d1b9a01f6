import { EXAMPLE, exampleStatement } from '@careledger/contracts/examples';
import type { Static } from 'typebox';
import type {
  EnrolledPatient,
  EnrolmentsBody,
  EnrolmentsView,
  OfferView,
  OffersView,
  PatientView,
  TokenView,
} from './schemas.js';

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

const gatewayKeyProof = exampleStatement('keyProof', {
  subject: EXAMPLE.patientId,
  key: EXAMPLE.otherPublicKey,
});
export const offer: OfferView = {
  patientId: EXAMPLE.patientId,
  networkId: EXAMPLE.network,
  gatewayKey: EXAMPLE.otherPublicKey,
  gatewayKeyProof,
  encryptionKey: EXAMPLE.publicKey,
};
export const ownEnrolment: EnrolmentsBody['enrolments'][number] = {
  statement: exampleStatement('registerPatient', { consentKey: EXAMPLE.publicKey }),
  scopeKey: 'eyJhbGciOiJFQ0RILUVTIn0..x.y.z',
};

const exists = { code: 'PATIENT_EXISTS', detail: `${EXAMPLE.patientId} is enrolled here already` };
export const offers: OffersView = { offers: [{ offer, problem: null }] };
export const offersOfKnown: OffersView = { offers: [{ offer: null, problem: exists }] };
export const enrolments: EnrolmentsView = {
  enrolments: [
    { patientId: EXAMPLE.patientId, ...token, problem: null },
    { patientId: null, token: null, problem: exists },
  ],
};
