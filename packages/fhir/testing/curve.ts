import { sampledDataOf } from '../src/sampled.js';
import type { Observation, SampledData } from '../src/schema.js';

/** A value of a curve: when, and what SampledData says of it. */
type CurvePoint = readonly [timeMs: number, value: string];

/** What SampledData say, each value at its time and gaps left out, as whoever draws the curve reads it. */
export const curveOf = (startMs: number, series: readonly SampledData[]): CurvePoint[] =>
  series
    .flatMap(({ data, period }) =>
      data
        .split(' ')
        .flatMap((value, place): CurvePoint[] => (value === 'E' ? [] : [[startMs + place * period, value]])),
    )
    .sort(([a], [b]) => a - b);

/** The curve of an Observation of single values. */
export function curveIn(observation: Observation): CurvePoint[] {
  const { effectiveDateTime, effectivePeriod } = observation;
  const start = effectiveDateTime ?? effectivePeriod?.start ?? '';
  return curveOf(Date.parse(start), sampledDataOf(observation));
}
