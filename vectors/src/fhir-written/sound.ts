import { SYSTEM } from '@careledger/fhir';
import {
  authority,
  collectionOf,
  composition,
  concept,
  documentOf,
  entry,
  LAB,
  observation,
  subject,
  uuid,
} from '@careledger/fhir/testing';
import type { Part } from '@careledger/fhir/testing';
import { one, text } from '../fhir/invalid/case.js';
import { bloodPressure, narrative, pressure, quantityOf, vitalSign } from './parts.js';

/** A bundle that looks like a broken one and is FHIR. */
export type Sound = readonly [name: string, description: string, bundle: Part | string];

const value = (number: string): string => text(one({})).replace('"value":6.1', `"value":${number}`);
const practitioner = (more: Part): Part =>
  collectionOf(
    entry(observation({ performer: [{ reference: uuid('2') }] })),
    entry({ resourceType: 'Practitioner', name: [{ family: 'Example' }], ...more }, '2'),
  );

export const SOUND: readonly Sound[] = [
  ['blood-pressure-panel', '85354-9: no value but components', collectionOf(entry(bloodPressure()))],
  [
    'blood-pressure-panel-with-one-missing',
    'The diastolic pressure with the reason why there is none',
    collectionOf(
      entry(
        bloodPressure({
          component: [
            pressure('8480-6', 120),
            {
              code: concept(SYSTEM.loinc, '8462-4'),
              dataAbsentReason: concept(SYSTEM.dataAbsentReason, 'not-performed'),
            },
          ],
        }),
      ),
    ),
  ],
  [
    'blood-pressure-panel-that-claims-its-profile',
    'As it is checked here',
    collectionOf(entry(bloodPressure({ meta: { profile: ['http://hl7.org/fhir/StructureDefinition/bp'] } }))),
  ],
  [
    'vital-sign-without-a-value',
    'The reason why there is none',
    collectionOf(
      entry(
        vitalSign({
          valueQuantity: undefined,
          dataAbsentReason: concept(SYSTEM.dataAbsentReason, 'error'),
        }),
      ),
    ),
  ],
  ['value-below-a-bound', 'A comparator', one({ valueQuantity: { ...quantityOf('%'), comparator: '<' } })],
  [
    'value-without-ucum',
    'A unit in words, which says nothing of UCUM',
    one({ valueQuantity: { value: 1, unit: 'drops' } }),
  ],
  ['unit-with-an-annotation', 'UCUM’s braces', one({ valueQuantity: quantityOf('{score}') })],
  ['unit-of-many-parts', 'UCUM’s own grammar', one({ valueQuantity: quantityOf('mL/min/{1.73_m2}') })],
  ['decimal-with-a-zero-at-its-end', '5.40 is measured to the hundredth', value('5.40')],
  ['decimal-of-eighteen-digits', 'More than a double has', value('0.123456789012345678')],
  ['decimal-with-an-exponent', 'R4 takes them', value('1.50E+2')],
  [
    'extensions-of-a-primitive',
    'When a birth was, to the minute, beside its date',
    practitioner({
      birthDate: '1970-03-30',
      _birthDate: {
        extension: [
          {
            url: 'urn:example:birth-time',
            valueDateTime: '1970-03-30T08:00:00Z',
          },
        ],
      },
    }),
  ],
  [
    'primitive-that-is-not-known',
    'No value, and an extension that says why',
    practitioner({
      _birthDate: {
        extension: [
          { url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' },
        ],
      },
    }),
  ],
  [
    'null-beside-a-reason',
    'The second given name is not known',
    practitioner({
      name: [
        {
          family: 'Example',
          given: ['A', null],
          _given: [
            null,
            {
              extension: [
                { url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' },
              ],
            },
          ],
        },
      ],
    }),
  ],
  [
    'extension-of-extensions',
    'No value of its own',
    one({ extension: [{ url: 'urn:example:a', extension: [{ url: 'b', valueDecimal: 5.4 }] }] }),
  ],
  [
    'contained-and-referred-to',
    'A specimen that is known here alone',
    one({
      contained: [{ resourceType: 'Specimen', id: 's', type: { text: 'Blood' } }],
      specimen: { reference: '#s' },
    }),
  ],
  ['date-of-a-year', 'No more is known', one({ effectiveDateTime: '2026' })],
  ['leap-day', '29 February 2028', one({ effectiveDateTime: '2028-02-29' })],
  [
    'time-to-the-nanosecond',
    'With a zone',
    one({ effectiveDateTime: '2026-03-01T08:00:00.123456789+01:00' }),
  ],
  [
    'period-of-one-day',
    'Both ends are inclusive',
    one({ effectiveDateTime: undefined, effectivePeriod: { start: '2026-03-01', end: '2026-03-01' } }),
  ],
  [
    'period-without-an-end',
    'It lasts',
    one({ effectiveDateTime: undefined, effectivePeriod: { start: '2026-03-01' } }),
  ],
  [
    'narrative',
    'A table, a link and a character by its number',
    one({
      text: narrative(
        '<table border="1"><tr><td>HbA1c</td><td>6.1&#160;%</td></tr></table><a href="https://lab.example">Laboratory</a>',
      ),
    }),
  ],
  [
    'code-of-a-system-of-elsewhere',
    'Whose codes nobody here knows',
    one({ code: { coding: [{ system: 'https://lab.example/codes', code: 'A1C' }] } }),
  ],
  [
    'document-with-a-narrative',
    'Composition, section and result',
    documentOf(
      entry(
        composition({
          text: narrative('<p>HbA1c 6.1 %</p>'),
          section: [{ title: 'Results', text: narrative('<p>6.1 %</p>'), entry: [{ reference: uuid('1') }] }],
        }),
        '3',
      ),
      entry(observation(), '1'),
    ),
  ],
  [
    'visit-report-and-order',
    'Encounter, DiagnosticReport and ServiceRequest that lead to one another',
    collectionOf(
      entry(
        {
          resourceType: 'Encounter',
          status: 'finished',
          class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
          subject,
          period: { start: '2026-03-01T07:30:00Z', end: '2026-03-01T08:30:00Z' },
        },
        '3',
      ),
      entry(
        {
          resourceType: 'ServiceRequest',
          status: 'completed',
          intent: 'order',
          code: { text: 'HbA1c' },
          subject,
          encounter: { reference: uuid('3') },
          requester: authority(LAB),
        },
        '4',
      ),
      entry(
        {
          resourceType: 'DiagnosticReport',
          status: 'final',
          code: concept(SYSTEM.loinc, '11502-2'),
          subject,
          basedOn: [{ reference: uuid('4') }],
          encounter: { reference: uuid('3') },
          effectiveDateTime: '2026-03-01T08:00:00Z',
          issued: '2026-03-01T09:00:00Z',
          result: [{ reference: uuid('1') }],
        },
        '5',
      ),
      entry(observation({ encounter: { reference: uuid('3') } }), '1'),
    ),
  ],
];
