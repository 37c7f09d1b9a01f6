import { SYSTEM } from '@careledger/fhir';
import {
  collectionOf,
  concept,
  entry,
  observation,
  otherSubject,
  provenance,
  subject,
  uuid,
} from '@careledger/fhir/testing';
import type { Part } from '@careledger/fhir/testing';
import { one, text } from '../fhir/invalid/case.js';
import { bloodPressure, narrative, pressure, quantityOf, vitalSign } from './parts.js';

/** A bundle that breaks one rule of FHIR, and where. */
export type Broken = readonly [
  name: string,
  description: string,
  at: string,
  bundle: Part | string,
  more?: { readonly code?: string; readonly rule?: string },
];

/** The code of the observation that vectors are made of. */
const OWN_CODE = observation()['code'];
const FIRST = 'entry[0].resource';
const invariant = (rule: string) => ({ rule });

const STRUCTURE: readonly Broken[] = [
  ['element-unknown', 'An element that R4 does not have', `${FIRST}.colour`, one({ colour: 'red' })],
  [
    'element-missing',
    'R4 requires a class',
    `${FIRST}.class`,
    collectionOf(entry(encounter({ class: undefined }))),
  ],
  [
    'number-as-text',
    '"6.1"',
    `${FIRST}.valueQuantity.value`,
    one({ valueQuantity: { ...quantityOf('%'), value: '6.1' } }),
  ],
  ['text-as-number', 'A string without its quotes', `${FIRST}.note[0].text`, one({ note: [{ text: 5 }] })],
  [
    'one-instead-of-a-list',
    'category is a list',
    `${FIRST}.category`,
    one({ category: concept(SYSTEM.observationCategory, 'laboratory') }),
  ],
  ['list-instead-of-one', 'There is one method', `${FIRST}.method`, one({ method: [{ text: 'x' }] })],
  [
    'text-instead-of-an-element',
    'A code where a concept has its place',
    `${FIRST}.method`,
    one({ method: 'x' }),
  ],
  [
    'two-choices',
    'Two times of one measurement',
    `${FIRST}.effectivePeriod`,
    one({ effectivePeriod: { start: '2026-03-01' } }),
  ],
  [
    'choice-of-another-type',
    'A value[x] that R4 does not offer here',
    `${FIRST}.valueMoney`,
    one({ valueQuantity: undefined, valueMoney: { value: 1, currency: 'EUR' } }),
  ],
  [
    'null-without-a-reason',
    'Nothing stands beside it',
    `${FIRST}.performer[0]`,
    one({ performer: [null, subject] }),
  ],
  [
    'extensions-of-more-values',
    'Two beside a list of one',
    `${FIRST}.code.coding[0]._userSelected`,
    one({ code: { coding: [{ ...loinc(), _userSelected: [{ id: 'a' }] }] } }),
  ],
  [
    'element-beside-an-object',
    'What has its own extensions has none beside it',
    `${FIRST}._code`,
    one({ _code: { id: 'a' } }),
  ],
];

