import { SYSTEM, clinicalBundle, emergencyBundle, periodicBundle } from '@careledger/fhir';
import type { FhirErrorCode, RecordAbout } from '@careledger/fhir';
import {
  H8,
  HOSPITAL_NUMBER,
  LAB,
  OTHER_PATIENT,
  PATIENT,
  authority,
  byGateway,
  byHospital,
  byLab,
  clinical,
  collectionOf,
  composition,
  concept,
  documentOf,
  emergency,
  entry,
  observation,
  otherSubject,
  outside,
  periodic,
  provenance,
  pseudonym,
  subject,
  uuid,
} from '@careledger/fhir/testing';
import type { ContentVector, Part } from '@careledger/fhir/testing';
import type { Vector } from '@careledger/spec';

type Case = readonly [
  name: string,
  code: FhirErrorCode,
  description: string,
  bundle: object | string,
  about?: RecordAbout,
];

const one = (more: Part): Part => collectionOf(entry(observation(more)));
/** An Observation under the digit 1 and what it refers to under 2. */
const two = (more: Part, second: Part): Part =>
  collectionOf(entry(observation(more), '1'), entry(second, '2'));
const text = JSON.stringify;
const good = text(one({}));
let deep: unknown = 'x';
for (let i = 0; i < 32; i++) deep = [deep];

const JSON_CASES: readonly Case[] = [
  [
    'value-twice',
    'JSON_DUPLICATE_KEY',
    '5.4, then 54: readers that keep the last see ten times the first',
    good.replace('"value":6.1', '"value":5.4,"value":54'),
  ],
  [
    'subject-twice',
    'JSON_DUPLICATE_KEY',
    'This patient, then another',
    good.replace('"subject":', `"subject":${text(otherSubject)},"subject":`),
  ],
  [
    'subject-twice-in-two-spellings',
    'JSON_DUPLICATE_KEY',
    'The second name with an escape',
    good.replace('"subject":', `"\\u0073ubject":${text(otherSubject)},"subject":`),
  ],
  ['second-bundle-behind-the-first', 'NOT_JSON', 'Two values', good + good],
  ['nested-too-deep', 'NOT_JSON', 'Deeper than 32 levels', one({ note: deep })],
];

const FORM_CASES: readonly Case[] = [
  ['no-bundle', 'NOT_A_BUNDLE', 'An Observation alone', observation()],
  ['no-resource', 'NOT_A_FHIR_RESOURCE', 'An object without a type', { a: 1 }],
  ['observation-without-status', 'INVALID_FHIR', 'An element that R4 requires', one({ status: undefined })],
  [
    'patient-hidden-in-an-element',
    'INVALID_FHIR',
    'A resource where R4 has none, so that no check would look at it',
    one({ component: [{ code: concept(SYSTEM.loinc, '1-8'), value: pseudonym({ name: [{ text: 'x' }] }) }] }),
  ],
  [
    'contained-within-contained',
    'INVALID_FHIR',
    'R4 dom-2',
    one({
      contained: [observation({ id: 'a', contained: [pseudonym({ id: 'b' })] })],
      hasMember: [{ reference: '#a' }],
    }),
  ],
  [
    'document-without-composition',
    'INVALID_FHIR',
    'R4 bdl-11: nobody says what it is',
    documentOf(entry(observation(), '1')),
  ],
  [
    'subject-in-an-array-of-arrays',
    'INVALID_FHIR',
    'A nesting that R4 does not have, so that no check would look at it',
    one({ hasMember: [[otherSubject]] }),
  ],
  ['entry-without-resource', 'INVALID_FHIR', 'A name for nothing', collectionOf({ fullUrl: uuid('1') })],
];

