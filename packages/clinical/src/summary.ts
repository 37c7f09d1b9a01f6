import { byBoundedValue, comparatorAt, comparatorOfMean, type StatisticComparator } from './bounds.js';
import { codeEntry } from './model/codes.js';
import type { Comparator } from './model/reading.js';
import { sensorOf } from './model/sensor.js';
import { isGlucose, isInterstitial, mgPerDl } from './model/units.js';
import { sensorTime, type SensorTime, type TimeInRange } from './time-in-range.js';

/** A stored reading of a window. Implausible ones may be among them; they are counted and left out. */
export interface WindowReading {
  readonly deviceId: string;
  /** The device whose sensor it shares, where it does: both count as one. */
  readonly sensorId?: string | undefined;
  readonly t: number;
  readonly code: string;
  /** In the code table's unit; with a comparator a bound. */
  readonly value: number;
  readonly comparator?: Comparator | undefined;
  readonly plausible: boolean;
  /** Glucose: whether a continuous monitor measured it. By the code unless said: monitors used to send that of blood. */
  readonly isContinuous?: boolean | undefined;
}

/** The percentiles of a window, by name. */
export const PERCENTILES = { p5: 0.05, p25: 0.25, p50: 0.5, p75: 0.75, p95: 0.95 } as const;
export type PercentileName = keyof typeof PERCENTILES;
export type StatisticName = PercentileName | 'min' | 'max' | 'mean';

/** One code's plausible readings of a window, in the code table's unit. */
export interface CodeSummary {
  readonly code: string;
  readonly unit: string;
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly percentiles: Readonly<Record<PercentileName, number>>;
  /** By time, of the continuous monitor that covers most of the window, with the first of its codes; null elsewhere. */
  readonly timeInRange: TimeInRange | null;
  /** How many of the readings are bounds (`<`, `>`), which count as the bound itself. Left out where none is. */
  readonly bounds?: { readonly below: number; readonly above: number };
  /** Of statistics that are bounds because of those: the true value lies so to them. Left out where none is. */
  readonly comparators?: Readonly<Partial<Record<StatisticName, StatisticComparator>>>;
  /** Devices that measured it, sorted. */
  readonly deviceIds: readonly string[];
}

export interface WindowSummary {
  /** By LOINC code, sorted; empty when the window had no plausible reading: then there is no record. */
  readonly codes: readonly CodeSummary[];
  /** Plausible readings aggregated. */
  readonly count: number;
  /** Readings kept out because they were implausible. */
  readonly implausibleCount: number;
}

/** A bound counts as this far beyond itself where levels are counted, mg/dL: less than any instrument tells apart. */
const BEYOND_MG_PER_DL = 0.001;
/** Aggregates are rounded to this many decimals, so that they do not show the order of summation. */
const DECIMALS = 4;
const SCALE = 10 ** DECIMALS;
const rounded = (value: number): number => Math.round(value * SCALE) / SCALE;

/** Linear interpolation between closest ranks (Hyndman & Fan 1996, type 7) of sorted values. */
export function percentile(sorted: readonly number[], fraction: number): number {
  const position = (sorted.length - 1) * fraction;
  const low = sorted[Math.floor(position)];
  const high = sorted[Math.ceil(position)];
  if (low === undefined || high === undefined) throw new RangeError('no percentile of no values');
  return low + (high - low) * (position - Math.floor(position));
}

/** Whether it is a continuous monitor's glucose. */
export const isContinuous = ({ code, isContinuous: isSaid = isInterstitial(code) }: WindowReading): boolean =>
  isGlucose(code) && isSaid;

/** Glucose in mg/dL for the consensus levels; a bound counts beyond itself: `< 54` is below 54. */
export function massOf({ code, value, comparator }: WindowReading): number {
  const mass = mgPerDl(code, value);
  if (comparator === undefined) return mass;
  return comparator === '<' ? mass - BEYOND_MG_PER_DL : mass + BEYOND_MG_PER_DL;
}

/** Of the continuous monitor that covers most of the window; undefined where none measured. */
function timesInRanges(readings: readonly WindowReading[], endMs: number): SensorTime | undefined {
  return sensorTime(
    readings
      .filter(isContinuous)
      .map((reading) => ({ deviceId: sensorOf(reading), t: reading.t, value: massOf(reading) })),
    endMs,
  );
}

/** Shares as aggregates are rounded. */
const roundedShares = (time: TimeInRange): TimeInRange => ({
  below54: rounded(time.below54),
  below70: rounded(time.below70),
  from70to180: rounded(time.from70to180),
  above180: rounded(time.above180),
  above250: rounded(time.above250),
});

