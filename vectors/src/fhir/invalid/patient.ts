import { SYSTEM } from '@careledger/fhir';
import {
  HOSPITAL_NUMBER,
  PATIENT,
  collectionOf,
  entry,
  pseudonym,
  subject,
  uuid,
} from '@careledger/fhir/testing';
import { one, two } from './case.js';
import type { Case } from './case.js';

const PERSONAL: Readonly<Record<string, unknown>> = {
  name: [{ family: 'Doe' }],
  birthDate: '1980-01-01',
  address: [{ city: 'Paris' }],
  telecom: [{ system: 'phone', value: '1' }],
  photo: [{ contentType: 'image/png', data: 'YQ==' }],
  contact: [{ name: { family: 'Doe' } }],
  extension: [{ url: 'urn:example:race', valueString: 'x' }],
};
export const PATIENT_CASES: readonly Case[] = [
  [
    'bare-patient-with-a-name',
    'PATIENT_IDENTIFIED',
    'Nothing but who the pseudonym is',
    collectionOf(entry({ resourceType: 'Patient', name: [{ family: 'Doe' }] })),
  ],
  ...Object.entries(PERSONAL).map(([element, value]): Case => {
    return [
      `patient-with-${element.toLowerCase()}`,
      'PATIENT_IDENTIFIED',
      'More of the patient than the pseudonym',
      two({ subject: { reference: uuid('2') } }, pseudonym({ [element]: value })),
    ];
  }),
  [
    'patient-with-a-second-identifier',
    'PATIENT_IDENTIFIED',
    'The number of a hospital beside the pseudonym',
    two(
      { subject: { reference: uuid('2') } },
      pseudonym({ identifier: [{ system: SYSTEM.patient, value: PATIENT }, HOSPITAL_NUMBER] }),
    ),
  ],
  [
    'contained-patient-with-a-name',
    'PATIENT_IDENTIFIED',
    'The same, contained',
    one({
      contained: [pseudonym({ id: 'p', name: [{ family: 'Doe' }] })],
      subject: { reference: '#p' },
    }),
  ],
  [
    'subject-with-a-display-name',
    'PATIENT_IDENTIFIED',
    'The name of the patient beside the pseudonym',
    one({ subject: { ...subject, display: 'Jane Doe' } }),
  ],
  [
    'subject-identifier-with-an-assigner',
    'PATIENT_IDENTIFIED',
    'Where the patient is known by name',
    one({
      subject: {
        identifier: { system: SYSTEM.patient, value: PATIENT, assigner: { display: 'Dr. Who, Paris' } },
      },
    }),
  ],
  [
    'nothing-but-the-pseudonym',
    'SUBJECT_MISSING',
    'Nothing is said about the patient',
    collectionOf(entry(pseudonym())),
  ],
  ['no-entry', 'SUBJECT_MISSING', 'Nothing is said', { resourceType: 'Bundle', type: 'collection' }],
];
