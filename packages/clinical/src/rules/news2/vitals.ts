import type { RuleInput } from '../../engine/rule.js';
import type { DeviceKind } from '../../model/device.js';
import type { Evidence } from '../../model/events.js';
import type { ReadingFlag } from '../../model/flags.js';
import type { Comparator } from '../../model/reading.js';
import { sensorOf } from '../../model/sensor.js';

/** One vital sign as the rules see it, a monitor's zero among them. Members that say nothing are left out: states are kept. */
export interface VitalValue {
  readonly rowId: number;
  readonly deviceId: string;
  /** As the device said it, where that is not the instant's rule time. */
  readonly t?: number;
  readonly code: string;
  readonly value: number;
  readonly comparator?: Comparator;
  /** Whose sensor it is, where it is another device's. */
  readonly sensorId?: string;
  readonly kind?: DeviceKind;
  readonly flags?: readonly ReadingFlag[];
}

/** Everything that was measured at one instant of rule time, of all devices; sorted by code, sensor, value and row. */
export interface VitalsItem {
  readonly t: number;
  readonly values: readonly VitalValue[];
}

export function itemOfReading({ reading, at, sensorId, device, flags }: RuleInput): VitalsItem {
  const { rowId, deviceId, t, code, value, comparator } = reading;
  const { kind } = device;
  const vital: VitalValue = {
    ...{ rowId, deviceId, code, value },
    ...(t !== at && { t }),
    ...(comparator !== undefined && { comparator }),
    ...(sensorId !== deviceId && { sensorId }),
    ...(kind !== undefined && { kind }),
    ...(flags.length > 0 && { flags }),
  };
  return { t: at, values: [vital] };
}

/** What a value is a value of: a code as one sensor has it. */
export const sourceOf = (value: VitalValue): string => `${value.code} ${sensorOf(value)}`;

/** A copy of what is known by source, without what is older than `maxAgeMs` at `t`. */
export function recentOf<T extends { readonly at: number }>(
  known: Readonly<Record<string, T>>,
  t: number,
  maxAgeMs: number,
): Record<string, T> {
  for (const source in known) {
    if (t - (known[source]?.at ?? t) > maxAgeMs)
      return Object.fromEntries(Object.entries(known).filter(([, { at }]) => t - at <= maxAgeMs));
  }
  return { ...known };
}

export const hasFlag = ({ flags }: VitalValue, flag: ReadingFlag): boolean => flags?.includes(flag) === true;

/** Measured by a clock that is ahead: heard, and unconfirmed. */
export const isDoubtful = (value: VitalValue): boolean => hasFlag(value, 'FUTURE_READING');

/** As evidence of an alarm; `at` is its instant. */
export const evidenceOf = (value: VitalValue, at: number): Evidence => ({
  ...{ rowId: value.rowId, t: value.t ?? at, at, code: value.code, value: value.value },
  ...(value.comparator !== undefined && { comparator: value.comparator }),
});

/** Whether two values of one instant are one: said twice, or by two routes. */
export const isSameVital = (a: VitalValue, b: VitalValue): boolean =>
  sensorOf(a) === sensorOf(b) &&
  a.code === b.code &&
  a.t === b.t &&
  a.value === b.value &&
  a.comparator === b.comparator;

const isConflict = (a: VitalValue, b: VitalValue): boolean =>
  a.rowId !== b.rowId && a.deviceId === b.deviceId && a.code === b.code && a.t === b.t;

const text = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const inOrder = (a: VitalValue, b: VitalValue): number =>
  text(a.code, b.code) || text(sensorOf(a), sensorOf(b)) || a.value - b.value || a.rowId - b.rowId;

/** `present` with one more value. */
export function withVital(present: VitalsItem, value: VitalValue): VitalsItem {
  return { t: present.t, values: [...present.values, value].sort(inOrder) };
}

/** Flags of each row of an instant. */
export function* flagsOfVitals({ values }: VitalsItem): Iterable<readonly [number, readonly ReadingFlag[]]> {
  for (const value of values) {
    const { rowId, flags = [] } = value;
    const isInConflict = values.some((other) => isConflict(value, other));
    yield [rowId, isInConflict ? [...flags, 'CONFLICTING'] : flags];
  }
}
