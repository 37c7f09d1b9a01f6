import { isJsonObject } from '@careledger/crypto/portable';
import { elementAt } from '../element-at.js';
import { FrameError } from '../errors.js';
import { MAX_READINGS_PER_FRAME } from '../limits.js';
import { instantMs, malformed, upMs } from './fields.js';
import type { Comparator, TimedReading } from './frame.js';

const LOINC = /^[0-9]{1,7}-[0-9]$/;
/** UCUM's case-sensitive symbols are printable ASCII without spaces (UCUM section 2). */
const UCUM = /^[\x21-\x7e]{1,32}$/;

const READING_MEMBERS = 4;
/** Up to here comparing each with each is quicker than a set. */
const PAIRWISE_READINGS_MAX = 12;

/**
 * Checks the readings of a frame.
 * @param frameUpMs how far the device's counter was when it sent; undefined for a device with a clock
 * @throws FrameError `FRAME_MALFORMED`, `FRAME_TOO_MANY_READINGS`, `FRAME_TIME_INVALID`, `FRAME_VALUE_INVALID`
 */
export function readReadings(
  readings: unknown,
  version: 1 | 2,
  frameUpMs: number | undefined,
): TimedReading[] {
  if (!Array.isArray(readings) || readings.length === 0) {
    throw malformed('readings is a list with at least one reading');
  }
  if (readings.length > MAX_READINGS_PER_FRAME) {
    throw new FrameError(
      'FRAME_TOO_MANY_READINGS',
      `readings has ${readings.length} of them; send at most ${MAX_READINGS_PER_FRAME}`,
    );
  }
  const timed: TimedReading[] = [];
  for (let index = 0; index < readings.length; index++) {
    timed.push(readReading(readings[index], index, version, frameUpMs));
  }
  return timed;
}

/**
 * Two values of one code at one time contradict each other or count one measurement twice: v 1 has no way to say which.
 * @throws FrameError `FRAME_DUPLICATE_READING`
 */
export function refuseRepeated(readings: readonly TimedReading[]): void {
  if (readings.length <= PAIRWISE_READINGS_MAX) {
    for (let i = 1; i < readings.length; i++) {
      for (let j = 0; j < i; j++) {
        if (
          elementAt(readings, i).timeMs === elementAt(readings, j).timeMs &&
          elementAt(readings, i).code === elementAt(readings, j).code
        ) {
          throw repeated(elementAt(readings, i));
        }
      }
    }
    return;
  }
  const seen = new Set<string>();
  for (const reading of readings) {
    if (seen.size === seen.add(`${reading.timeMs} ${reading.code}`).size) throw repeated(reading);
  }
}

function readReading(
  reading: unknown,
  index: number,
  version: 1 | 2,
  frameUpMs: number | undefined,
): TimedReading {
  const time = frameUpMs === undefined ? 't' : 'up';
  if (!isJsonObject(reading)) throw malformed(`readings[${index}] is no object`);
  const { t, up, code, value, unit, comparator } = reading;
  const isCompared = version === 2 && comparator !== undefined;
  if (Object.keys(reading).length !== READING_MEMBERS + (isCompared ? 1 : 0)) {
    const more = version === 2 ? ', and comparator where there is one' : '';
    throw malformed(`readings[${index}] has exactly ${time}, code, value and unit${more}`);
  }
  const timeMs =
    frameUpMs === undefined ? instantMs(t, 't', index) : upMs(up, `readings[${index}].up`, frameUpMs);
  if (typeof code !== 'string' || !LOINC.test(code))
    throw malformed(`readings[${index}].code is a LOINC code, e.g. 2339-0`);
  if (typeof unit !== 'string' || !UCUM.test(unit))
    throw malformed(`readings[${index}].unit is a UCUM unit, e.g. mg/dL`);
  if (isCompared && comparator !== '<' && comparator !== '>')
    throw malformed(`readings[${index}].comparator is < or >`);
  // JSON has no NaN, but 1e999 parses to Infinity, and "5.5" is a text.
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new FrameError(
      'FRAME_VALUE_INVALID',
      `readings[${index}].value is a finite JSON number; leave an absent reading out`,
    );
  }
  return {
    t: t as string | undefined,
    up: up as number | undefined,
    timeMs,
    code,
    value,
    unit,
    comparator: comparator as Comparator | undefined,
  };
}

function repeated({ t, code }: TimedReading): FrameError {
  return new FrameError('FRAME_DUPLICATE_READING', `The frame has ${code} at ${t} twice`);
}
