import { rangeOf, type DeviceDescription } from '../../model/device.js';
import { isUnitDoubtful, type ReadingFlag } from '../../model/flags.js';
import { SENSOR_WARM_UP_MS } from '../../model/limits.js';
import { mgPerDl } from '../../model/units.js';
import type { Evidence } from '../../model/events.js';
import type { ClinicalReading } from '../../model/reading.js';
import type { RuleInput } from '../../engine/rule.js';

/** Why a value is not to be taken at its word; each is a mark of the alarm that it raises. */
export type Doubt = 'clock-ahead' | 'lo-or-mmol' | 'first-day';

/** One value of glucose, as the rules see it. */
export interface GlucoseValue extends Evidence {
  readonly at: number;
  readonly deviceId: string;
  readonly mgPerDl: number;
  /** What the number is a bound of: the measurement is below, or above it. */
  readonly side: 'below' | 'above' | null;
  readonly doubt: Doubt | null;
  /** Flags for value and time alone. */
  readonly flags: readonly ReadingFlag[];
  /** It changed faster than is plausible since its sensor's reading before. */
  readonly jumped: boolean;
}

/** The values that one sensor has at one instant of rule time; sorted by value, then row. */
export interface GlucoseItem {
  readonly t: number;
  readonly sensor: string;
  readonly values: readonly GlucoseValue[];
}

/** What a value is a bound of, said or by its instrument's range; null where it is a measurement, or may be another unit's. */
export function sideOf(
  reading: Pick<ClinicalReading, 'code' | 'value' | 'comparator'>,
  device: DeviceDescription,
): GlucoseValue['side'] {
  if (isUnitDoubtful(reading)) return null;
  const { code, value, comparator } = reading;
  if (comparator !== undefined) return comparator === '<' ? 'below' : 'above';
  const mass = mgPerDl(code, value);
  const { low, high } = rangeOf(device);
  return mass < low ? 'below' : mass > high ? 'above' : null;
}

/** A reading as an item of its own; null for one that is no glucose value. */
export function itemOfReading({ reading, at, sensorId, device, flags }: RuleInput): GlucoseItem | null {
  if (flags.includes('SENSOR_OFF') || flags.includes('OUT_OF_RANGE')) return null;
  const { rowId, deviceId, t, code, value, comparator } = reading;
  const mass = mgPerDl(code, value);
  const side = sideOf(reading, device);
  const isWarmingUp =
    device.sensorSince !== undefined &&
    at >= device.sensorSince &&
    at - device.sensorSince < SENSOR_WARM_UP_MS;
  const doubt = flags.includes('FUTURE_READING')
    ? 'clock-ahead'
    : isUnitDoubtful(reading)
      ? 'lo-or-mmol'
      : isWarmingUp
        ? 'first-day'
        : null;
  return {
    t: at,
    sensor: sensorId,
    values: [
      {
        ...{ rowId, t, at, code, value, ...(comparator !== undefined && { comparator }) },
        ...{ deviceId, mgPerDl: mass, side, doubt, jumped: false },
        flags: side === null || comparator !== undefined ? flags : [...flags, 'BEYOND_INSTRUMENT'],
      },
    ],
  };
}

/** Whether two values are one: said twice, or by two routes. */
export const isSameValue = (a: GlucoseValue, b: GlucoseValue): boolean =>
  a.code === b.code && a.t === b.t && a.value === b.value && a.comparator === b.comparator;

/** Whether two values cannot both be true: of one device and code at one time that it said. */
export const isConflict = (a: GlucoseValue, b: GlucoseValue): boolean =>
  a.rowId !== b.rowId && a.deviceId === b.deviceId && a.code === b.code && a.t === b.t;

export const byValue = (a: GlucoseValue, b: GlucoseValue): number =>
  a.mgPerDl - b.mgPerDl || a.rowId - b.rowId;