const instruction = { method: 'DELETE', url: `Patient/${PATIENT}` };
const BUNDLE_CASES: readonly Case[] = [
  ...[
    'transaction',
    'batch',
    'message',
    'history',
    'searchset',
    'transaction-response',
    'batch-response',
  ].map((type): Case => {
    return [
      `bundle-is-a-${type}`,
      'BUNDLE_TYPE_REFUSED',
      'Neither a collection nor a document: an instruction or an answer',
      { ...one({}), type },
    ];
  }),
  [
    'collection-with-a-request',
    'BUNDLE_TYPE_REFUSED',
    'An instruction in the clothes of a collection',
    collectionOf({ ...entry(observation()), request: instruction }),
  ],
  [
    'collection-with-a-total',
    'BUNDLE_TYPE_REFUSED',
    'An answer to a search in the clothes of a collection',
    { ...one({}), total: 1 },
  ],
  [
    'bundle-within-a-bundle',
    'RESOURCE_TYPE_REFUSED',
    'What is inside would be checked by nobody',
    collectionOf(entry(one({ subject: otherSubject }))),
  ],
  [
    'parameters-with-a-patient',
    'RESOURCE_TYPE_REFUSED',
    'Parameters hold any resource',
    collectionOf(
      entry({ resourceType: 'Parameters', parameter: [{ name: 'a', valueString: 'b' }] }),
      entry(observation()),
    ),
  ],
  ...['Person', 'RelatedPerson', 'Group', 'Consent', 'Subscription', 'StructureDefinition'].map(
    (resourceType): Case => [
      `resource-${resourceType.toLowerCase()}`,
      'RESOURCE_TYPE_REFUSED',
      'Not the health data of the patient',
      collectionOf(entry(observation()), entry({ resourceType, patient: subject })),
    ],
  ),
  [
    'modifier-extension',
    'MODIFIER_UNKNOWN',
    'It may say: not so, or: of the twin',
    one({ modifierExtension: [{ url: 'urn:example:of-the-twin', valueBoolean: true }] }),
  ],
  [
    'implicit-rules',
    'MODIFIER_UNKNOWN',
    'Rules without which the resource is not understood',
    one({ implicitRules: 'urn:example:rules' }),
  ],
  [
    'two-entries-under-one-url',
    'REFERENCE_AMBIGUOUS',
    'Which of the two is meant?',
    collectionOf(entry(observation(), '1'), entry(observation(), '1')),
  ],
  [
    'two-entries-of-one-type-and-id',
    'REFERENCE_AMBIGUOUS',
    'Which of the two is meant?',
    collectionOf(entry(observation({ id: 'a' }), '1'), entry(observation({ id: 'a' }), '2')),
  ],
  [
    'two-contained-of-one-id',
    'REFERENCE_AMBIGUOUS',
    'Which of the two is meant?',
    one({ contained: [pseudonym({ id: 'p' }), pseudonym({ id: 'p' })], subject: { reference: '#p' } }),
  ],
  [
    'url-of-another-resource',
    'REFERENCE_AMBIGUOUS',
    'R4 bdl-8: the address ends in another id than the resource has',
    collectionOf({
      fullUrl: 'https://lab.example/fhir/Observation/1',
      resource: observation({ id: '2' }),
    }),
  ],
];

