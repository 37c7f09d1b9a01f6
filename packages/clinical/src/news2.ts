import { ACVPU } from './codes.js';

/**
 * National Early Warning Score 2 (Royal College of Physicians, 2017, chart 1: the NEWS scoring system).
 *
 * The chart is printed for whole numbers (temperature: tenths). Monitors send fractions, so a printed bound is taken as
 * it stands and applied to the unrounded value: a respiratory rate of 8.4 is not ≤ 8 and scores as ≤ 11 does; 24.5 is
 * not ≥ 25 and scores as ≥ 21 does. On whole numbers this is the chart.
 */
export type News2Parameter =
  'respirationRate' | 'spo2' | 'oxygen' | 'systolic' | 'pulse' | 'consciousness' | 'temperature';

export const NEWS2_PARAMETERS: readonly News2Parameter[] = [
  'respirationRate',
  'spo2',
  'oxygen',
  'systolic',
  'pulse',
  'consciousness',
  'temperature',
];

/** SpO2 scale 2 is for hypercapnic respiratory failure with a target of 88 to 92 %, on a clinician's decision only. */
export type Spo2Scale = 1 | 2;

/** Measured values: /min, %, L/min of oxygen, mm[Hg], /min, position in ACVPU, Cel. Absent: not measured at that time. */
export type News2Values = Partial<Record<News2Parameter, number>>;

export interface News2Score {
  readonly total: number;
  /** Score of each parameter present. */
  readonly scores: Partial<Record<News2Parameter, number>>;
  /** The highest single score; 0 if nothing is present. */
  readonly highest: number;
  /** Parameters that were not measured at that time: the total is a lower bound when this is not empty. */
  readonly absent: readonly News2Parameter[];
  readonly spo2Scale: Spo2Scale;
}

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

function banded(value: number, bands: Bands): number {
  for (const [bound, score] of bands.upTo) if (value <= bound) return score;
  for (const [bound, score] of bands.from) if (value >= bound) return score;
  return 0;
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
      return banded(value, TEMPERATURE);
  }
}

/** The score of the parameters measured at one time. Nothing is assumed for those absent; they are named. */
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