const VALUES: readonly Broken[] = [
  ['entry-without-a-full-url', 'Nothing can lead to it', 'entry[0].fullUrl', one({})],
  ['id-with-an-underscore', 'No id of R4', `${FIRST}.id`, one({ id: 'a_b' }), { code: 'INVALID_FHIR' }],
  ['string-empty', 'Says nothing', `${FIRST}.code.text`, one({ code: { coding: [loinc()], text: '' } })],
  [
    'string-of-spaces',
    'Says nothing',
    `${FIRST}.code.text`,
    one({ code: { coding: [loinc()], text: '  ' } }),
  ],
  [
    'string-with-a-control-character',
    'A bell',
    `${FIRST}.note[0].text`,
    one({ note: [{ text: 'a\u0007b' }] }),
  ],
  [
    'time-without-zone',
    'Nobody knows which 8 o’clock',
    `${FIRST}.effectiveDateTime`,
    one({ effectiveDateTime: '2026-03-01T08:00:00' }),
  ],
  [
    'time-without-seconds',
    'R4 wants them',
    `${FIRST}.effectiveDateTime`,
    one({ effectiveDateTime: '2026-03-01T08:00Z' }),
  ],
  [
    'zone-of-15-hours',
    'No place on earth has it',
    `${FIRST}.effectiveDateTime`,
    one({ effectiveDateTime: '2026-03-01T08:00:00+15:00' }),
  ],
  [
    'date-of-no-calendar',
    '30 February',
    `${FIRST}.effectiveDateTime`,
    one({ effectiveDateTime: '2026-02-30' }),
  ],
  [
    'leap-day-of-a-common-year',
    '29 February 2026',
    `${FIRST}.effectiveDateTime`,
    one({ effectiveDateTime: '2026-02-29' }),
  ],
  [
    'hour-24',
    'The day has ended',
    `${FIRST}.effectiveDateTime`,
    one({ effectiveDateTime: '2026-03-01T24:00:00Z' }),
  ],
  [
    'date-of-another-order',
    'Day, month and year',
    `${FIRST}.effectiveDateTime`,
    one({ effectiveDateTime: '01.03.2026' }),
  ],
  ['instant-without-a-time', 'issued is to the second', `${FIRST}.issued`, one({ issued: '2026-03-01' })],
  [
    'integer-with-a-fraction',
    'Half a rank',
    `${FIRST}.diagnosis[0].rank`,
    collectionOf(entry(encounter({ diagnosis: [{ condition: { display: 'x' }, rank: 1.5 }] }))),
  ],
  [
    'rank-zero',
    'A positiveInt',
    `${FIRST}.diagnosis[0].rank`,
    collectionOf(entry(encounter({ diagnosis: [{ condition: { display: 'x' }, rank: 0 }] }))),
  ],
  [
    'base64-cut-short',
    'Five characters',
    'entry[1].resource.data',
    collectionOf(
      entry(observation()),
      entry({ resourceType: 'Binary', contentType: 'text/plain', data: 'YWJjZ' }),
    ),
  ],
  [
    'code-with-two-spaces',
    'No code of R4',
    `${FIRST}.code.coding[0].code`,
    one({ code: { coding: [{ system: 'urn:example:codes', code: 'a  b' }] } }),
  ],
  [
    'uri-with-a-space',
    'No URI',
    `${FIRST}.code.coding[0].system`,
    one({ code: { coding: [{ system: 'urn:example codes', code: 'a' }] } }),
  ],
  ['language-of-nowhere', 'Not by BCP 47', `${FIRST}.language`, one({ language: 'german_language' })],
];

const CODES: readonly Broken[] = [
  [
    'status-unknown',
    'A required binding of a code',
    `${FIRST}.status`,
    one({ status: 'done' }),
    { code: 'INVALID_FHIR' },
  ],
  [
    'use-unknown',
    'A required binding deep inside',
    `${FIRST}.identifier[0].use`,
    one({ identifier: [{ use: 'mine', system: 'urn:example:ids', value: '1' }] }),
  ],
  [
    'concept-outside-its-binding',
    'A required binding of a concept',
    `${FIRST}.clinicalStatus`,
    collectionOf(
      entry({
        resourceType: 'Condition',
        subject,
        clinicalStatus: concept(SYSTEM.observationCategory, 'laboratory'),
      }),
    ),
  ],
  [
    'code-that-its-system-lacks',
    'A complete code system of HL7',
    `${FIRST}.interpretation[0].coding[0].code`,
    one({ interpretation: [concept(SYSTEM.interpretation, 'ZZZ')] }),
  ],
  [
    'code-of-another-case',
    'Codes are as they are written',
    `${FIRST}.category[0].coding[0].code`,
    one({ category: [concept(SYSTEM.observationCategory, 'Laboratory')] }),
  ],
  [
    'value-set-as-a-system',
    'A value set has no codes of its own',
    `${FIRST}.category[0].coding[0].system`,
    one({ category: [concept('http://hl7.org/fhir/ValueSet/observation-category', 'laboratory')] }),
  ],
  [
    'system-of-this-house',
    'Nobody else knows which',
    `${FIRST}.code.coding[0].system`,
    one({ code: { coding: [{ system: 'lab-codes', code: 'a' }] } }),
  ],
  [
    'unit-in-words',
    'UCUM has /min',
    `${FIRST}.valueQuantity.code`,
    one({ valueQuantity: quantityOf('beats/minute') }),
  ],
  [
    'unit-misspelt',
    'mg/dL with a comma',
    `${FIRST}.valueQuantity.code`,
    one({ valueQuantity: quantityOf('mg,dL') }),
  ],
  [
    'unit-by-its-name',
    'UCUM’s code is kg',
    `${FIRST}.valueQuantity.code`,
    one({ valueQuantity: quantityOf('kilogram') }),
  ],
];

