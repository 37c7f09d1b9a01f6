import { FrameError } from '../errors.js';
import { parseInstant } from '../instant.js';
import { MAX_FRAME_SEQ, MAX_UP_MS } from '../limits.js';

/** URL-safe, so that an epoch can stand in a topic or a file name; a gateway draws it at random, a device its boots. */
const NAME = /^[A-Za-z0-9_-]{1,32}$/;

/** Whether the text can name an epoch or a boot: 1 to 32 characters of the base64url alphabet. */
export function isName(text: unknown): text is string {
  return typeof text === 'string' && NAME.test(text);
}

export function isSeq(value: unknown): value is number {
  return isCount(value, MAX_FRAME_SEQ);
}

/**
 * Milliseconds since 1970 of a time in one of its two forms.
 * @param index of the reading that has the member; undefined for one of the frame's own. Put into words only for an error
 * @throws FrameError `FRAME_TIME_INVALID`
 */
export function instantMs(text: unknown, member: string, index?: number): number {
  const timeMs = typeof text === 'string' ? parseInstant(text) : Number.NaN;
  if (Number.isNaN(timeMs)) {
    throw new FrameError(
      'FRAME_TIME_INVALID',
      `${index === undefined ? member : `readings[${index}].${member}`} is RFC 3339 in UTC, YYYY-MM-DDTHH:MM:SSZ or with .mmm before the Z`,
    );
  }
  return timeMs;
}

/** Milliseconds since a boot. @throws FrameError `FRAME_TIME_INVALID` */
export function upMs(value: unknown, member: string, max = MAX_UP_MS): number {
  if (!isCount(value, max)) {
    throw new FrameError(
      'FRAME_TIME_INVALID',
      `${member} is a whole number of milliseconds since the boot, from 0 to ${max}`,
    );
  }
  return value;
}

export function malformed(rule: string): FrameError {
  return new FrameError('FRAME_MALFORMED', `Not a frame: ${rule}`);
}

function isCount(value: unknown, max: number): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= max;
}
