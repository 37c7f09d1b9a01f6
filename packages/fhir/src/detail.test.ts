import { describe, expect, test } from '@jest/globals';
import { curveIn } from '../testing/curve.js';
import { H8, HOUR, PATIENT, detail } from '../testing/samples.js';
import { readRecordContent } from './content/record-content.js';
import { detailBundle, type DetailSeries } from './detail.js';
import { MAX_RESOURCE_CHARS } from './json.js';
import { STRING_MAX_CHARS } from './r4/primitives.js';
import { sampledDataOf } from './sampled.js';
import type { Observation } from './schema.js';

const DAY = 24 * HOUR;

type Readings = DetailSeries['readings'];
const bundleOf = (
  ...series: { readonly code: string; readonly unit: string; readonly readings: Readings }[]
) => {
  const [{ deviceId } = { deviceId: '' }] = detail.series;
  return detailBundle({
    ...{ ...detail, windowStart: H8, windowEnd: H8 + DAY },
    series: series.map((each) => ({ ...each, deviceId })),
  });
};
const observationsIn = (bundle: ReturnType<typeof detailBundle>): Observation[] =>
  bundle.entry.flatMap(({ resource }) => (resource.resourceType === 'Observation' ? [resource] : []));
const textsOf = (observation: Observation) => sampledDataOf(observation).map(({ data }) => data);

describe('a window of a day', () => {
  /** One a second, at any millisecond of it. */
  const irregular: Readings = Array.from({ length: DAY / 1_000 }, (_, n) => ({
    t: H8 + n * 1_000 + ((n * 7_919) % 977),
    value: 60 + (n % 40),
  }));

  test('by the second of two devices’ codes has room in a record, each of its texts in a string of FHIR’s', () => {
    const bundle = bundleOf(
      { code: '8867-4', unit: '/min', readings: irregular },
      { code: '59408-5', unit: '%', readings: irregular.map((each) => ({ ...each, value: 97 })) },
    );
    const content = JSON.stringify(bundle);
    expect(content.length).toBeLessThan(MAX_RESOURCE_CHARS);
    readRecordContent(content, { patientId: PATIENT, author: PATIENT, kind: 'detail' });
    const observations = observationsIn(bundle);
    for (const text of observations.flatMap(textsOf)) expect(text.length).toBeLessThan(STRING_MAX_CHARS);
    expect(new Set(observations.map(({ id }) => id)).size).toBe(observations.length);
    const rate = observations.filter(({ code }) => code.coding.some((coding) => coding.code === '8867-4'));
    expect(rate.flatMap(curveIn)).toHaveLength(irregular.length);
  });

  test('in whatever order it is read, the parts follow each other', () => {
    const readings = irregular.slice(0, 20_000);
    const [first, second, ...others] = observationsIn(
      bundleOf({ code: '8867-4', unit: '/min', readings: readings.toReversed() }),
    );
    if (first === undefined || second === undefined) throw new RangeError('There are no parts');
    expect(others).toEqual([]);
    const [before, after] = [curveIn(first), curveIn(second)];
    expect([before.length, after.length]).toEqual([16_384, 20_000 - 16_384]);
    expect(before.at(-1)?.[0]).toBeLessThanOrEqual(after[0]?.[0] ?? 0);
    expect([...before, ...after].map(([, value]) => Number(value))).toEqual(
      readings.map(({ value }) => value),
    );
  });
});
