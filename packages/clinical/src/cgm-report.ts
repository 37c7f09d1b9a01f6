import { comparatorOfMean } from './bounds.js';
import type { Comparator } from './model/reading.js';
import { sensorTime, type SensorReading, type TimeInRange } from './time-in-range.js';

const DAY_MS = 24 * 60 * 60_000;
/**
 * Days over which a continuous monitor's glucose is summed up, and the share of time it has to have measured: Battelino et
 * al., Diabetes Care 42:1593 (2019).
 */
const REPORT_DAYS = 14;
export const CGM_REPORT_MS = REPORT_DAYS * DAY_MS;
const ACTIVE_MIN = 0.7;

/** Glucose management indicator, %, of a mean in mg/dL: Bergenstal et al., Diabetes Care 41:2275 (2018). */
const GMI_OFFSET = 3.31;
const GMI_PER_MG_DL = 0.02392;

/** 14 days of a continuous monitor. Shares are 0 to 1. */
export interface CgmReport {
  readonly deviceId: string;
  readonly timeInRange: TimeInRange;
  readonly meanMgPerDl: number;
  /** The true mean, and with it the GMI, lies below or above: readings are bounds. */
  readonly meanComparator?: Comparator | undefined;
  /** Glucose management indicator, %. */
  readonly gmiPercent: number;
  /** Coefficient of variation: standard deviation by mean. */
  readonly variation: number;
  /** UTC days with a reading. */
  readonly daysOfWear: number;
  /** Share of the time for which its readings stand. */
  readonly active: number;
}

/**
 * The end of the UTC day that a window completes, milliseconds: the record of that window has the report. Undefined for
 * a window within a day.
 */
export function dayCompletedBy(startMs: number, endMs: number): number | undefined {
  const midnightMs = Math.floor(endMs / DAY_MS) * DAY_MS;
  return midnightMs > startMs ? midnightMs : undefined;
}

/**
 * The report of the 14 days that end at `endMs`, of the sensor that covers most of them; undefined where none covers 70 %.
 * @param readings plausible ones of continuous monitors; those outside of the 14 days are left out
 */
export function cgmReport(readings: readonly SensorReading[], endMs: number): CgmReport | undefined {
  const startMs = endMs - CGM_REPORT_MS;
  const within = readings.filter(({ t }) => t >= startMs && t < endMs);
  const sensor = sensorTime(within, endMs);
  if (sensor === undefined) return undefined;
  const active = sensor.coveredMs / CGM_REPORT_MS;
  if (active < ACTIVE_MIN) return undefined;
  const { deviceId, timeInRange } = sensor;
  const own = within.filter((reading) => reading.deviceId === deviceId);
  // Summed in the order of values: the same set gives the same bits.
  const values = own.map(({ value }) => value).sort((a, b) => a - b);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    deviceId,
    timeInRange,
    meanMgPerDl: mean,
    meanComparator: comparatorOfMean(own),
    gmiPercent: GMI_OFFSET + GMI_PER_MG_DL * mean,
    variation: Math.sqrt(squares / Math.max(1, values.length - 1)) / mean,
    daysOfWear: new Set(own.map(({ t }) => Math.floor(t / DAY_MS))).size,
    active,
  };
}
