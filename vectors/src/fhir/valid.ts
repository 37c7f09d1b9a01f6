import { SYSTEM, clinicalBundle, detailBundle, emergencyBundle, periodicBundle } from '@careledger/fhir';
import type { RecordAbout } from '@careledger/fhir';
import {
  HOSPITAL,
  HOSPITAL_NUMBER,
  LAB,
  PATIENT,
  authority,
  byGateway,
  byLab,
  clinical,
  collectionOf,
  composition,
  detail,
  documentOf,
  emergency,
  entry,
  observation,
  ofOneCause,
  outside,
  periodic,
  provenance,
  pseudonym,
  subject,
  subjectOf,
  uuid,
  vitals,
} from '@careledger/fhir/testing';
import type { ContentVector, Part } from '@careledger/fhir/testing';
import type { Vector } from '@careledger/spec';

type Case = readonly [name: string, description: string, bundle: object, about?: RecordAbout];

const SERVER = 'https://lab.example/fhir';
const patientEntry = entry(pseudonym(), '2');

/** What this system makes. */
const MADE: readonly Case[] = [
  ['periodic', 'A window, as a gateway makes it', periodicBundle(periodic), byGateway('periodic')],
  [
    'periodic-revised',
    'A later version of the window',
    periodicBundle({ ...periodic, isRevision: true }),
    byGateway('periodic'),
  ],
  ['detail', 'The single values of a window', detailBundle(detail), byGateway('detail')],
  ['emergency', 'An episode that lasts', emergencyBundle(emergency), byGateway('emergency')],
  ['emergency-news2', 'An episode by NEWS2, with its score', emergencyBundle(vitals), byGateway('emergency')],
  [
    'emergency-withdrawn',
    'An episode that was none',
    emergencyBundle({ ...vitals, isWithdrawn: true }),
    byGateway('emergency'),
  ],
  [
    'emergency-of-two-rules',
    'Two alarms with one cause, the one of high priority first',
    emergencyBundle(ofOneCause),
    byGateway('emergency'),
  ],
  ['clinical', 'A result and a note by a practitioner of the author', clinicalBundle(clinical)],
];

/** What authorities may make besides. */
const TAKEN: readonly Case[] = [
  [
    'subject-by-identifier',
    'A logical reference without a type',
    collectionOf(entry(observation({ subject: { identifier: { system: SYSTEM.patient, value: PATIENT } } }))),
  ],
  [
    'subject-by-pseudonym',
    'Patient/ and the pseudonym, although no id of R4 has an underscore',
    collectionOf(entry(observation({ subject: { reference: `Patient/${PATIENT}` } }))),
  ],
  [
    'subject-in-an-entry',
    'A Patient that is nothing but the pseudonym',
    collectionOf(entry(observation({ subject: { reference: uuid('2') } }), '1'), patientEntry),
  ],
  [
    'subject-contained',
    'The same, contained',
    collectionOf(
      entry(
        observation({ contained: [pseudonym({ id: 'p' })], subject: { reference: '#p', type: 'Patient' } }),
      ),
    ),
  ],
  [
    'document',
    'A document that begins with its Composition',
    documentOf(
      entry(composition({ section: [{ title: 'Results', entry: [{ reference: uuid('1') }] }] }), '3'),
      entry(observation(), '1'),
    ),
  ],
  [
    'link-of-the-server',
    'Where a server said that the bundle is',
    { ...collectionOf(entry(observation())), link: [{ relation: 'self', url: `${SERVER}/Bundle/1` }] },
  ],
  [
    'addresses-of-a-server',
    'Entries under addresses of a server that refer to one another as there',
    collectionOf(
      {
        fullUrl: `${SERVER}/Observation/1`,
        resource: observation({ id: '1', device: { reference: 'Device/7' } }),
      },
      { fullUrl: `${SERVER}/Device/7`, resource: { resourceType: 'Device', id: '7', patient: subject } },
      entry(provenance({ target: [{ reference: `${SERVER}/Observation/1` }] })),
    ),
  ],
  [
    'things-in-stock',
    'Device and Specimen may leave out the patient',
    collectionOf(
      entry(
        observation({ specimen: { reference: '#s' }, contained: [{ resourceType: 'Specimen', id: 's' }] }),
        '1',
      ),
      entry({ resourceType: 'Device' }),
    ),
  ],
  [
    'measured-by-the-patient',
    'The patient as performer and as who answered',
    collectionOf(
      entry(observation({ performer: [subject] })),
      entry({ resourceType: 'QuestionnaireResponse', status: 'completed', subject, author: subject }),
    ),
  ],
  [
    'practitioner-of-the-author',
    'A practitioner in words, whose role is at the author',
    collectionOf(
      entry(observation({ performer: [{ reference: uuid('2') }] })),
      entry(
        {
          resourceType: 'PractitionerRole',
          practitioner: { reference: uuid('3') },
          organization: authority(LAB),
        },
        '2',
      ),
      entry({ resourceType: 'Practitioner', name: [{ family: 'Example' }] }, '3'),
    ),
  ],
  [
    'another-authority-is-asked',
    'A request that another authority is to carry out, and who is told of it',
    collectionOf(
      entry({
        resourceType: 'ServiceRequest',
        status: 'active',
        intent: 'order',
        subject,
        requester: authority(LAB),
        performer: [authority(HOSPITAL)],
      }),
      entry({
        resourceType: 'Communication',
        status: 'completed',
        subject,
        sender: authority(LAB),
        recipient: [authority(HOSPITAL)],
      }),
    ),
  ],
  [
    'performer-by-a-number-of-elsewhere',
    'Who is named by no identifier of this system is told in words',
    collectionOf(
      entry(observation({ performer: [{ identifier: HOSPITAL_NUMBER, display: 'Laboratory B' }] })),
    ),
  ],
  [
    'focus-on-a-device',
    'About a device of the patient in the record',
    collectionOf(
      entry(observation({ focus: [{ reference: uuid('2') }] })),
      entry({ resourceType: 'Device', patient: subject }, '2'),
    ),
  ],
  [
    'extension-names-the-patient',
    'A reference in an extension, to the same patient',
    collectionOf(
      entry(observation({ extension: [{ url: 'urn:example:owner', valueReference: subjectOf(PATIENT) }] })),
    ),
  ],
  [
    'attachment-in-the-record',
    'A document whose letters are a Binary of the record',
    collectionOf(
      entry({
        resourceType: 'DocumentReference',
        status: 'current',
        subject,
        author: [outside('Practitioner', SYSTEM.practitioner, `prc_${'d'.repeat(32)}`)],
        content: [{ attachment: { contentType: 'text/plain', url: uuid('2') } }],
      }),
      entry({ resourceType: 'Binary', contentType: 'text/plain', data: 'YQ==' }, '2'),
    ),
  ],
];

const textOf = (bundle: object | Part): string => JSON.stringify(bundle);

export const validContent = (): Vector<ContentVector>[] =>
  [...MADE, ...TAKEN].map(([name, description, bundle, about = byLab]) => ({
    name,
    description,
    about,
    content: textOf(bundle),
  }));
