import { summarise } from '@careledger/clinical';
import { describe, expect, test } from '@jest/globals';
import { clinicalBundle } from './clinical.js';
import { emergencyBundle } from './emergency.js';
import { parseFhirJson } from './json.js';
import { periodicBundle } from './periodic.js';
import type { Bundle, Observation, Resource } from './schema.js';
import { SYSTEM } from './systems.js';
import { checkBundle, checkOwnBundle } from './validate.js';
import {
  H8,
  HOUR,
  PATIENT,
  bounded,
  clinical,
  emergency,
  everything,
  evidenceOfEverything,
  ofOneCause,
  periodic,
  vitals,
  withReport,
} from '../testing/samples.js';

const observations = (bundle: Bundle): Observation[] =>
  bundle.entry
    .map(({ resource }) => resource)
    .filter((resource: Resource) => resource.resourceType === 'Observation');
const component = (observation: Observation | undefined, code: string) =>
  observation?.component?.find(({ code: { coding } }) => coding.at(-1)?.code === code);

describe.each([
  ['periodic', () => periodicBundle(periodic)],
  ['periodic, revised', () => periodicBundle({ ...periodic, isRevision: true })],
  ['periodic of everything', () => periodicBundle(everything)],
  ['periodic with bounds', () => periodicBundle(bounded)],
  ['periodic with a report', () => periodicBundle(withReport)],
  ['emergency', () => emergencyBundle(emergency)],
  ['emergency on everything', () => emergencyBundle(evidenceOfEverything)],
  ['emergency by NEWS2', () => emergencyBundle(vitals)],
  ['emergency of two rules', () => emergencyBundle(ofOneCause)],
  ['emergency withdrawn', () => emergencyBundle({ ...vitals, isWithdrawn: true })],
  ['clinical', () => clinicalBundle(clinical)],
])('%s bundle', (_name, make) => {
  test('is of our profile, is FHIR, and survives JSON', () => {
    const bundle = make();
    expect(checkOwnBundle(bundle)).toEqual(bundle);
    expect(checkBundle(bundle)).toEqual(bundle);
    expect(checkOwnBundle(parseFhirJson(JSON.stringify(bundle)))).toEqual(bundle);
  });

  test('is the same bytes when it is made again', () => {
    expect(JSON.stringify(make())).toBe(JSON.stringify(make()));
  });

  test('names nobody: the subject is the pseudonym, in every resource', () => {
    const bundle = make();
    const text = JSON.stringify(bundle);
    expect(text).not.toMatch(/"(name|birthDate|address|telecom|photo)":/);
    for (const { resource } of bundle.entry) {
      if (!('subject' in resource)) continue;
      expect(resource.subject).toEqual({
        type: 'Patient',
        identifier: { system: SYSTEM.patient, value: PATIENT },
      });
    }
  });

  test('has a Provenance over everything that was measured or written', () => {
    const bundle = make();
    const provenance = bundle.entry
      .map(({ resource }) => resource)
      .find(({ resourceType }) => resourceType === 'Provenance');
    if (provenance?.resourceType !== 'Provenance') throw new Error('no Provenance');
    const written = bundle.entry.filter(({ resource }) =>
      ['Observation', 'DocumentReference'].includes(resource.resourceType),
    );
    expect(provenance.target).toEqual(written.map(({ fullUrl }) => ({ reference: fullUrl })));
  });
});

test('statistics that rest on bounds say so, and how many bounds there are', () => {
  const [oxygen, pressure, glucose] = observations(periodicBundle(bounded));
  expect(glucose?.valueQuantity).toMatchObject({ value: 96.25, comparator: '<' });
  expect(component(glucose, 'minimum')).toMatchObject({ valueQuantity: { value: 40, comparator: '<' } });
  const maximum = component(glucose, 'maximum');
  expect(maximum).toMatchObject({ valueQuantity: { value: 200 } });
  expect(JSON.stringify(maximum)).not.toContain('comparator');
  expect(component(glucose, 'bounds-below')).toMatchObject({ valueInteger: 1 });
  expect(component(glucose, 'bounds-above')).toMatchObject({ valueInteger: 0 });
  expect(pressure?.component?.[0]).toMatchObject({ valueQuantity: { value: 250, comparator: '>' } });
  expect(component(oxygen, 'average')).toMatchObject({ valueRatio: { numerator: { comparator: '>' } } });
  const [rate] = observations(periodicBundle(periodic));
  expect(component(rate, 'bounds-below')).toBeUndefined();
});

