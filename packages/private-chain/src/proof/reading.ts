import { isJsonObject } from '@careledger/crypto/portable';
import type { JsonObject } from '@careledger/crypto/portable';
import type { Frame } from '../frame/frame.js';
import type { ProvedReading } from './proof.js';

/** index, code, value, unit, and t. */
const MEMBERS = 5;

/** What a proof of one of the frame's readings says; undefined where the frame has none of this index. */
export function provedReading(
  { readings, boot }: Pick<Frame, 'readings' | 'boot'>,
  index: number,
): ProvedReading | undefined {
  const reading = readings[index];
  if (reading === undefined) return undefined;
  const { code, value, unit, comparator, timeMs, t = '' } = reading;
  const measured = { code, value, unit, ...(comparator !== undefined && { comparator }) };
  return boot === undefined ? { index, t, ...measured } : { index, boot, up: timeMs, ...measured };
}

/** Why a proof's `reading` is none, or undefined. */
export function readingFault(reading: unknown, version: 1 | 2): string | undefined {
  if (!isJsonObject(reading)) return 'reading is no object';
  const { index, code, value, unit, comparator } = reading;
  if (Object.keys(reading).length !== membersOf(reading, version)) {
    return 'reading has exactly index, t (of v 2 also boot and up), code, value and unit; of v 2 also comparator';
  }
  if (!Number.isSafeInteger(index) || (index as number) < 0) return 'reading.index is no count';
  if (comparator !== undefined && comparator !== '<' && comparator !== '>')
    return 'reading.comparator is no < or >';
  const isMeasured = typeof code === 'string' && typeof unit === 'string' && typeof value === 'number';
  return isMeasured && isTimed(reading) ? undefined : 'reading is none';
}

/** Whether both are the same reading, member by member. */
export function isSameReading(a: ProvedReading, b: ProvedReading): boolean {
  const isOne =
    a.code === b.code && a.value === b.value && a.unit === b.unit && a.comparator === b.comparator;
  if (!isOne || a.index !== b.index) return false;
  if ('t' in a) return 't' in b && a.t === b.t;
  return 'boot' in b && a.boot === b.boot && a.up === b.up;
}

/** A reading for people, e.g. `2339-0 < 40 mg/dL at 2026-01-05T08:00:00.000Z`. */
export function readingText(reading: ProvedReading): string {
  const { code, value, unit, comparator = '=' } = reading;
  const when = 't' in reading ? `at ${reading.t}` : `${reading.up} ms after boot ${reading.boot}`;
  return `${code} ${comparator} ${value} ${unit} ${when}`;
}

function membersOf({ t, comparator }: JsonObject, version: 1 | 2): number {
  if (version === 1) return MEMBERS;
  return MEMBERS + (t === undefined ? 1 : 0) + (comparator === undefined ? 0 : 1);
}

function isTimed({ t, boot, up }: JsonObject): boolean {
  if (t !== undefined) return typeof t === 'string';
  return typeof boot === 'string' && typeof up === 'number';
}
