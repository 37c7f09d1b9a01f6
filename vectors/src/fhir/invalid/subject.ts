import { SYSTEM } from '@careledger/fhir';
import {
  HOSPITAL_NUMBER,
  OTHER_PATIENT,
  PATIENT,
  collectionOf,
  entry,
  observation,
  otherSubject,
  pseudonym,
  subject,
  uuid,
} from '@careledger/fhir/testing';
import { one, two } from './case.js';
import type { Case } from './case.js';

const coding = { coding: [{ system: SYSTEM.loinc, code: '1-8' }] };
export const SUBJECT_CASES: readonly Case[] = [
  ['subject-missing', 'SUBJECT_MISSING', 'About nobody', one({ subject: undefined })],
  ['subject-is-another-patient', 'SUBJECT_MISMATCH', 'By identifier', one({ subject: otherSubject })],
  [
    'subject-is-another-pseudonym',
    'SUBJECT_MISMATCH',
    'By Patient/ and the pseudonym',
    one({ subject: { reference: `Patient/${OTHER_PATIENT}` } }),
  ],
  [
    'subject-on-another-server',
    'REFERENCE_OUTSIDE',
    'An absolute address, whose content may change',
    one({ subject: { reference: 'https://hospital.example/fhir/Patient/1' } }),
  ],
  [
    'subject-by-an-id-of-elsewhere',
    'REFERENCE_OUTSIDE',
    'An id that only the author’s server can resolve',
    one({ subject: { reference: 'Patient/1' } }),
  ],
  [
    'subject-by-a-hospital-number',
    'SUBJECT_MISMATCH',
    'An identifier of another system',
    one({ subject: { type: 'Patient', identifier: HOSPITAL_NUMBER } }),
  ],
  [
    'subject-by-a-hospital-number-without-type',
    'SUBJECT_MISMATCH',
    'The same, without saying that it is a patient',
    one({ subject: { identifier: HOSPITAL_NUMBER } }),
  ],
  ['subject-in-words', 'SUBJECT_MISMATCH', 'A name alone', one({ subject: { display: 'Jane Doe' } })],
  [
    'subject-in-an-entry-is-another-patient',
    'SUBJECT_MISMATCH',
    'The reference is as it should be, what it leads to is not',
    two(
      { subject: { reference: uuid('2') } },
      pseudonym({ identifier: [{ system: SYSTEM.patient, value: OTHER_PATIENT }] }),
    ),
  ],
  [
    'subject-in-an-entry-has-a-hospital-number',
    'SUBJECT_MISMATCH',
    'A Patient without the pseudonym',
    two({ subject: { reference: uuid('2') } }, pseudonym({ identifier: [HOSPITAL_NUMBER] })),
  ],
  [
    'subject-contained-is-another-patient',
    'SUBJECT_MISMATCH',
    'The same, contained',
    one({
      contained: [pseudonym({ id: 'p', identifier: [{ system: SYSTEM.patient, value: OTHER_PATIENT }] })],
      subject: { reference: '#p' },
    }),
  ],
  [
    'subject-contained-nowhere',
    'REFERENCE_OUTSIDE',
    'A fragment to nothing',
    one({ subject: { reference: '#p' } }),
  ],
  [
    'subject-of-another-resource',
    'REFERENCE_OUTSIDE',
    'A fragment leads within its own resource alone',
    collectionOf(
      entry(observation({ contained: [pseudonym({ id: 'p' })] })),
      entry(observation({ subject: { reference: '#p' } })),
    ),
  ],
  [
    'subject-in-two-ways',
    'SUBJECT_MISMATCH',
    'This patient by reference, another by identifier',
    one({ subject: { ...otherSubject, reference: `Patient/${PATIENT}` } }),
  ],
  [
    'subject-is-a-device',
    'SUBJECT_MISMATCH',
    'R4 lets an Observation be about a device',
    two({ subject: { reference: uuid('2') } }, { resourceType: 'Device' }),
  ],
  [
    'subject-is-a-group',
    'SUBJECT_MISMATCH',
    'R4 lets an Observation be about a group',
    one({ subject: { type: 'Group', identifier: HOSPITAL_NUMBER } }),
  ],
  [
    'device-that-says-it-is-a-patient',
    'SUBJECT_MISMATCH',
    'The type of the reference says Patient',
    two({ subject: { type: 'Patient', reference: uuid('2') } }, { resourceType: 'Device' }),
  ],
  [
    'second-entry-about-another-patient',
    'SUBJECT_MISMATCH',
    'One foreign result among the patient’s own',
    collectionOf(entry(observation()), entry(observation({ subject: otherSubject }))),
  ],
  [
    'contained-result-of-another-patient',
    'SUBJECT_MISMATCH',
    'A foreign result within one of the patient’s own',
    one({ contained: [observation({ id: 'o', subject: otherSubject })], hasMember: [{ reference: '#o' }] }),
  ],
  [
    'contained-result-of-nobody',
    'SUBJECT_MISSING',
    'A result that may be anybody’s',
    one({ contained: [observation({ id: 'o', subject: undefined })], hasMember: [{ reference: '#o' }] }),
  ],
  [
    'device-of-another-patient',
    'SUBJECT_MISMATCH',
    'Device.patient may be left out, but not be somebody else',
    two({ device: { reference: uuid('2') } }, { resourceType: 'Device', patient: otherSubject }),
  ],
  [
    'vaccination-of-another-patient',
    'SUBJECT_MISMATCH',
    'Where the element is called patient',
    collectionOf(
      entry({
        resourceType: 'Immunization',
        status: 'completed',
        vaccineCode: coding,
        patient: otherSubject,
      }),
    ),
  ],
  [
    'coverage-of-another-patient',
    'SUBJECT_MISMATCH',
    'Where the element is called beneficiary',
    collectionOf(entry({ resourceType: 'Coverage', status: 'active', beneficiary: otherSubject })),
  ],
  [
    'task-for-another-patient',
    'SUBJECT_MISMATCH',
    'Where the element is called for',
    collectionOf(entry({ resourceType: 'Task', status: 'ready', intent: 'order', for: otherSubject })),
  ],
  [
    'account-of-two-patients',
    'SUBJECT_MISMATCH',
    'Where there may be several subjects',
    collectionOf(entry({ resourceType: 'Account', status: 'active', subject: [subject, otherSubject] })),
  ],
  [
    'focus-is-another-patient',
    'SUBJECT_MISMATCH',
    'Observation.focus: about somebody else than the subject',
    one({ focus: [otherSubject] }),
  ],
  [
    'focus-is-a-relative',
    'SUBJECT_MISMATCH',
    'About the mother',
    one({ focus: [{ type: 'RelatedPerson', identifier: HOSPITAL_NUMBER }] }),
  ],
  [
    'focus-is-whoever',
    'SUBJECT_MISMATCH',
    'An identifier of something of which the type is not said',
    one({ focus: [{ identifier: HOSPITAL_NUMBER }] }),
  ],
  [
    'extension-names-another-patient',
    'SUBJECT_MISMATCH',
    'Where nobody looks',
    one({ extension: [{ url: 'urn:example:twin', valueReference: otherSubject }] }),
  ],
  [
    'entry-names-another-patient',
    'SUBJECT_MISMATCH',
    'Beside the resource, in an extension of its entry',
    collectionOf({
      ...entry(observation()),
      extension: [{ url: 'urn:example:twin', valueReference: otherSubject }],
    }),
  ],
  [
    'identifier-names-another-patient',
    'SUBJECT_MISMATCH',
    'The result is numbered by another patient',
    one({ identifier: [{ system: SYSTEM.patient, value: OTHER_PATIENT }] }),
  ],
  [
    'result-on-another-server',
    'REFERENCE_OUTSIDE',
    'Derived from what somebody may have measured',
    one({ derivedFrom: [{ reference: 'https://hospital.example/fhir/Observation/1' }] }),
  ],
  [
    'attachment-on-another-server',
    'REFERENCE_OUTSIDE',
    'The letters are elsewhere, and not signed',
    collectionOf(
      entry({
        resourceType: 'DocumentReference',
        status: 'current',
        subject,
        content: [{ attachment: { contentType: 'text/plain', url: 'https://hospital.example/letter' } }],
      }),
    ),
  ],
];
