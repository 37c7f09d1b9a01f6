import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { curveOf } from '../testing/curve.js';
import { sampled } from './sampled.js';

const MINUTE = 60_000;
const START = Date.UTC(2026, 2, 1, 8);
const at = (offsetMs: number, value: number) => ({ t: START + offsetMs, value });

describe('readings on a grid', () => {
  test('at equal distances are as they were sent, gaps are E', () => {
    const { startMs, endMs, roundedByMs, series } = sampled(
      [at(0, 5.4), at(10 * MINUTE, 5.9), at(5 * MINUTE, 6), at(20 * MINUTE, 1e-7)],
      'mmol/L',
    );
    expect([startMs, endMs, roundedByMs]).toEqual([START, START + 20 * MINUTE, 0]);
    const origin = { value: 0, unit: 'mmol/l', system: 'http://unitsofmeasure.org', code: 'mmol/L' };
    expect(series).toEqual([{ origin, period: 5 * MINUTE, dimensions: 1, data: '5.4 6 5.9 E 0.0000001' }]);
  });

  test('by the second lie exactly in an hour, whatever their distances', () => {
    const readings = [0, 17, 291, 300, 1_201, 3_599].map((second, n) => at(second * 1_000, n));
    const { roundedByMs, series } = sampled(readings, '/min');
    expect(roundedByMs).toBe(0);
    expect(curveOf(START, series)).toEqual(readings.map(({ t, value }) => [t, String(value)]));
  });

  test('of one instant, and bounds that differ, are in series of their own: none is lost', () => {
    const { series } = sampled(
      [
        at(0, 70),
        at(0, 71),
        { ...at(MINUTE, 40), comparator: '<' },
        { ...at(2 * MINUTE, 54), comparator: '<' },
        { ...at(3 * MINUTE, 400), comparator: '>' },
      ],
      'mg/dL',
    );
    expect(series).toMatchObject([
      { lowerLimit: 40, upperLimit: 400, data: '70 L E U' },
      { lowerLimit: 54, data: '71 E L' },
    ]);
  });

  test('very large and very small values keep their digits', () => {
    const written = ['1e-7', '-1.25e-120', '1e23', '-1.25e+22', '0.1'];
    const { series } = sampled(
      written.map((value, n) => at(n * MINUTE, Number(value))),
      'mg/dL',
    );
    const [data = ''] = series.map((each) => each.data);
    expect(data).toMatch(/^[-0-9. ]+$/);
    expect(data.split(' ')).toEqual([
      '0.0000001',
      `-0.${'0'.repeat(119)}125`,
      `1${'0'.repeat(23)}`,
      '-12500000000000000000000',
      '0.1',
    ]);
  });

  test('are as many as a monitor measures in a day', () => {
    const readings = Array.from({ length: 200_000 }, (_, n) => at(n * 432, n % 1_000));
    const { roundedByMs, series } = sampled(readings, '/min');
    expect(roundedByMs).toBe(0);
    expect(series.map(({ data }) => data.split(' ').length)).toEqual([200_000]);
  });

  test('no value is lost nor changed, and no time by more than it says, at most a 32nd of the mean distance', () => {
    const readings = fc.array(fc.record({ t: fc.integer({ min: 0, max: 3_599_999 }), value: fc.integer() }), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(readings, (sent) => {
        const { startMs, roundedByMs, series } = sampled(sent, 'mg/dL');
        const curve = curveOf(startMs, series);
        const inOrder = (values: readonly string[]) => values.toSorted();
        expect(inOrder(curve.map(([, value]) => value))).toEqual(
          inOrder(sent.map(({ value }) => String(value))),
        );
        const times = sent.map(({ t }) => t).sort((a, b) => a - b);
        curve.forEach(([t], n) => expect(Math.abs(t - (times[n] ?? 0))).toBeLessThanOrEqual(roundedByMs));
        const spanMs = (times.at(-1) ?? 0) - (times[0] ?? 0);
        expect(roundedByMs).toBeLessThanOrEqual(Math.ceil(spanMs / sent.length / 32) + 1);
        for (const { data } of series) expect(data.split(' ').length).toBeLessThanOrEqual(4_096);
      }),
    );
  });
});
