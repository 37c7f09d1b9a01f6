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
export function curveIn({ effectiveDateTime, effectivePeriod, component = [] }: Observation): CurvePoint[] {
  const start = effectiveDateTime ?? effectivePeriod?.start ?? '';
  const series = component.flatMap((each) => ('valueSampledData' in each ? [each.valueSampledData] : []));
  return curveOf(Date.parse(start), series);
}
