import { LOINC } from '@careledger/clinical';
import { expect, test } from '@jest/globals';
import { observed, type DeviceReading } from './reading.js';
import type { Observation } from './schema.js';
import { H8, PATIENT } from '../testing/samples.js';

const DEVICE = `dev_${'b'.repeat(32)}`;
const read = (code: string, value: number, more: Partial<DeviceReading> = {}): DeviceReading => ({
  deviceId: DEVICE,
  t: H8,
  code,
  value,
  ...more,
});
const observe = (...readings: DeviceReading[]): Observation[] =>
  observed(PATIENT, readings).map(({ observation }) => observation);
const codesOf = ({ code }: Pick<Observation, 'code'>) => code.coding.map(({ code: loinc }) => loinc);

test.each([
  [LOINC.spo2, ['59408-5', '2708-6']],
  [LOINC.pulseOximeterRate, ['8889-8', '8867-4']],
  [LOINC.heartRate, ['8867-4']],
  [LOINC.respiratoryRate, ['9279-1']],
  [LOINC.temperature, ['8310-5']],
])('%s has the code of its R4 profile beside its own', (code, codes) => {
  const [observation] = observe(read(code, 97));
  expect(observation && codesOf(observation)).toEqual(codes);
  expect(observation?.category[0]?.coding[0]?.code).toBe('vital-signs');
});

test('what was sent stays as it was sent, with its unit and its bound', () => {
  const [fever, low, meter] = observe(
    read(LOINC.temperature, 101.3, { unit: '[degF]' }),
    read(LOINC.interstitialGlucoseMolar, 2.2, { unit: 'mmol/L', comparator: '<' }),
    read(LOINC.glucose, 104),
  );
  expect(fever?.valueQuantity).toMatchObject({ value: 101.3, code: '[degF]' });
  expect(low?.valueQuantity).toEqual({
    value: 2.2,
    comparator: '<',
    unit: 'mmol/l',
    system: 'http://unitsofmeasure.org',
    code: 'mmol/L',
  });
  expect(meter?.valueQuantity).toMatchObject({ value: 104, unit: 'mg/dl', code: 'mg/dL' });
});

test('pressures of one device, site and time are one panel, whose value is in its components', () => {
  const panels = observe(
    read(LOINC.arterialSystolic, 120),
    read(LOINC.cuffSystolic, 118),
    read(LOINC.arterialMean, 90),
    read(LOINC.arterialDiastolic, 75),
    read(LOINC.arterialSystolic, 121, { t: H8 + 1 }),
  );
  expect(panels.map(codesOf)).toEqual([['85354-9'], ['85354-9'], ['85354-9']]);
  expect(panels.every((panel) => panel.valueQuantity === undefined)).toBe(true);
  const [arterial, cuff, later] = panels.map(({ component = [] }) =>
    component.map((part) => [codesOf(part), 'valueQuantity' in part ? part.valueQuantity.value : null]),
  );
  expect(arterial).toEqual([
    [['76215-3', '8480-6'], 120],
    [['76213-8', '8462-4'], 75],
    [['76214-6', '8478-0'], 90],
  ]);
  expect(cuff).toEqual([
    [['8480-6'], 118],
    [['8462-4'], null],
  ]);
  expect(later?.[0]).toEqual([['76215-3', '8480-6'], 121]);
});

test('two values of one instant are both kept, under names of their own', () => {
  const twice = observe(
    read(LOINC.interstitialGlucose, 45),
    read(LOINC.interstitialGlucose, 44),
    read(LOINC.cuffSystolic, 90),
    read(LOINC.cuffSystolic, 91),
  );
  expect(new Set(twice.map(({ id }) => id)).size).toBe(4);
  expect(twice.slice(0, 2).map(({ valueQuantity }) => valueQuantity?.value)).toEqual([45, 44]);
});