const CONSTRAINTS: readonly Broken[] = [
  [
    'value-and-no-value',
    'A value and the reason why there is none',
    FIRST,
    one({ dataAbsentReason: concept(SYSTEM.dataAbsentReason, 'unknown') }),
    { code: 'INVALID_FHIR' },
  ],
  [
    'component-with-the-code-of-the-value',
    'Which of the two?',
    `${FIRST}.component[0].code`,
    one({ component: [{ code: OWN_CODE, valueQuantity: quantityOf('%') }] }),
    invariant('obs-7'),
  ],
  [
    'range-of-nothing',
    'Neither a bound nor words',
    `${FIRST}.referenceRange[0]`,
    one({ referenceRange: [{ type: { text: 'normal' } }] }),
    invariant('obs-3'),
  ],
  [
    'unit-code-of-no-system',
    'Whose code?',
    `${FIRST}.valueQuantity`,
    one({ valueQuantity: { value: 6.1, code: '%' } }),
    invariant('qty-3'),
  ],
  [
    'bound-where-none-has-its-place',
    'A dose below 5',
    `${FIRST}.dosage.dose.comparator`,
    collectionOf(entry(administration({ dose: { value: 5, comparator: '<' } }))),
    invariant('sqty-1'),
  ],
  [
    'period-that-ends-before-it-starts',
    'By a second',
    `${FIRST}.effectivePeriod`,
    one({
      effectiveDateTime: undefined,
      effectivePeriod: { start: '2026-03-01T08:00:01Z', end: '2026-03-01T08:00:00Z' },
    }),
    invariant('per-1'),
  ],
  [
    'period-reversed-across-zones',
    '9 o’clock in one zone is before 8 in another',
    `${FIRST}.effectivePeriod`,
    one({
      effectiveDateTime: undefined,
      effectivePeriod: { start: '2026-03-01T08:00:00Z', end: '2026-03-01T09:00:00+02:00' },
    }),
    invariant('per-1'),
  ],
  [
    'period-reversed-by-years',
    'Dates of another precision',
    `${FIRST}.effectivePeriod`,
    one({ effectiveDateTime: undefined, effectivePeriod: { start: '2026-03-01', end: '2025' } }),
    invariant('per-1'),
  ],
  [
    'period-of-another-precision',
    'A day, and a time of that day: did it end before it started?',
    `${FIRST}.effectivePeriod`,
    one({
      effectiveDateTime: undefined,
      effectivePeriod: { start: '2026-03-01', end: '2026-03-01T08:00:00Z' },
    }),
    invariant('per-1'),
  ],
  [
    'id-of-two-elements',
    'Which of the two is meant?',
    `${FIRST}.note[1]`,
    one({
      note: [
        { id: 'a', text: 'x' },
        { id: 'a', text: 'y' },
      ],
    }),
  ],
  [
    'attachment-of-another-size',
    'Two bytes that say that they are five',
    `${FIRST}.content.size`,
    collectionOf(
      entry({
        resourceType: 'Media',
        status: 'completed',
        subject,
        content: { contentType: 'text/plain', data: 'YWI=', size: 5 },
      }),
    ),
  ],
  [
    'extension-with-a-value-and-extensions',
    'Either or',
    `${FIRST}.extension[0]`,
    one({
      extension: [{ url: 'urn:example:a', valueString: 'a', extension: [{ url: 'b', valueString: 'b' }] }],
    }),
    invariant('ext-1'),
  ],
  [
    'extension-of-nothing',
    'Neither a value nor extensions',
    `${FIRST}.extension[0]`,
    one({ extension: [{ url: 'urn:example:a' }] }),
    invariant('ext-1'),
  ],
  [
    'contained-for-nothing',
    'Nothing leads to it',
    `${FIRST}.contained[0]`,
    one({ contained: [{ resourceType: 'Specimen', id: 's' }] }),
    invariant('dom-3'),
  ],
  [
    'contained-with-a-version',
    'It has none of its own',
    FIRST,
    one({
      contained: [{ resourceType: 'Specimen', id: 's', meta: { versionId: '1' } }],
      specimen: { reference: '#s' },
    }),
    invariant('dom-4'),
  ],
  [
    'vital-sign-in-another-unit',
    'A heart rate in kg',
    `${FIRST}.value`,
    collectionOf(entry(vitalSign({ valueQuantity: quantityOf('kg') }))),
    invariant('vitalsigns'),
  ],
  [
    'vital-sign-without-a-time',
    'R4 wants to know when',
    `${FIRST}.effectiveDateTime`,
    collectionOf(entry(vitalSign({ effectiveDateTime: undefined }))),
    invariant('vitalsigns'),
  ],
  [
    'vital-sign-of-another-category',
    'A heart rate from the laboratory',
    `${FIRST}.category`,
    collectionOf(entry(vitalSign({ category: [concept(SYSTEM.observationCategory, 'laboratory')] }))),
    invariant('vitalsigns'),
  ],
  [
    'panel-without-its-diastolic',
    'Half a blood pressure',
    `${FIRST}.component`,
    collectionOf(entry(bloodPressure({ component: [pressure('8480-6', 120)] }))),
    invariant('vitalsigns'),
  ],
];

