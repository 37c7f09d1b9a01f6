import { SYSTEM } from '@careledger/fhir';
import {
  PATIENT,
  collectionOf,
  concept,
  documentOf,
  entry,
  observation,
  otherSubject,
  pseudonym,
  subject,
  uuid,
} from '@careledger/fhir/testing';
import { one, text } from './case.js';
import type { Case } from './case.js';

const good = text(one({}));
let deep: unknown = 'x';
for (let i = 0; i < 32; i++) deep = [deep];

export const JSON_CASES: readonly Case[] = [
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

export const FORM_CASES: readonly Case[] = [
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
export const BUNDLE_CASES: readonly Case[] = [
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
