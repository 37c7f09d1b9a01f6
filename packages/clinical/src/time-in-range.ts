import type { Comparator } from './model/reading.js';

/**
 * Shares of the time measured (0 to 1) by the consensus levels for CGM, mg/dL: Battelino et al., Diabetes Care 42:1593
 * (2019). Below 54 is part of below 70, above 250 of above 180; below 70, in range and above 180 add up to 1.
 */
export interface TimeInRange {
  readonly below54: number;
  readonly below70: number;
  readonly from70to180: number;
  readonly above180: number;
  readonly above250: number;
}

/** A plausible reading of a continuous monitor. */
export interface SensorReading {
  readonly deviceId: string;
  /** Milliseconds. */
  readonly t: number;
  /** mg/dL. */
  readonly value: number;
  /** The value is a bound. */
  readonly comparator?: Comparator | undefined;
}

/** What the sensor that covers most of a period measured in it. */
export interface SensorTime {
  readonly deviceId: string;
  readonly timeInRange: TimeInRange;
  /** Time for which its readings stand, milliseconds. */
  readonly coveredMs: number;
}

const MINUTE_MS = 60_000;
/** A monitor's interval where its readings do not tell: most send every 5 min. */
const USUAL_INTERVAL_MS = 5 * MINUTE_MS;
/** No monitor in use measures less often. */
const LONGEST_INTERVAL_MS = 15 * MINUTE_MS;
/** A reading stands for at most this many intervals: what follows is a gap, of which nothing is known. */
const INTERVALS_MAX = 1.5;

/**
 * Times in ranges by time: a reading stands until its device's next, for at most 1.5 intervals, and not beyond the end of
 * the period. Of several sensors the one that covers most of the period speaks. Undefined where none measured.
 * @param endMs the period's end, milliseconds
 */
export function sensorTime(readings: readonly SensorReading[], endMs: number): SensorTime | undefined {
  let best: SensorTime | undefined;
  for (const deviceId of [...new Set(readings.map((reading) => reading.deviceId))].sort()) {
    const time = timeOf(
      deviceId,
      readings.filter((reading) => reading.deviceId === deviceId),
      endMs,
    );
    if (best === undefined || time.coveredMs > best.coveredMs) best = time;
  }
  return best;
}

function timeOf(deviceId: string, readings: readonly SensorReading[], endMs: number): SensorTime {
  // Of two values of one instant the lower one stands for the time that follows: the more dangerous one.
  const sorted = [...readings].sort((a, b) => a.t - b.t || b.value - a.value);
  const longestMs = INTERVALS_MAX * intervalOf(sorted);
  const ms = { below54: 0, below70: 0, from70to180: 0, above180: 0, above250: 0 };
  let coveredMs = 0;
  sorted.forEach(({ t, value }, index) => {
    const next = sorted[index + 1]?.t ?? Infinity;
    const weightMs = Math.max(0, Math.min(next, t + longestMs, endMs) - t);
    coveredMs += weightMs;
    if (value < 54) ms.below54 += weightMs;
    if (value < 70) ms.below70 += weightMs;
    else if (value <= 180) ms.from70to180 += weightMs;
    else ms.above180 += weightMs;
    if (value > 250) ms.above250 += weightMs;
  });
  const share = (part: number): number => (coveredMs === 0 ? 0 : part / coveredMs);
  return {
    deviceId,
    coveredMs,
    timeInRange: {
      below54: share(ms.below54),
      below70: share(ms.below70),
      from70to180: share(ms.from70to180),
      above180: share(ms.above180),
      above250: share(ms.above250),
    },
  };
}

/** How often a device measures: the median distance of its readings, in whole minutes if it is half a minute or more. */
function intervalOf(sorted: readonly SensorReading[]): number {
  const distances = sorted
    .flatMap(({ t }, index) => {
      const before = sorted[index - 1]?.t;
      return before === undefined || before === t ? [] : [t - before];
    })
    .sort((a, b) => a - b);
  const median = distances[Math.floor(distances.length / 2)];
  if (median === undefined) return USUAL_INTERVAL_MS;
  const wholeMs = Math.round(median / MINUTE_MS) * MINUTE_MS;
  return Math.min(wholeMs === 0 ? median : wholeMs, LONGEST_INTERVAL_MS);
}