const NARRATIVES: readonly Broken[] = [
  ['narrative-with-a-script', '<script>', '<script>alert(1)</script>'],
  ['narrative-with-a-handler', 'onclick', '<p onclick="alert(1)">a</p>'],
  ['narrative-with-a-script-behind-a-link', 'javascript:', '<a href="javascript:alert(1)">a</a>'],
  [
    'narrative-with-a-script-behind-an-entity',
    'Spelt with a character reference',
    '<a href="&#106;avascript:alert(1)">a</a>',
  ],
  ['narrative-with-a-frame', '<iframe>', '<iframe src="https://elsewhere.example"/>'],
  [
    'narrative-with-a-form',
    'It asks for a password',
    '<form action="https://elsewhere.example"><input name="password"/></form>',
  ],
  ['narrative-that-loads-a-style', 'url()', '<p style="background: url(https://elsewhere.example/a)">a</p>'],
  ['narrative-cut-short', 'Not well formed', '<p>a'],
  [
    'narrative-with-a-name-of-html',
    'XML has five names of characters, and this is none of them',
    '<p>a&nbsp;b</p>',
  ],
  ['narrative-of-nothing', 'txt-2', '<p> </p>'],
].map(([name = '', description = '', html = '']): Broken => [
  name,
  description,
  `${FIRST}.text.div`,
  one({ text: narrative(html) }),
  invariant('txt-1'),
]);

const ABOUT_OTHERS: readonly Broken[] = [
  [
    'profile-of-elsewhere',
    'Nobody here checks it',
    `${FIRST}.meta.profile[0]`,
    one({ meta: { profile: ['https://lab.example/StructureDefinition/a1c'] } }),
  ],
  [
    'profile-of-another-sign',
    'A1c is no heart rate',
    `${FIRST}.code`,
    one({ meta: { profile: ['http://hl7.org/fhir/StructureDefinition/heartrate'] } }),
  ],
  [
    'names-twice',
    '5.4, then 54',
    '',
    text(one({})).replace('"value":6.1', '"value":5.4,"value":54'),
    { code: 'JSON_DUPLICATE_KEY' },
  ],
  [
    'reference-to-nothing',
    'No entry has this name',
    `${FIRST}.device.reference`,
    one({ device: { reference: uuid('9') } }),
    { code: 'REFERENCE_OUTSIDE' },
  ],
  [
    'reference-to-nothing-contained',
    'Nothing of this id is contained',
    `${FIRST}.device.reference`,
    one({ device: { reference: '#d' } }),
    { code: 'REFERENCE_OUTSIDE' },
  ],
  [
    'reference-to-another-type',
    'A device is no specimen',
    `${FIRST}.specimen`,
    collectionOf(
      entry(observation({ specimen: { reference: uuid('2') } })),
      entry({ resourceType: 'Device', patient: subject }, '2'),
    ),
  ],
  [
    'reference-that-says-another-type',
    'Which of the two?',
    `${FIRST}.device.type`,
    collectionOf(
      entry(observation({ device: { reference: uuid('2'), type: 'DeviceMetric' } })),
      entry({ resourceType: 'Device', patient: subject }, '2'),
    ),
  ],
  [
    'another-patient',
    'Two patients in one record',
    `${FIRST}.subject.identifier`,
    one({ subject: otherSubject }),
    { code: 'SUBJECT_MISMATCH' },
  ],
  [
    'another-patient-beside',
    'The second result is another patient’s',
    'entry[1].resource.subject.identifier',
    collectionOf(entry(observation()), entry(observation({ subject: otherSubject }))),
    { code: 'SUBJECT_MISMATCH' },
  ],
  [
    'provenance-of-nothing',
    'It says where nothing comes from',
    'entry[1].resource.target[0].reference',
    collectionOf(entry(observation()), entry(provenance({}))),
    { code: 'REFERENCE_OUTSIDE' },
  ],
];

export const BROKEN: readonly Broken[] = [
  ...STRUCTURE,
  ...VALUES,
  ...CODES,
  ...CONSTRAINTS,
  ...NARRATIVES,
  ...ABOUT_OTHERS,
];

function loinc(): Part {
  return { system: SYSTEM.loinc, code: '4548-4' };
}

function encounter(more: Part): Part {
  return {
    resourceType: 'Encounter',
    status: 'finished',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
    subject,
    ...more,
  };
}

function administration(dosage: Part): Part {
  return {
    resourceType: 'MedicationAdministration',
    status: 'completed',
    medicationCodeableConcept: { text: 'Insulin' },
    subject,
    effectiveDateTime: '2026-03-01T08:00:00Z',
    dosage,
  };
}
