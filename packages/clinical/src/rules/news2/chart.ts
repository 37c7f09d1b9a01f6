import { ACVPU } from '../../model/codes.js';
import type { Comparator } from '../../model/reading.js';
import {
  NEWS2_PARAMETERS,
  type News2Parameter,
  type News2Score,
  type Spo2Scale,
} from '../../model/news2-score.js';

/** Measured values: /min, %, L/min of oxygen, mm[Hg], /min, position in ACVPU, Cel. Absent: nothing that still counts. */
export type News2Values = Partial<Record<News2Parameter, number>>;

/** Bounds in the order in which they are tried: at most `upTo` from the low side, at least `from` on the high side. */
interface Bands {
  readonly upTo: readonly (readonly [bound: number, score: number])[];
  readonly from: readonly (readonly [bound: number, score: number])[];
}

const RESPIRATION: Bands = {
  upTo: [
    [8, 3],
    [11, 1],
  ],
  from: [
    [25, 3],
    [21, 2],
  ],
};
const SPO2_SCALE_1: Bands = {
  upTo: [
    [91, 3],
    [93, 2],
    [95, 1],
  ],
  from: [],
};
const SPO2_SCALE_2_AIR: Bands = {
  upTo: [
    [83, 3],
    [85, 2],
    [87, 1],
  ],
  from: [],
};
/** On oxygen a saturation above the target range is a danger too. */
const SPO2_SCALE_2_OXYGEN: Bands = {
  upTo: SPO2_SCALE_2_AIR.upTo,
  from: [
    [97, 3],
    [95, 2],
    [93, 1],
  ],
};
const SYSTOLIC: Bands = {
  upTo: [
    [90, 3],
    [100, 2],
    [110, 1],
  ],
  from: [[220, 3]],
};
const PULSE: Bands = {
  upTo: [
    [40, 3],
    [50, 1],
  ],
  from: [
    [131, 3],
    [111, 2],
    [91, 1],
  ],
};
const TEMPERATURE: Bands = {
  upTo: [
    [35, 3],
    [36, 1],
  ],
  from: [
    [39.1, 2],
    [38.1, 1],
  ],
};
const SUPPLEMENTAL_OXYGEN_SCORE = 2;
const NOT_ALERT_SCORE = 3;

function scoreOf(value: number, bands: Bands): number {
  for (const [bound, score] of bands.upTo) if (value <= bound) return score;
  for (const [bound, score] of bands.from) if (value >= bound) return score;
  return 0;
}

/** Steps of the chart in one unit: temperature is charted in tenths, everything else in whole numbers. */
const WHOLE = 1;
const TENTHS = 10;
/** Single-precision values are off by less than a ten-thousandth of a step. */
const STEP_PRECISION = 1e4;

/**
 * The score of a value rounded to the chart's precision; one halfway between two steps counts as the worse of them.
 * Monitors send fractions, and single-precision ones at that: 38.0999985 is 38.1.
 */
function banded(value: number, bands: Bands, stepsPerUnit = WHOLE): number {
  const steps = Math.round(value * stepsPerUnit * STEP_PRECISION) / STEP_PRECISION;
  const up = Math.floor(steps + 0.5) / stepsPerUnit;
  const down = Math.ceil(steps - 0.5) / stepsPerUnit;
  return up === down ? scoreOf(up, bands) : Math.max(scoreOf(up, bands), scoreOf(down, bands));
}

/**
 * What the chart has for a measured value. One beyond a bound is at least the next step beyond it: fewer than 9 breaths are 8.
 * Any flow of oxygen counts alike, so that less than some is some.
 */
export function chartedValue(
  parameter: News2Parameter,
  { value, comparator }: { readonly value: number; readonly comparator?: Comparator | undefined },
): number {
  const isLessOxygen = parameter === 'oxygen' && comparator === '<';
  if (comparator === undefined || parameter === 'consciousness' || isLessOxygen) return value;
  const stepsPerUnit = parameter === 'temperature' ? TENTHS : WHOLE;
  const bound = Math.round(value * stepsPerUnit * STEP_PRECISION) / STEP_PRECISION;
  return (comparator === '<' ? Math.ceil(bound) - 1 : Math.floor(bound) + 1) / stepsPerUnit;
}

/** Score of one parameter, 0 to 3. `onOxygen` matters for SpO2 on scale 2 alone. */
export function scoreParameter(
  parameter: News2Parameter,
  value: number,
  scale: Spo2Scale,
  onOxygen: boolean,
): number {
  switch (parameter) {
    case 'respirationRate':
      return banded(value, RESPIRATION);
    case 'spo2':
      if (scale === 1) return banded(value, SPO2_SCALE_1);
      return banded(value, onOxygen ? SPO2_SCALE_2_OXYGEN : SPO2_SCALE_2_AIR);
    case 'oxygen':
      return value > 0 ? SUPPLEMENTAL_OXYGEN_SCORE : 0;
    case 'systolic':
      return banded(value, SYSTOLIC);
    case 'pulse':
      return banded(value, PULSE);
    case 'consciousness':
      return value > ACVPU.alert ? NOT_ALERT_SCORE : 0;
    case 'temperature':
      return banded(value, TEMPERATURE, TENTHS);
  }
}

/** The score of what counts at one time. Nothing is assumed for those absent; they are named. */
export function scoreNews2(values: News2Values, scale: Spo2Scale = 1): News2Score {
  const onOxygen = (values.oxygen ?? 0) > 0;
  const scores: Partial<Record<News2Parameter, number>> = {};
  const absent: News2Parameter[] = [];
  let total = 0;
  let highest = 0;
  for (const parameter of NEWS2_PARAMETERS) {
    const value = values[parameter];
    if (value === undefined) {
      absent.push(parameter);
      continue;
    }
    const score = scoreParameter(parameter, value, scale, onOxygen);
    scores[parameter] = score;
    total += score;
    if (score > highest) highest = score;
  }
  return { total, scores, highest, absent, spo2Scale: scale };
}
