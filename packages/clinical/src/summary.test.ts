import { describe, expect, test } from '@jest/globals';
import { LOINC } from './model/codes.js';
import { changedCodes, percentile, summarise, type WindowReading } from './summary.js';

const glucose = (t: number, value: number, deviceId = 'dev_a'): WindowReading => ({
  deviceId,
  t,
  code: LOINC.glucose,
  value,
  plausible: true,
});

test('aggregates of glucose', () => {
  const readings = [50, 60, 70, 180, 181, 250, 251, 100, 100, 100].map((value, t) => glucose(t, value));
  expect(summarise(readings)).toEqual({
    count: 10,
    implausibleCount: 0,
    codes: [
      {
        code: LOINC.glucose,
        unit: 'mg/dL',
        count: 10,
        min: 50,
        max: 251,
        mean: 134.2,
        percentiles: { p5: 54.5, p25: 77.5, p50: 100, p75: 180.75, p95: 250.55 },
        timeInRange: { below54: 0.1, below70: 0.2, from70to180: 0.5, above180: 0.3, above250: 0.1 },
        deviceIds: ['dev_a'],
      },
    ],
  });
});

test('implausible readings are counted and left out; nothing plausible means no codes', () => {
  const off: WindowReading = { deviceId: 'd', t: 0, code: LOINC.heartRate, value: 0, plausible: false };
  expect(summarise([off])).toEqual({ codes: [], count: 0, implausibleCount: 1 });
});

test('the order of readings does not show, to the last bit', () => {
  const readings = Array.from({ length: 200 }, (_, i) => glucose(i, 40 + ((i * 7919) % 2_000) / 9.7));
  const one = JSON.stringify(summarise(readings));
  expect(JSON.stringify(summarise([...readings].reverse()))).toBe(one);
});

test('a reading that was stored twice counts once; another device at the same time counts', () => {
  const readings = [glucose(0, 100), glucose(0, 100), glucose(0, 120, 'dev_b')];
  expect(summarise(readings).codes).toMatchObject([{ count: 2, deviceIds: ['dev_a', 'dev_b'] }]);
});

describe('percentile', () => {
  test.each([
    [[5], 0.5, 5],
    [[1, 2], 0.5, 1.5],
    [[1, 2, 3, 4], 0.25, 1.75],
    [[1, 2, 3, 4], 1, 4],
    [[1, 2, 3, 4], 0, 1],
  ])('of %j at %d is %d', (values, fraction, expected) => {
    expect(percentile(values, fraction)).toBeCloseTo(expected, 12);
  });
  test('of nothing is refused', () => {
    expect(() => percentile([], 0.5)).toThrow(RangeError);
  });
});

test('report on change names the codes that differ', () => {
  const pulse: WindowReading = { ...glucose(0, 70), code: LOINC.heartRate };
  const before = summarise([glucose(0, 100), pulse]);
  expect(changedCodes(null, before)).toEqual([LOINC.glucose, LOINC.heartRate]);
  expect(changedCodes(before, summarise([pulse, glucose(0, 100)]))).toEqual([]);
  expect(changedCodes(before, summarise([pulse, glucose(0, 101)]))).toEqual([LOINC.glucose]);
  expect(changedCodes(before, summarise([pulse]))).toEqual([LOINC.glucose]);
});