const PERSONAL: Readonly<Record<string, unknown>> = {
  name: [{ family: 'Doe' }],
  birthDate: '1980-01-01',
  address: [{ city: 'Paris' }],
  telecom: [{ system: 'phone', value: '1' }],
  photo: [{ contentType: 'image/png', data: 'YQ==' }],
  contact: [{ name: { family: 'Doe' } }],
  extension: [{ url: 'urn:example:race', valueString: 'x' }],
};
const PATIENT_CASES: readonly Case[] = [
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

const coding = { coding: [{ system: SYSTEM.loinc, code: '1-8' }] };
const SUBJECT_CASES: readonly Case[] = [
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

const AUTHOR_CASES: readonly Case[] = [
  [
    'result-that-another-authority-is-said-to-have-made',
    'AUTHOR_MISMATCH',
    'The hospital signs, the laboratory is named',
    one({ performer: [authority(LAB)] }),
    byHospital,
  ],
  [
    'result-by-an-organization-that-is-another-authority',
    'AUTHOR_MISMATCH',
    'Named by an entry',
    two(
      { performer: [{ reference: uuid('2') }] },
      { resourceType: 'Organization', identifier: [{ system: SYSTEM.authority, value: LAB }] },
    ),
    byHospital,
  ],
  [
    'result-by-a-part-of-another-authority',
    'AUTHOR_MISMATCH',
    'Named by what an entry is part of',
    two(
      { performer: [{ reference: uuid('2') }] },
      { resourceType: 'Organization', name: 'Unit', partOf: authority(LAB) },
    ),
    byHospital,
  ],
  [
    'result-by-a-practitioner-of-another-authority',
    'AUTHOR_MISMATCH',
    'Named by a role',
    two(
      { performer: [{ reference: uuid('2') }] },
      { resourceType: 'PractitionerRole', organization: authority(LAB) },
    ),
    byHospital,
  ],
  [
    'provenance-names-another-authority',
    'AUTHOR_MISMATCH',
    'An agent that did not sign',
    collectionOf(entry(observation(), '1'), entry(provenance({ agent: [{ who: authority(LAB) }] }))),
    byHospital,
  ],
  [
    'provenance-on-behalf-of-another-authority',
    'AUTHOR_MISMATCH',
    'The practitioner of an authority that did not sign',
    collectionOf(
      entry(observation(), '1'),
      entry(
        provenance({
          agent: [
            {
              who: outside('Practitioner', SYSTEM.practitioner, `prc_${'d'.repeat(32)}`),
              onBehalfOf: authority(LAB),
            },
          ],
        }),
      ),
    ),
    byHospital,
  ],
  [
    'composition-by-another-authority',
    'AUTHOR_MISMATCH',
    'The author of the document is not the author of the record',
    { ...documentOf(entry(composition())), identifier: HOSPITAL_NUMBER },
    byHospital,
  ],
  [
    'composition-by-the-patient',
    'AUTHOR_MISMATCH',
    'An authority lets the patient say something',
    documentOf(entry(composition({ author: [subject] }))),
  ],
  [
    'composition-attested-by-the-patient',
    'AUTHOR_MISMATCH',
    'An authority lets the patient vouch',
    documentOf(entry(composition({ attester: [{ mode: 'personal', party: subject }] }))),
  ],
  [
    'provenance-by-the-patient',
    'AUTHOR_MISMATCH',
    'An authority says that the patient wrote it',
    collectionOf(entry(observation(), '1'), entry(provenance({ agent: [{ who: subject }] }))),
  ],
  [
    'provenance-by-a-gateway-that-did-not-sign',
    'AUTHOR_MISMATCH',
    'An authority says that the patient’s gateway assembled it',
    collectionOf(
      entry(observation(), '1'),
      entry(provenance({ agent: [{ who: outside('Device', SYSTEM.gateway, 'gateway-home-1') }] })),
    ),
  ],
  [
    'document-of-another-author',
    'AUTHOR_MISMATCH',
    'The bundle is identified as the laboratory’s',
    { ...one({}), identifier: { system: SYSTEM.document, value: `${LAB}/report-1` } },
    byHospital,
  ],
  [
    'author-is-another-patient',
    'AUTHOR_MISMATCH',
    'A patient writes no records of another one',
    one({}),
    { ...byLab, author: OTHER_PATIENT },
  ],
  [
    'author-is-a-provider',
    'AUTHOR_MISMATCH',
    'A provider writes no records',
    one({}),
    { ...byLab, author: 'prv_cloud-a' },
  ],
];

const window = periodicBundle(periodic);
const episode = emergencyBundle(emergency);
const without = (bundle: typeof window, resourceType: string): Part => ({
  ...bundle,
  entry: bundle.entry.filter(({ resource }) => resource.resourceType !== resourceType),
});
const withFirst = (bundle: typeof window, more: Part): Part => {
  const [first, ...rest] = bundle.entry;
  return { ...bundle, entry: [{ ...first, resource: { ...first?.resource, ...more } }, ...rest] };
};

const KIND_CASES: readonly Case[] = [
  [
    'authority-makes-an-emergency',
    'KIND_MISMATCH',
    'Only gateways raise them',
    episode,
    { ...byLab, kind: 'emergency' },
  ],
  [
    'authority-makes-a-window',
    'KIND_MISMATCH',
    'Only gateways make them',
    window,
    { ...byLab, kind: 'periodic' },
  ],
  [
    'gateway-makes-a-clinical-record',
    'KIND_MISMATCH',
    'Only authorities write them',
    clinicalBundle(clinical),
    { ...byLab, author: PATIENT },
  ],
  [
    'clinical-record-identified-as-an-episode',
    'KIND_MISMATCH',
    'It would be taken for the gateway’s',
    { ...one({}), identifier: { system: SYSTEM.episode, value: `${PATIENT}/glucose-very-low/${H8}` } },
  ],
  [
    'result-identified-as-an-alarm',
    'KIND_MISMATCH',
    'It would be taken for the gateway’s',
    one({ identifier: [{ system: SYSTEM.episode, value: `${PATIENT}/glucose-very-low/${H8}` }] }),
  ],
  ['window-as-an-emergency', 'KIND_MISMATCH', 'An alarm that is none', window, byGateway('emergency')],
  ['emergency-as-a-window', 'KIND_MISMATCH', 'An alarm that nobody hears', episode, byGateway('periodic')],
  [
    'window-with-an-alarm',
    'KIND_MISMATCH',
    'An alarm that nobody hears, under the name of a window',
    { ...episode, identifier: window.identifier },
    byGateway('periodic'),
  ],
  [
    'alarm-of-another-episode',
    'KIND_MISMATCH',
    'The record and the alarm in it name two episodes',
    withFirst(episode, {
      identifier: [{ system: SYSTEM.episode, value: `${PATIENT}/glucose-very-high/${H8}` }],
    }),
    byGateway('emergency'),
  ],
  [
    'window-without-provenance',
    'KIND_MISMATCH',
    'Nobody says on which block it rests',
    without(window, 'Provenance'),
    byGateway('periodic'),
  ],
  [
    'gateway-writes-a-note',
    'KIND_MISMATCH',
    'A document among the readings',
    {
      ...window,
      entry: [
        ...window.entry,
        ...clinicalBundle({ ...clinical, author: { authorityId: LAB } })
          .entry.filter(({ resource }) => resource.resourceType === 'DocumentReference')
          .map(({ fullUrl, resource }) => ({
            fullUrl,
            resource: { ...resource, author: [outside('Device', SYSTEM.gateway, 'gateway-home-1')] },
          })),
      ],
    },
    byGateway('periodic'),
  ],
  [
    'gateway-names-a-laboratory',
    'AUTHOR_MISMATCH',
    'A gateway says that a laboratory measured',
    withFirst(window, { performer: [authority(LAB)] }),
    byGateway('periodic'),
  ],
  [
    'gateway-adds-an-element',
    'PROFILE_VIOLATION',
    'More than gateways write',
    withFirst(window, { note: [{ text: 'x' }] }),
    byGateway('periodic'),
  ],
  [
    'window-of-another-patient',
    'SUBJECT_MISMATCH',
    'The window is named for another patient',
    { ...window, identifier: { system: SYSTEM.window, value: `${OTHER_PATIENT}/${H8}/${H8 + 1}` } },
    byGateway('periodic'),
  ],
  [
    'window-about-another-patient',
    'SUBJECT_MISMATCH',
    'One aggregate of another patient',
    withFirst(window, { subject: otherSubject }),
    byGateway('periodic'),
  ],
];

/** `"status":"final"` with a byte in it that begins no character. */
const NOT_UTF8 = Buffer.concat([
  Buffer.from('{"resourceType":"Bundle","type":"collection'),
  Buffer.from([0xff]),
  Buffer.from('"}'),
]);

export const invalidContent = (): Vector<ContentVector>[] => [
  {
    name: 'not-utf-8',
    description: 'A byte that begins no character',
    about: byLab,
    bytes: NOT_UTF8.toString('base64url'),
    code: 'NOT_JSON',
  },
  ...[
    ...JSON_CASES,
    ...FORM_CASES,
    ...BUNDLE_CASES,
    ...PATIENT_CASES,
    ...SUBJECT_CASES,
    ...AUTHOR_CASES,
    ...KIND_CASES,
  ].map(([name, code, description, bundle, about = byLab]): Vector<ContentVector> => ({
    name,
    description,
    about,
    content: typeof bundle === 'string' ? bundle : text(bundle),
    code,
  })),
];
