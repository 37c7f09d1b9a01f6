import { clinicalConfig, type ClinicalOverrides } from '@careledger/clinical';
import { describe, expect, test } from '@jest/globals';
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

interface Judged {
  readonly receivedMs?: number;
  readonly offsetMs?: number;
  /** In force from then on, after the published limits. */
  readonly from?: number;
}
const DEVICE = `dev_${'a'.repeat(32)}`;
const underSettings = (overrides: ClinicalOverrides, { from = -Infinity, ...arrival }: Judged = {}) => {
  const [published, config] = [clinicalConfig(), clinicalConfig(overrides)];
  const configAt = (t: number) => (t < from ? published : config);
  return (...readings: TimedReading[]) =>
    clinicalReadingRules.isPossiblyUrgent(readings, {
      ...{ deviceId: DEVICE, receivedMs: 0, offsetMs: 0, configAt },
      ...arrival,
    });
};
const isUrgent = underSettings({});

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
  ['a pulse a little off, six times over', Array.from({ length: 6 }, () => reading('8867-4', 95)), false],
  ['a heart rate of 0', [reading('8867-4', 0)], true],
  ['systolic pressure 170, without pregnancy', [reading('8480-6', 170)], false],
  ['systolic pressure 181', [reading('8480-6', 181)], true],
  ['diastolic pressure 121', [reading('8462-4', 121)], true],
  ['pressure that no cuff can measure', [reading('8462-4', 376)], false],
  ['mean pressure, which NEWS2 does not score', [reading('8478-0', 20)], false],
  ['a code of no table', [reading('1-1', 20)], false],
])('%s', (_name, readings, expected) => {
  expect(isUrgent(...readings)).toBe(expected);
});

describe('what is urgent follows the settings of the patient', () => {
  const oxygen = (flow: number) => reading('3151-8', flow);
  test.each<[string, ClinicalOverrides, TimedReading[], boolean]>([
    ['a tightened very-low', { glucose: { veryLowMgPerDl: 65 } }, [reading('2339-0', 60)], true],
    ['a loosened very-low', { glucose: { veryLowMgPerDl: 45 } }, [reading('2339-0', 50)], false],
    [
      'a tightened very-high',
      { glucose: { veryHighMgPerDl: 200, recoveredHighMgPerDl: 200 } },
      [reading('2339-0', 210)],
      true,
    ],
    [
      'an instrument that shows nothing below 80: it is LO',
      { devices: { [DEVICE]: { instrumentRange: { low: 80, high: 300 } } } },
      [reading('2339-0', 75)],
      true,
    ],
    [
      'the same of another device',
      { devices: { dev_other: { instrumentRange: { low: 80, high: 300 } } } },
      [reading('2339-0', 75)],
      false,
    ],
    ['a lower total of NEWS2', { news2: { total: 2 } }, [reading('8867-4', 95), reading('9279-1', 11)], true],
    ['a single parameter at 2', { news2: { singleParameter: 2 } }, [reading('8867-4', 115)], true],
    ['no single parameter', { news2: { singleParameter: null } }, [reading('8867-4', 140)], false],
    ['NEWS2 of a child', { person: { birthYear: 1968 } }, [reading('8867-4', 140)], false],
    ['a heart rate of 0 of a child', { person: { birthYear: 1968 } }, [reading('8867-4', 0)], true],
    ['SpO2 98 on scale 2 and oxygen', { news2: { spo2Scale: 2 } }, [reading('59408-5', 98), oxygen(2)], true],
    ['SpO2 98 on scale 2 and air', { news2: { spo2Scale: 2 } }, [reading('59408-5', 98), oxygen(0)], false],
    ['SpO2 98 on scale 2, oxygen unknown', { news2: { spo2Scale: 2 } }, [reading('59408-5', 98)], true],
    ['SpO2 90 on scale 2', { news2: { spo2Scale: 2 } }, [reading('59408-5', 90), oxygen(2)], false],
    ['pressure in pregnancy', { person: { isPregnant: true } }, [reading('8480-6', 160)], true],
    ['shock in pregnancy', { person: { isPregnant: true } }, [reading('8480-6', 90)], true],
    ['a tightened pressure', { bloodPressure: { highSystolic: 150 } }, [reading('76215-3', 151)], true],
    ['fever, which is of low priority', { fever: { isOn: true } }, [reading('8310-5', 38.2)], false],
  ])('%s', (_name, overrides, readings, expected) => {
    expect(underSettings(overrides)(...readings)).toBe(expected);
  });

  test('by those in force at rule time: of readings on both sides of a change, either suffices', () => {
    const tight = { glucose: { veryLowMgPerDl: 65 } };
    const [before, after] = [reading('2339-0', 60), { ...reading('2339-0', 60), timeMs: 1_000 }];
    const judge = underSettings(tight, { from: 1_000, receivedMs: 1_000 });
    expect([judge(before), judge(after), judge(before, after)]).toEqual([false, true, true]);
    // What is ahead of its arrival is judged as if it had been measured then.
    expect(underSettings(tight, { from: 1_000, receivedMs: 999 })(after)).toBe(false);
  });
});

test('a reading of a quarter of an hour ago is no reason to hurry, nor does it add to one', () => {
  const low = [reading('2339-0', 40)];
  const after = (receivedMs: number, offsetMs = 0) => underSettings({}, { receivedMs, offsetMs })(...low);
  expect([after(URGENT_MAX_AGE_MS), after(URGENT_MAX_AGE_MS + 1)]).toEqual([true, false]);
  const fiveHoursMs = 5 * 3_600_000;
  expect(after(fiveHoursMs, fiveHoursMs)).toBe(true);
});

test('a refusal names the member and the unit that is expected', () => {
  expect(clinicalReadingRules.refusal(reading('2339-0', 5.5, 'mg'))).toEqual({
    code: 'WRONG_UNIT',
    detail: 'unit is mg; 2339-0 is taken in mg/dL',
  });
});
