import { codeEntry } from './model/codes.js';
import type { Comparator } from './model/reading.js';
import { isGlucose, mgPerDl } from './model/units.js';

/** A stored reading of a window. Implausible ones may be among them; they are counted and left out. */
export interface WindowReading {
  /** Who measured: the device, or the one whose sensor it shares. */
  readonly deviceId: string;
  readonly t: number;
  readonly code: string;
  /** In the code table's unit; with a comparator a bound. */
  readonly value: number;
  readonly comparator?: Comparator | undefined;
  readonly plausible: boolean;
}

/** The percentiles of a window, by name. */
export const PERCENTILES = { p5: 0.05, p25: 0.25, p50: 0.5, p75: 0.75, p95: 0.95 } as const;
export type PercentileName = keyof typeof PERCENTILES;

/**
 * Shares of readings (0 to 1) by the consensus levels for CGM, mg/dL: Battelino et al., Diabetes Care 42:1593 (2019).
 * Below 54 is part of below 70, above 250 of above 180; below 70, in range and above 180 add up to 1.
 */
export interface TimeInRange {
  readonly below54: number;
  readonly below70: number;
  readonly from70to180: number;
  readonly above180: number;
  readonly above250: number;
}

/** One code's plausible readings of a window, in the code table's unit. */
export interface CodeSummary {
  readonly code: string;
  readonly unit: string;
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly percentiles: Readonly<Record<PercentileName, number>>;
  /** Glucose only; null for every other code. */
  readonly timeInRange: TimeInRange | null;
  /** How many of the readings are bounds (`<`, `>`), which count as the bound itself. Left out where none is. */
  readonly bounds?: { readonly below: number; readonly above: number };
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

/** @param sorted mg/dL */
function timeInRange(sorted: readonly number[]): TimeInRange {
  const share = (isIn: (value: number) => boolean): number =>
    rounded(sorted.filter(isIn).length / sorted.length);
  return {
    below54: share((value) => value < 54),
    below70: share((value) => value < 70),
    from70to180: share((value) => value >= 70 && value <= 180),
    above180: share((value) => value > 180),
    above250: share((value) => value > 250),
  };
}

/**
 * Readings of glucose in mg/dL for the consensus levels; a bound counts beyond itself: `< 54` is below 54.
 */
function massesOf(code: string, readings: readonly WindowReading[]): number[] {
  return readings.map(({ value, comparator }) => {
    const mass = mgPerDl(code, value);
    if (comparator === undefined) return mass;
    return comparator === '<' ? mass - BEYOND_MG_PER_DL : mass + BEYOND_MG_PER_DL;
  });
}

function summariseCode(code: string, readings: readonly WindowReading[]): CodeSummary {
  const entry = codeEntry(code);
  if (entry === undefined) throw new RangeError(`no LOINC code ${code} in the code table`);
  // Summed in the order of values: the same set gives the same bits, whatever order it came in.
  const sorted = readings.map(({ value }) => value).sort((a, b) => a - b);
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
    timeInRange: isGlucose(code) ? timeInRange(massesOf(code, readings)) : null,
    ...(below + above > 0 && { bounds: { below, above } }),
    deviceIds: [...new Set(readings.map(({ deviceId }) => deviceId))].sort(),
  };
}

/**
 * Aggregates of everything the store holds of one patient's window. A reading that is there twice (same device, code,
 * time and value) counts once; two values of one time both count. Depends on the set of readings alone, not on their order.
 */
export function summarise(readings: readonly WindowReading[]): WindowSummary {
  const byCode = new Map<string, Map<string, WindowReading>>();
  let implausibleCount = 0;
  for (const reading of readings) {
    if (!reading.plausible) {
      implausibleCount++;
      continue;
    }
    const group = byCode.get(reading.code) ?? new Map<string, WindowReading>();
    byCode.set(reading.code, group);
    const { deviceId, t, value, comparator = '' } = reading;
    const key = `${deviceId}@${t}=${comparator}${value}`;
    if (!group.has(key)) group.set(key, reading);
  }
  const codes = [...byCode.keys()]
    .sort()
    .map((code) => summariseCode(code, [...(byCode.get(code)?.values() ?? [])]));
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
