import { EXAMPLE, exampleStatement } from '@careledger/contracts/examples';

const { patientId, practitionerId, authorityId } = EXAMPLE;
const stated = {
  patientId,
  version: 1,
  previous: null,
  settings: { news2: { spo2Scale: 2 as const } },
  purpose: 'TREAT' as const,
  practitionerId,
};

/** For a patient with hypercapnic respiratory failure: NEWS2's second scale of SpO2. */
export const wanted = { ...stated, unit: 'pulmonology' };
export const signed = {
  statement: exampleStatement('settings', { ...stated, granteeTags: [EXAMPLE.tag] }, authorityId),
};
