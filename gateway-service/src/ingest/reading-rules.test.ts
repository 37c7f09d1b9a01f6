import { expect, test } from '@jest/globals';
import type { TimedReading } from '@careledger/private-chain';
import { URGENT_MAX_AGE_MS } from './limits.js';
import { clinicalReadingRules } from './reading-rules.js';

const reading = (code: string, value: number, unit = 'x'): TimedReading => ({
  t: '',
  up: undefined,
  timeMs: 0,
  code,
  value,
  unit,
  comparator: undefined,
});
const isUrgent = (...readings: TimedReading[]) => clinicalReadingRules.isPossiblyUrgent(readings, 0, 0);

test.each([
  ['glucose 53', [reading('2339-0', 53)], true],
  ['glucose 54', [reading('2339-0', 54)], false],
  ['interstitial glucose 53', [reading('99504-3', 53)], true],
  ['glucose 2.9 mmol/L', [reading('105272-9', 2.9, 'mmol/L')], true],
  ['glucose 5.5 mmol/L', [reading('15074-8', 5.5, 'mmol/L')], false],
  ['94.9 °F', [reading('8310-5', 94.9, '[degF]')], true],
  ['98.6 °F', [reading('8310-5', 98.6, '[degF]')], false],
  ['glucose 251', [reading('2339-0', 251)], true],
  ['glucose 0: the sensor is off', [reading('2339-0', 0)], false],
  ['SpO2 91', [reading('59408-5', 91)], true],
  ['SpO2 0: the sensor is off', [reading('59408-5', 0)], false],
  ['pulse and temperature a little off', [reading('8867-4', 95), reading('8310-5', 38.5)], false],
  [
    'four parameters that make 7 together',
    [reading('8867-4', 115), reading('8310-5', 39.5), reading('9279-1', 22), reading('59408-5', 95)],
    true,
  ],
  ['mean pressure, which NEWS2 does not score', [reading('8478-0', 20)], false],
])('%s', (_name, readings, expected) => {
  expect(isUrgent(...readings)).toBe(expected);
});

test('a reading of a quarter of an hour ago is no reason to hurry, nor does it add to one', () => {
  const low = [reading('2339-0', 40)];
  expect(clinicalReadingRules.isPossiblyUrgent(low, URGENT_MAX_AGE_MS, 0)).toBe(true);
  expect(clinicalReadingRules.isPossiblyUrgent(low, URGENT_MAX_AGE_MS + 1, 0)).toBe(false);
  const fiveHoursMs = 5 * 3_600_000;
  expect(clinicalReadingRules.isPossiblyUrgent(low, fiveHoursMs, fiveHoursMs)).toBe(true);
});

test('a refusal names the member and the unit that is expected', () => {
  expect(clinicalReadingRules.refusal(reading('2339-0', 5.5, 'mg'))).toEqual({
    code: 'WRONG_UNIT',
    detail: 'unit is mg; 2339-0 is taken in mg/dL',
  });
});
