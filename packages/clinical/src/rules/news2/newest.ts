import { LOINC } from '../../model/codes.js';
import { NEWS2_FRESH_MS, NEWS2_SPOT_MS, NOT_REMEASURED_MS } from '../../model/limits.js';
import {
  NEWS2_PARAMETERS,
  type News2Parameter,
  type News2Score,
  type Spo2Scale,
} from '../../model/news2-score.js';
import { chartedValue, scoreNews2, scoreParameter, type News2Values } from './chart.js';
import { hasFlag, isDoubtful, recentOf, sourceOf, type VitalsItem, type VitalValue } from './vitals.js';

/**
 * The codes of each parameter, the preferred first: an arterial line before a cuff, the electrocardiogram's rate before
 * the oximeter's.
 */
const SOURCES: Readonly<Record<News2Parameter, readonly string[]>> = {
  respirationRate: [LOINC.respiratoryRate],
  spo2: [LOINC.spo2],
  oxygen: [LOINC.oxygenFlow],
  systolic: [LOINC.arterialSystolic, LOINC.cuffSystolic],
  pulse: [LOINC.heartRate, LOINC.pulseOximeterRate],
  consciousness: [LOINC.consciousness],
  temperature: [LOINC.temperature],
};

const PARAMETER_OF = new Map(
  NEWS2_PARAMETERS.flatMap((parameter) => SOURCES[parameter].map((code) => [code, parameter] as const)),
);

/** The NEWS2 parameter that a code measures, or undefined. */
export const news2Parameter = (code: string): News2Parameter | undefined => PARAMETER_OF.get(code);

/** The codes that NEWS2 scores. */
export const NEWS2_CODES: readonly string[] = [...PARAMETER_OF.keys()];

/** Measured now and then, by hand or by a cuff: RCP's chart has them at each round, every hour at scores of 5 to 6. */
const SPOT: ReadonlySet<string> = new Set([
  LOINC.cuffSystolic,
  LOINC.temperature,
  LOINC.consciousness,
  LOINC.oxygenFlow,
]);

export const isSpot = (code: string): boolean => SPOT.has(code);

const freshMs = (code: string): number => (SPOT.has(code) ? NEWS2_SPOT_MS : NEWS2_FRESH_MS);

/** What one code and sensor had at its newest instant. */
interface NewestValues {
  readonly at: number;
  readonly values: readonly VitalValue[];
}

/** The newest values by code and sensor. */
export type Newest = Readonly<Record<string, NewestValues>>;

/** Values of a clock that is ahead count where they are as bad as can be: good news of it is none. */
const HEARD_THOUGH_DOUBTFUL = 3;

/** Whether a value is one to score: not off, and heard. */
function isScored(value: VitalValue, scale: Spo2Scale): boolean {
  const parameter = PARAMETER_OF.get(value.code);
  if (parameter === undefined || hasFlag(value, 'SENSOR_OFF')) return false;
  if (!isDoubtful(value)) return true;
  return scoreParameter(parameter, chartedValue(parameter, value), scale, false) >= HEARD_THOUGH_DOUBTFUL;
}

/** The newest values with those of one more instant; what is too old for anything goes. */
export function withNewest(newest: Newest, { t, values }: VitalsItem, scale: Spo2Scale): Newest {
  const next = recentOf(newest, t, NOT_REMEASURED_MS);
  for (const value of values) {
    if (!isScored(value, scale)) continue;
    const source = sourceOf(value);
    const known = next[source];
    next[source] = { at: t, values: known?.at === t ? [...known.values, value] : [value] };
  }
  return next;
}

/** What one parameter counts with. */
export interface Counted {
  readonly value: VitalValue;
  /** When it was measured. */
  readonly at: number;
  readonly score: number;
}

/** What counts at one time. */
export interface Scored {
  readonly score: News2Score;
  readonly counted: Partial<Record<News2Parameter, Counted>>;
}

type ByCode = ReadonlyMap<string, readonly NewestValues[]>;

function byCode(newest: Newest): ByCode {
  const codes = new Map<string, NewestValues[]>();
  for (const known of Object.values(newest)) {
    const code = known.values[0]?.code;
    if (code === undefined) continue;
    const present = codes.get(code);
    if (present === undefined) codes.set(code, [known]);
    else present.push(known);
  }
  return codes;
}

/** Values of a parameter of the preferred code that has any no older than `maxAgeMs` of its code. */
function candidates(
  newest: ByCode,
  parameter: News2Parameter,
  t: number,
  maxAgeMs: (code: string) => number,
): readonly NewestValues[] {
  for (const code of SOURCES[parameter]) {
    const known = newest.get(code);
    if (known === undefined) continue;
    const oldest = t - maxAgeMs(code);
    const found = known.filter(({ at }) => at >= oldest);
    if (found.length > 0) return found;
  }
  return NONE;
}

const NONE: readonly NewestValues[] = [];

/** Whether `a` counts rather than `b`: the worse, of equally bad ones the newer, then the one of the lesser row. */
const isWorse = (a: Counted, b: Counted): boolean =>
  a.score !== b.score ? a.score > b.score : a.at !== b.at ? a.at > b.at : a.value.rowId < b.value.rowId;

function worst(newest: readonly NewestValues[], scoreOf: (value: VitalValue) => number): Counted | undefined {
  let found: Counted | undefined;
  for (const { at, values } of newest) {
    for (const value of values) {
      const counted = { value, at, score: scoreOf(value) };
      if (found === undefined || isWorse(counted, found)) found = counted;
    }
  }
  return found;
}

/**
 * The score at `t`: per parameter the worst of what is fresh. With `carried`, a parameter of which nothing is fresh counts
 * with what was measured last, up to 60 min ago: not good enough to raise an alarm, too bad to end one.
 */
export function scoreAt(
  newest: Newest,
  t: number,
  scale: Spo2Scale,
  { carried }: { readonly carried: boolean },
): Scored {
  const all = byCode(newest);
  const of = (parameter: News2Parameter): readonly NewestValues[] => {
    const fresh = candidates(all, parameter, t, freshMs);
    return fresh.length > 0 || !carried ? fresh : candidates(all, parameter, t, () => NOT_REMEASURED_MS);
  };
  const onOxygen = of('oxygen').some(({ values }) => values.some((flow) => chartedValue('oxygen', flow) > 0));
  const counted: Partial<Record<News2Parameter, Counted>> = {};
  const worstValues: News2Values = {};
  for (const parameter of NEWS2_PARAMETERS) {
    const found = worst(of(parameter), (value) =>
      scoreParameter(parameter, chartedValue(parameter, value), scale, onOxygen),
    );
    if (found === undefined) continue;
    counted[parameter] = found;
    worstValues[parameter] = chartedValue(parameter, found.value);
  }
  return { score: scoreNews2(worstValues, scale), counted };
}
