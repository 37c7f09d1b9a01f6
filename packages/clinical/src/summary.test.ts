import { describe, expect, test } from '@jest/globals';
import { LOINC } from './model/codes.js';
import { changedCodes, percentile, summarise, type WindowReading } from './summary.js';

const glucose = (t: number, value: number, deviceId = 'dev_a'): WindowReading => ({
  deviceId,
  t,
  code: LOINC.interstitialGlucose,
  value,
  plausible: true,
});

test('aggregates of glucose', () => {
  const values = [50, 60, 70, 180, 181, 250, 251, 100, 100, 100];
  const readings = values.map((value, n) => glucose(n * 300_000, value));
  expect(summarise(readings, values.length * 300_000)).toEqual({
    count: 10,
    implausibleCount: 0,
    codes: [
      {
        code: LOINC.interstitialGlucose,
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

test('what is sent by two routes counts once, and as one sensor for the times in ranges', () => {
  const routes = ['dev_a', 'dev_b'].map((deviceId, n) => {
    const sent = [glucose(n * 300_000, 50, deviceId), glucose(600_000, 200, deviceId)];
    return sent.map((reading) => ({ ...reading, ...(deviceId === 'dev_b' && { sensorId: 'dev_a' }) }));
  });
  const [code] = summarise(routes.flat(), 900_000).codes;
  expect(code).toMatchObject({ count: 3, deviceIds: ['dev_a', 'dev_b'], min: 50, max: 200 });
  expect(code?.timeInRange).toMatchObject({ below54: 0.6667, above180: 0.3333 });
});

describe('of readings that are bounds', () => {
  const bound = (t: number, value: number, comparator: '<' | '>'): WindowReading => ({
    ...glucose(t, value),
    comparator,
  });
  const comparatorsOf = (...readings: WindowReading[]) => summarise(readings).codes[0]?.comparators;

  test('there is none without a bound', () => {
    expect(comparatorsOf(glucose(0, 100))).toBeUndefined();
  });

  test('what rests on LO lies below, also beside a measured 40', () => {
    const readings = [glucose(0, 40), bound(1, 40, '<'), ...[2, 3, 4].map((t) => glucose(t, 90 + t))];
    expect(summarise(readings).codes).toMatchObject([{ min: 40, bounds: { below: 1, above: 0 } }]);
    expect(comparatorsOf(...readings)).toEqual({ min: '<', mean: '<', p5: '<' });
  });

  test('what rests on HI lies above', () => {
    expect(comparatorsOf(glucose(0, 100), bound(1, 400, '>'), bound(2, 400, '>'))).toEqual({
      ...{ max: '>', mean: '>', p5: '>', p25: '>', p50: '>', p75: '>', p95: '>' },
    });
  });

  test('a bound far up may belong below what was measured, which is the most that it can be', () => {
    expect(comparatorsOf(glucose(0, 50), bound(1, 200, '<'), glucose(2, 210))).toEqual({
      ...{ min: '<=', mean: '<', p5: '<', p25: '<', p50: '<', p75: '<', p95: '<' },
    });
  });

  test('with LO and HI nothing is known of what lies between two of them', () => {
    expect(comparatorsOf(bound(0, 40, '<'), bound(1, 400, '>'))).toEqual({ min: '<', max: '>' });
  });
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
  expect(changedCodes(null, before)).toEqual([LOINC.heartRate, LOINC.interstitialGlucose]);
  expect(changedCodes(before, summarise([pulse, glucose(0, 100)]))).toEqual([]);
  expect(changedCodes(before, summarise([pulse, glucose(0, 101)]))).toEqual([LOINC.interstitialGlucose]);
  expect(changedCodes(before, summarise([pulse]))).toEqual([LOINC.interstitialGlucose]);
});