test('a window becomes statistics per code, in the code table’s units', () => {
  const bundle = periodicBundle(periodic);
  const [rate, glucose, ranges] = observations(bundle);
  expect(glucose?.effectivePeriod).toEqual({
    start: '2026-03-01T08:00:00.000Z',
    end: '2026-03-01T08:59:59.999Z',
  });
  const value = (code: string) => component(glucose, code);
  expect(glucose).toMatchObject({
    code: { coding: [{ code: '97507-8' }] },
    valueQuantity: { value: 142, unit: 'mg/dl', code: 'mg/dL' },
  });
  expect(value('count')).toMatchObject({ valueInteger: 5 });
  expect(value('minimum')).toMatchObject({ valueQuantity: { value: 50, code: 'mg/dL' } });
  expect(value('maximum')).toMatchObject({ valueQuantity: { value: 300 } });
  expect(value('average')).toMatchObject({ valueQuantity: { value: 142 } });
  expect(value('median')).toMatchObject({ valueQuantity: { value: 100 } });
  expect(value('4-lower')).toMatchObject({ valueQuantity: { value: 60 } });
  expect(value('p95')).toMatchObject({ valueQuantity: { value: 280 } });
  expect(ranges?.code.coding[0]).toEqual({
    system: SYSTEM.loinc,
    code: '106793-3',
    display: 'Continuous glucose monitoring time in ranges panel',
  });
  const share = (code: string) => component(ranges, code);
  // A minute each, and a minute and a half for the last.
  for (const code of ['104642-4', '104641-6', '97510-2', '104640-8'])
    expect(share(code)).toMatchObject({ valueQuantity: { value: 18.18, code: '%' } });
  expect(share('104639-0')).toMatchObject({ valueQuantity: { value: 27.27 } });
  expect(glucose?.device).toBeDefined();
  expect(rate?.device).toBeUndefined();
  expect(component(rate, 'count')).toMatchObject({ valueInteger: 4 });
});

describe('a window of vital signs', () => {
  const made = observations(periodicBundle(everything));
  const of = (code: string): Observation | undefined =>
    made.find((observation) => observation.code.coding.some((coding) => coding.code === code));
  const vital = made.filter(({ category }) => category[0]?.coding[0]?.code === 'vital-signs');

  test.each([
    ['2708-6', '59408-5'],
    ['8867-4', '8889-8'],
    ['9279-1', '9279-1'],
    ['8310-5', '8310-5'],
  ])('is found by the code of the R4 profile, %s beside %s', (general, specific) => {
    expect(of(general)).toBeDefined();
    expect(of(general)).toBe(of(specific));
  });

  test('has a time, and its whole period in a component', () => {
    expect(vital).toHaveLength(8);
    for (const observation of vital) {
      expect(observation.effectiveDateTime).toBe('2026-03-01T08:00:00.000Z');
      expect(component(observation, 'period')).toMatchObject({
        valuePeriod: { start: '2026-03-01T08:00:00.000Z', end: '2026-03-01T08:59:59.999Z' },
      });
    }
  });

  test('has units of the required set alone', () => {
    const units = vital.flatMap(({ component: parts = [] }) =>
      parts.flatMap((part) => ('valueQuantity' in part ? [part.valueQuantity.code] : [])),
    );
    expect([...new Set(units)].sort()).toEqual(['%', '/min', 'Cel', 'mm[Hg]']);
    expect(component(of('3151-8'), 'average')).toMatchObject({
      valueRatio: { numerator: { value: 1.25, code: 'L' }, denominator: { value: 1, code: 'min' } },
    });
    expect(component(of('80288-4'), 'maximum')).toMatchObject({ valueInteger: 1 });
    expect(component(of('80288-4'), 'average')).toBeUndefined();
  });

  test('has pressures as panels per site, the averages where the profile wants values', () => {
    const [arterial, cuff] = made.filter(({ code }) => code.coding[0]?.code === '85354-9');
    expect(arterial?.method?.coding[0]?.code).toBe('average');
    expect(component(arterial, '8480-6')).toMatchObject({ valueQuantity: { value: 119.5, code: 'mm[Hg]' } });
    expect(component(arterial, '8462-4')).toMatchObject({ valueQuantity: { value: 72.5 } });
    expect(component(arterial, '8478-0')).toMatchObject({ valueQuantity: { value: 89 } });
    expect(component(arterial, '76215-3.maximum')).toMatchObject({ valueQuantity: { value: 121 } });
    expect(component(arterial, '76213-8.count')).toMatchObject({ valueInteger: 2 });
    expect(component(cuff, '8480-6')).toMatchObject({ valueQuantity: { value: 117 } });
    expect(component(cuff, '8462-4')).toMatchObject({ dataAbsentReason: { coding: [{ code: 'unknown' }] } });
    expect(component(cuff, '8480-6.median')).toMatchObject({ valueQuantity: { value: 117 } });
  });

  test('says of a meter what it says of a sensor but the mean over a period and times in ranges', () => {
    expect(of('2339-0')?.valueQuantity).toBeUndefined();
    expect(component(of('2339-0'), 'average')).toMatchObject({ valueQuantity: { value: 97 } });
    expect(of('105273-7')?.valueQuantity).toMatchObject({ value: 5.5, unit: 'mmol/l', code: 'mmol/L' });
    expect(of('106793-3')).toBeDefined();
  });
});

