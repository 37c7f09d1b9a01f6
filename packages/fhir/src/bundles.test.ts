import { summarise } from '@careledger/clinical';
import { describe, expect, test } from '@jest/globals';
import { clinicalBundle } from './clinical.js';
import { emergencyBundle } from './emergency.js';
import { parseFhirJson } from './json.js';
import { periodicBundle } from './periodic.js';
import type { Bundle, Observation, Resource } from './schema.js';
import { SYSTEM } from './systems.js';
import { checkBundle, checkOwnBundle } from './validate.js';
import { H8, HOUR, PATIENT, clinical, emergency, periodic, vitals } from '../testing/samples.js';

const observations = (bundle: Bundle): Observation[] =>
  bundle.entry
    .map(({ resource }) => resource)
    .filter((resource: Resource) => resource.resourceType === 'Observation');
const component = (observation: Observation | undefined, code: string) =>
  observation?.component?.find(({ code: { coding } }) => coding[0]?.code === code);

describe.each([
  ['periodic', () => periodicBundle(periodic)],
  ['periodic, revised', () => periodicBundle({ ...periodic, isRevision: true })],
  ['emergency', () => emergencyBundle(emergency)],
  ['emergency by NEWS2', () => emergencyBundle(vitals)],
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

test('a window becomes statistics per code, in the code table’s units', () => {
  const bundle = periodicBundle(periodic);
  const [glucose, ranges, rate] = observations(bundle);
  expect(glucose?.effectivePeriod).toEqual({
    start: '2026-03-01T08:00:00.000Z',
    end: '2026-03-01T08:59:59.999Z',
  });
  const value = (code: string) => component(glucose, code);
  expect(value('count')).toMatchObject({ valueQuantity: { value: 5, code: '{count}' } });
  expect(value('minimum')).toMatchObject({ valueQuantity: { value: 50, code: 'mg/dL' } });
  expect(value('maximum')).toMatchObject({ valueQuantity: { value: 300 } });
  expect(value('average')).toMatchObject({ valueQuantity: { value: 142 } });
  expect(value('median')).toMatchObject({ valueQuantity: { value: 100 } });
  expect(value('4-lower')).toMatchObject({ valueQuantity: { value: 60 } });
  expect(value('p95')).toMatchObject({ valueQuantity: { value: 280 } });
  const share = (code: string) => component(ranges, code);
  for (const code of ['104642-4', '104641-6', '97510-2', '104640-8', '104639-0']) {
    expect(share(code)).toMatchObject({ valueQuantity: { value: 20, code: '%' } });
  }
  expect(glucose?.device).toBeDefined();
  expect(rate?.device).toBeUndefined();
  expect(component(rate, 'count')).toMatchObject({ valueQuantity: { value: 4 } });
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
