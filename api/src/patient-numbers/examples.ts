import type { Static } from 'typebox';
import type { PatientNumbersBody } from './schemas.js';

export const numbers: Static<typeof PatientNumbersBody> = {
  numbers: [
    { type: 'MR', system: 'https://hospital.example/patients', value: 'H-2026/04711' },
    { type: 'NI', system: 'urn:oid:2.16.840.1.113883.4.1', value: '078-05-1120' },
  ],
};
