import { expect, test } from '@jest/globals';
import { CODES, LOINC } from './model/codes.js';
import { readingError } from './model/reading.js';
import { inRuleUnit, inTableUnit, isGlucose, isInterstitial, mgPerDl } from './model/units.js';

test.each([
  [21.3, 384],
  [2.4, 43],
  [3.9, 70],
  [10, 180],
  [13.9, 250],
  [3, 54],
  [2.9, 52],
])('glucose of %d mmol/L is %d mg/dL', (value, whole) => {
  expect(inRuleUnit({ value, unit: 'mmol/L' })).toEqual({ value: whole, unit: 'mg/dL' });
});

test.each([
  [32, 0],
  [98.6, 37],
  [100.4, 38],
  [101.3, 38.5],
  [102.2, 39],
  [95, 35],
  [-40, -40],
])('%d °F is %d °C, with no rounding error', (value, celsius) => {
  expect(inRuleUnit({ value, unit: '[degF]' })).toEqual({ value: celsius, unit: 'Cel' });
});

test('a tenth of a degree is the double next to its fraction', () => {
  for (let tenths = 770; tenths <= 1_150; tenths++) {
    expect(inRuleUnit({ value: tenths / 10, unit: '[degF]' }).value).toBe(((tenths - 320) * 5) / 90);
  }
});

test('what is in the rules’ unit stays as it is, and so does a unit that nobody converts', () => {
  for (const measure of [
    { value: 104.5, unit: 'mg/dL' },
    { value: 37.05, unit: 'Cel' },
    { value: 1, unit: 'constructor' },
  ])
    expect(inRuleUnit(measure)).toEqual(measure);
});

test.each([
  [LOINC.glucose, 'mg/dL', false],
  [LOINC.glucoseMolar, 'mmol/L', false],
  [LOINC.interstitialGlucose, 'mg/dL', true],
  [LOINC.interstitialGlucoseMolar, 'mmol/L', true],
])('glucose %s is taken in %s and in no other unit', (code, unit, interstitial) => {
  const reading = { t: 0, code, value: 5, unit };
  expect(readingError(reading)).toBeNull();
  expect(readingError({ ...reading, unit: unit === 'mg/dL' ? 'mmol/L' : 'mg/dL' })).toBe('WRONG_UNIT');
  expect(isGlucose(code)).toBe(true);
  expect(isInterstitial(code)).toBe(interstitial);
  expect(mgPerDl(code, 5)).toBe(unit === 'mg/dL' ? 5 : 90);
});

test('a temperature is taken in °F too, and counts in °C', () => {
  const reading = { t: 0, code: LOINC.temperature, value: 100.4, unit: '[degF]' };
  expect(readingError(reading)).toBeNull();
  expect(readingError({ ...reading, code: LOINC.glucose })).toBe('WRONG_UNIT');
  expect(inTableUnit(100.4, '[degF]')).toBe(38);
  expect(inTableUnit(5.5, 'mmol/L')).toBe(5.5);
});

test('no other code of the table is of glucose', () => {
  expect(CODES.filter(({ code }) => isGlucose(code)).map(({ category }) => category)).toEqual(
    Array.from({ length: 4 }, () => 'laboratory'),
  );
});