test('a report is HL7’s cgm-summary: six members, over 14 days, with LOINC’s names', () => {
  const made = observations(periodicBundle(withReport));
  const summary = made.find(({ code }) => code.coding[0]?.code === '107931-8');
  const members = (summary?.hasMember ?? []).map((reference) =>
    made.find(({ id }) => 'reference' in reference && reference.reference === `urn:uuid:${id}`),
  );
  expect(
    members.map((member) => [
      member?.code.coding[0]?.code,
      member?.valueQuantity?.value,
      member?.valueQuantity?.unit,
      member?.valueQuantity?.code,
    ]),
  ).toEqual([
    ['97507-8', 150, 'mg/dl', 'mg/dL'],
    ['106793-3', undefined, undefined, undefined],
    ['97506-0', 6.9, '%', '%'],
    ['104638-2', 32.41, '%', '%'],
    ['104636-6', 14, 'days', 'd'],
    ['104637-4', 96.12, '%', '%'],
  ]);
  for (const one of [summary, ...members]) {
    expect(one?.effectivePeriod).toEqual({
      start: '2026-02-16T00:00:00.000Z',
      end: '2026-03-01T23:59:59.999Z',
    });
  }
});

test('a later version of a window keeps every id', () => {
  const ids = (bundle: Bundle) => [bundle.id, ...bundle.entry.map(({ fullUrl }) => fullUrl)];
  const later = { ...periodic, recordedAtMs: H8 + 2 * HOUR, isRevision: true };
  expect(ids(periodicBundle(later))).toEqual(ids(periodicBundle(periodic)));
  expect(observations(periodicBundle(later))[0]?.status).toBe('amended');
});

test('two patients’ windows share no id', () => {
  const other = periodicBundle({ ...periodic, patientId: `pat_${'z'.repeat(32)}` });
  const ids = new Set(observations(periodicBundle(periodic)).map(({ id }) => id));
  for (const { id } of observations(other)) expect(ids.has(id)).toBe(false);
});

test('an emergency says which rule, since when, and on which readings it rests', () => {
  const [alarm, low] = observations(emergencyBundle(emergency));
  expect(alarm).toMatchObject({
    status: 'preliminary',
    code: { coding: [{ system: SYSTEM.rule, code: 'glucose-very-low' }] },
    effectivePeriod: { start: '2026-03-01T08:00:00.000Z' },
    interpretation: [{ coding: [{ code: 'LL' }] }],
    derivedFrom: [{ reference: `urn:uuid:${low?.id}` }],
  });
  expect(low).toMatchObject({ valueQuantity: { value: 47, code: 'mg/dL' }, status: 'final' });
});

