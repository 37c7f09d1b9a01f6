import { PATIENTS_MSP } from '@careledger/domain';

/** Every kind of identity that can sign a proposal: organisation and name of its certificate. */
export const IDENTITIES = {
  'patients client': { mspId: PATIENTS_MSP, name: 'user' },
  'patients enroller': { mspId: PATIENTS_MSP, name: 'gateway' },
  'patients admin': { mspId: PATIENTS_MSP, name: 'admin' },
  'hospital client': { mspId: 'HospitalMSP', name: 'user' },
  'hospital admin': { mspId: 'HospitalMSP', name: 'admin' },
  'hospital peer': { mspId: 'HospitalMSP', name: 'peer' },
  'hospital client that claims to enrol': { mspId: 'HospitalMSP', name: 'claims-to-enrol' },
  'lab client': { mspId: 'LabMSP', name: 'user' },
  'lab admin': { mspId: 'LabMSP', name: 'admin' },
  'cloud-a client': { mspId: 'CloudAMSP', name: 'user' },
  'cloud-a admin': { mspId: 'CloudAMSP', name: 'admin' },
  'cloud-b client': { mspId: 'CloudBMSP', name: 'user' },
  'cloud-b admin': { mspId: 'CloudBMSP', name: 'admin' },
} as const;
export type IdentityName = keyof typeof IDENTITIES;

export const EVERYBODY = Object.keys(IDENTITIES) as IdentityName[];

/** A client whose certificate has an attribute that is not its organisation's to give. */
export const PRETENDER = IDENTITIES['hospital client that claims to enrol'];