/** Of values in order, some of them bounds. */
function comparatorsOf(ordered: readonly WindowReading[]): CodeSummary['comparators'] {
  const last = ordered.length - 1;
  const all: Record<StatisticName, StatisticComparator | undefined> = {
    min: comparatorAt(ordered, 0),
    max: comparatorAt(ordered, last),
    mean: comparatorOfMean(ordered),
    p5: comparatorAt(ordered, last * PERCENTILES.p5),
    p25: comparatorAt(ordered, last * PERCENTILES.p25),
    p50: comparatorAt(ordered, last * PERCENTILES.p50),
    p75: comparatorAt(ordered, last * PERCENTILES.p75),
    p95: comparatorAt(ordered, last * PERCENTILES.p95),
  };
  return Object.fromEntries(Object.entries(all).filter(([, comparator]) => comparator !== undefined));
}

function summariseCode(code: string, readings: readonly WindowReading[]): CodeSummary {
  const entry = codeEntry(code);
  if (entry === undefined) throw new RangeError(`no LOINC code ${code} in the code table`);
  // Summed in the order of values: the same set gives the same bits, whatever order it came in.
  const ordered = readings.toSorted(byBoundedValue);
  const sorted = ordered.map(({ value }) => value);
  const min = sorted[0] ?? NaN;
  const max = sorted.at(-1) ?? NaN;
  const total = sorted.reduce((sum, value) => sum + value, 0);
  const below = readings.filter(({ comparator }) => comparator === '<').length;
  const above = readings.filter(({ comparator }) => comparator === '>').length;
  const percentiles = { p5: 0, p25: 0, p50: 0, p75: 0, p95: 0 };
  for (const name of Object.keys(percentiles) as PercentileName[]) {
    percentiles[name] = rounded(percentile(sorted, PERCENTILES[name]));
  }
  return {
    code,
    unit: entry.unit,
    count: sorted.length,
    min,
    max,
    mean: rounded(total / sorted.length),
    percentiles,
    timeInRange: null,
    ...(below + above > 0 && { bounds: { below, above }, comparators: comparatorsOf(ordered) }),
    deviceIds: [...new Set(readings.map(({ deviceId }) => deviceId))].sort(),
  };
}

/**
 * Aggregates of everything the store holds of one patient's window. A reading that is there twice (same sensor, code,
 * time and value) counts once; two values of one time both count. Depends on the set of readings alone, not on their order.
 * @param endMs the window's end, milliseconds: no reading stands for time beyond it
 */
export function summarise(readings: readonly WindowReading[], endMs = Infinity): WindowSummary {
  const byCode = new Map<string, Map<string, WindowReading>>();
  let implausibleCount = 0;
  for (const reading of readings) {
    if (!reading.plausible) {
      implausibleCount++;
      continue;
    }
    const group = byCode.get(reading.code) ?? new Map<string, WindowReading>();
    byCode.set(reading.code, group);
    const { t, value, comparator = '' } = reading;
    const key = `${sensorOf(reading)}@${t}=${comparator}${value}`;
    if (!group.has(key)) group.set(key, reading);
  }
  const sets = [...byCode].map(([code, group]) => ({ code, readings: [...group.values()] }));
  sets.sort((a, b) => (a.code < b.code ? -1 : 1));
  const sensor = timesInRanges(
    sets.flatMap((set) => set.readings),
    endMs,
  );
  const withTimes = sets.find((set) =>
    set.readings.some((reading) => isContinuous(reading) && sensorOf(reading) === sensor?.deviceId),
  )?.code;
  const codes = sets.map((set): CodeSummary => {
    const summary = summariseCode(set.code, set.readings);
    if (sensor === undefined || set.code !== withTimes) return summary;
    return { ...summary, timeInRange: roundedShares(sensor.timeInRange) };
  });
  return { codes, count: codes.reduce((sum, { count }) => sum + count, 0), implausibleCount };
}

/**
 * Report on change: the codes whose aggregates differ between two summaries of a window, sorted. Empty: the record on
 * file says it all, and no new version is made.
 */
export function changedCodes(previous: WindowSummary | null, next: WindowSummary): string[] {
  const was = new Map((previous?.codes ?? []).map((summary) => [summary.code, JSON.stringify(summary)]));
  const changed: string[] = [];
  for (const summary of next.codes) {
    if (was.get(summary.code) !== JSON.stringify(summary)) changed.push(summary.code);
    was.delete(summary.code);
  }
  return [...changed, ...was.keys()].sort();
}
