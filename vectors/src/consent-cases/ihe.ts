import type { CaseRecord, ConsentCase } from '@careledger/consent/testing';
import { recordOf } from './parts.js';

const PAGES = 'https://profiles.ihe.net/ITI/PCF';

/** A case of the guide, by its number in the order in which the guide has them. */
export const ihe = (
  number: number,
  name: string,
  { description, ...told }: Pick<ConsentCase, 'description' | 'mapping' | 'rules' | 'records' | 'moments'>,
): ConsentCase => ({
  name: `ihe-${String(number).padStart(2, '0')}-${name.replace(/^ex-(consent-)?/, '')}`,
  ...{ description, source: iheSource(name) },
  ...told,
});

const iheSource = (name: string): ConsentCase['source'] => ({
  collection: 'IHE PCF',
  name,
  address: `${PAGES}/Consent-${name}.html`,
});

const instant = (time: string): [string, string] => [
  time,
  new Date(Date.parse(time) + 1).toISOString().replace('.000Z', 'Z'),
];

/** What the patient’s records hold: with labels as a labelling service gives them. */
export const BLOOD_SUGAR: CaseRecord = recordOf('blood-sugar', instant('2020-12-05T04:50:50Z'), [
  { resourceType: 'Observation', categories: ['laboratory'], codes: ['2339-0'], labels: ['N'] },
]);
export const BLOOD_PRESSURE: CaseRecord = recordOf('blood-pressure', instant('2004-12-26T04:50:50Z'), [
  { resourceType: 'Observation', categories: ['vital-signs'], codes: ['85354-9'], labels: ['N'] },
]);
export const ALCOHOL_USE: CaseRecord = recordOf('alcohol-use', instant('2022-06-13T00:00:00Z'), [
  { resourceType: 'Observation', categories: ['social-history'], codes: ['74013-4'], labels: ['R', 'ETHUD'] },
]);
export const THERAPY_NOTES: CaseRecord = recordOf('therapy-notes', instant('2022-03-03T15:00:00Z'), [
  { resourceType: 'DocumentReference', categories: ['clinical-note'], labels: ['R', 'PSY'] },
]);
export const ABUSE_REPORT: CaseRecord = recordOf('abuse-report', instant('2021-08-09T20:30:00Z'), [
  { resourceType: 'DocumentReference', categories: ['clinical-note'], labels: ['R', 'SDV'] },
]);
/** One record of two kinds, across the turn of the year. */
export const YEAR_END: CaseRecord = recordOf(
  'year-end',
  ['2021-12-30T08:00:00Z', '2022-01-02T08:00:00Z'],
  [
    { resourceType: 'Observation', categories: ['laboratory'], labels: ['N'] },
    {
      resourceType: 'Observation',
      categories: ['social-history'],
      codes: ['74013-4'],
      labels: ['R', 'ETHUD'],
    },
  ],
);
