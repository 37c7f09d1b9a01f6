import { codeEntry } from '../../src/model/codes.js';
import type { ClinicalReading } from '../../src/model/reading.js';
import type { Judging } from './judging.js';

export const MINUTE = 60_000;

/** A reading with everything that does not depend on others but repetition and conflict. */
export interface Prepared extends ClinicalReading {
  /** Rule time. */
  readonly at: number;
  readonly sensor: string;
  readonly kind: string | undefined;
  readonly flags: readonly string[];
  /** Glucose in mg/dL; NaN of all others. */
  readonly mass: number;
  readonly lo: boolean;
  readonly hi: boolean;
  readonly firstDay: boolean;
}

const MASS = ['2339-0', '99504-3'];
const MOLAR = ['15074-8', '105272-9'];

/** Sorted by rule time, then sensor, then row. */
export function prepare(readings: readonly ClinicalReading[], judgingAt: (t: number) => Judging): Prepared[] {
  const identities = new Set<string>();
  return readings
    .map((reading) => {
      const { t, offsetMs = 0, receivedAt } = reading;
      const at = Math.min(t + offsetMs, receivedAt);
      const device = judgingAt(at).deviceOf(reading.deviceId);
      return { reading, device, sensor: device.sameSensorAs ?? reading.deviceId, at };
    })
    .sort((a, b) => a.reading.rowId - b.reading.rowId)
    .map(({ reading, device, sensor, at }): Prepared => {
      const { t, offsetMs = 0, receivedAt, code, value, comparator } = reading;
      const entry = codeEntry(code);
      if (entry === undefined) throw new Error(code);
      const isGlucose = [...MASS, ...MOLAR].includes(code);
      const mass = MOLAR.includes(code) ? Math.round(value * 18.0182) : isGlucose ? value : NaN;
      const flags: string[] = [];
      const isFraction =
        MASS.includes(code) && comparator === undefined && value > 0 && value < 40 && value % 1 !== 0;
      if (value === 0 && entry.zeroMeansOff && comparator === undefined) flags.push('SENSOR_OFF');
      else if (isFraction) flags.push('UNIT_DOUBTFUL');
      else if (isGlucose && comparator !== undefined ? value <= 0 : isGlucose && (mass <= 12 || mass > 1_500))
        flags.push('OUT_OF_RANGE');
      else if (!isGlucose && (value < entry.plausible.low || value > entry.plausible.high))
        flags.push('OUT_OF_RANGE');
      if (t + offsetMs > receivedAt + 5 * MINUTE) flags.push('FUTURE_READING');
      const isValue = isGlucose && !flags.includes('SENSOR_OFF') && !flags.includes('OUT_OF_RANGE');
      const range =
        device.instrumentRange ?? (device.kind === 'cgm' ? { low: 40, high: 400 } : { low: 20, high: 600 });
      const isBeyond = isValue && !isFraction && comparator === undefined;
      const lo = isValue && !isFraction && (comparator === '<' || (isBeyond && mass < range.low));
      const hi = isValue && !isFraction && (comparator === '>' || (isBeyond && mass > range.high));
      const identity = [sensor, code, t, value, comparator, at].join(' ');
      if (JUDGED.has(code) && isJudged(flags, isGlucose) && identities.has(identity)) flags.push('DUPLICATE');
      // What is no news needs no further word.
      else if (isBeyond && (lo || hi)) flags.push('BEYOND_INSTRUMENT');
      identities.add(identity);
      const since = device.sensorSince;
      const firstDay = since !== undefined && at >= since && at - since < 24 * 60 * MINUTE;
      return { ...reading, at, sensor, kind: device.kind, flags, mass, lo, hi, firstDay };
    })
    .map((reading, _i, all) =>
      isInConflict(reading, all) ? { ...reading, flags: [...reading.flags, 'CONFLICTING'] } : reading,
    )
    .sort((a, b) => a.at - b.at || (a.sensor < b.sensor ? -1 : a.sensor > b.sensor ? 1 : a.rowId - b.rowId));
}

/** Whether a rule looks at a reading with these flags. */
const isJudged = (flags: readonly string[], isGlucose: boolean): boolean =>
  !flags.includes('OUT_OF_RANGE') && !(isGlucose && flags.includes('SENSOR_OFF'));

function isInConflict(reading: Prepared, all: readonly Prepared[]): boolean {
  const isCounted = ({ code, mass, flags }: Prepared) =>
    JUDGED.has(code) && !flags.includes('DUPLICATE') && isJudged(flags, !Number.isNaN(mass));
  if (!isCounted(reading)) return false;
  return all.some(
    (other) =>
      other.rowId !== reading.rowId &&
      other.deviceId === reading.deviceId &&
      other.code === reading.code &&
      other.t === reading.t &&
      other.at === reading.at &&
      isCounted(other),
  );
}

/** Codes that glucose, NEWS2 or zeros look at. */
const JUDGED: ReadonlySet<string> = new Set([
  ...MASS,
  ...MOLAR,
  ...[
    '8867-4',
    '8889-8',
    '76215-3',
    '76213-8',
    '76214-6',
    '8480-6',
    '9279-1',
    '59408-5',
    '8310-5',
    '80288-4',
    '3151-8',
  ],
]);