test('alarms with one cause are one emergency: the most serious first, each with its readings, no reading twice', () => {
  const bundle = emergencyBundle(ofOneCause);
  const [first, second, , ...readings] = observations(bundle);
  expect(bundle.identifier.value).toBe(ofOneCause.episodeId);
  expect([first, second].map((alarm) => alarm?.code.coding[0]?.code)).toEqual([
    'news2',
    'blood-pressure-low',
  ]);
  expect(readings).toHaveLength(3);
  expect(first?.derivedFrom).toHaveLength(3);
  expect(second?.derivedFrom).toEqual(first?.derivedFrom?.slice(2));
  // What late readings took back is no reason to put it first.
  const [news2] = ofOneCause.others ?? [];
  if (news2 === undefined) throw new Error('the sample has two');
  const others = [{ ...news2, isWithdrawn: true }];
  const [stands] = observations(emergencyBundle({ ...ofOneCause, others }));
  expect(stands?.code.coding[0]?.code).toBe('blood-pressure-low');
});

test('a NEWS2 emergency names what was not measured instead of assuming it', () => {
  const [alarm, score] = observations(emergencyBundle(vitals));
  expect(alarm?.status).toBe('final');
  expect(score?.valueQuantity?.value).toBe(3);
  expect(score?.component).toHaveLength(7);
  expect(score?.component?.filter((part) => 'dataAbsentReason' in part)).toHaveLength(5);
  expect(component(score, '1104321000000108')).toBeDefined();
  const withdrawn = observations(emergencyBundle({ ...vitals, end: null, isWithdrawn: true }))[0];
  expect(withdrawn?.status).toBe('final');
  expect(withdrawn?.note).toEqual([{ text: 'With readings that came later in order the rule is not met' }]);
});

test('an alarm says its type, its priority, whether it is confirmed and whether it is news', () => {
  const doubtful = {
    priority: 'medium',
    isUnconfirmed: true,
    isLate: true,
    marks: ['LO', 'fast-fall'],
  } as const;
  const evidence = emergency.evidence.map((entry) => ({
    ...entry,
    at: entry.t + 60_000,
    comparator: '<' as const,
  }));
  const [alarm, reading] = observations(emergencyBundle({ ...emergency, ...doubtful, evidence }));
  const said = alarm?.component?.map((part) => [
    part.code.coding[0]?.code,
    'valueCodeableConcept' in part ? part.valueCodeableConcept.coding[0]?.code : undefined,
  ]);
  expect(said).toEqual([
    ['type', 'physiological'],
    ['priority', 'medium'],
    ['confirmation', 'unconfirmed'],
    ['timeliness', 'late'],
    ['mark', 'LO'],
    ['mark', 'fast-fall'],
  ]);
  expect(alarm?.note).toHaveLength(4);
  expect(reading).toMatchObject({
    effectiveDateTime: '2026-03-01T08:01:00.000Z',
    valueQuantity: { value: 47, comparator: '<' },
    note: [{ text: "The device's clock said 2026-03-01T08:00:00.000Z" }],
  });
});

test('a note keeps its letters', () => {
  const bundle = checkOwnBundle(parseFhirJson(JSON.stringify(clinicalBundle(clinical))));
  const note = bundle.entry
    .map(({ resource }) => resource)
    .find(({ resourceType }) => resourceType === 'DocumentReference');
  if (note?.resourceType !== 'DocumentReference') throw new Error('no note');
  const data = note.content[0]?.attachment.data ?? '';
  expect(Buffer.from(data, 'base64').toString('utf8')).toBe(
    clinical.items[1]?.kind === 'note' ? clinical.items[1].text : '',
  );
});

test('nothing to say makes no record', () => {
  expect(() => periodicBundle({ ...periodic, summary: summarise([]) })).toThrow(RangeError);
  expect(() => emergencyBundle({ ...emergency, evidence: [] })).toThrow(RangeError);
  expect(() => clinicalBundle({ ...clinical, items: [] })).toThrow(RangeError);
});
