import { elementAt } from './element-at.js';

const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const SECONDS_CHARACTERS = 20;
const BLOCK_TIME_CHARACTERS = 24;
const NINE = 9;

/**
 * Milliseconds since 1970 of an RFC 3339 time in exactly one of two forms, `2026-01-31T08:30:00Z` or
 * `2026-01-31T08:30:00.250Z`; NaN for anything else: other offsets, lower case, leap seconds, days that do not exist.
 * `Date.parse` is not used because it accepts many more forms, and 30 February.
 */
export function parseInstant(text: string): number {
  if (!hasSeparators(text)) return Number.NaN;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  const hour = digits(text, 11, 2);
  const minute = digits(text, 14, 2);
  const second = digits(text, 17, 2);
  // What is no number compares with nothing.
  if (!(year >= 1970 && month >= 1 && month <= 12 && hour <= 23 && minute <= 59 && second <= 59))
    return Number.NaN;
  const leapDay = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 1 : 0;
  if (!(day >= 1 && day <= elementAt(DAYS_IN_MONTH, month - 1) + leapDay)) return Number.NaN;
  const millisecond = text.length === BLOCK_TIME_CHARACTERS ? digits(text, 20, 3) : 0;
  return Date.UTC(year, month - 1, day, hour, minute, second, millisecond);
}

/** A block's time has one spelling, with milliseconds, because it is hashed from a parsed value. */
export function isBlockTime(text: unknown): text is string {
  return (
    typeof text === 'string' && text.length === BLOCK_TIME_CHARACTERS && !Number.isNaN(parseInstant(text))
  );
}

/** Whether what is not a digit in the two forms is where it belongs. */
function hasSeparators(text: string): boolean {
  const isWithMs = text.length === BLOCK_TIME_CHARACTERS && text[19] === '.';
  return (
    (isWithMs || text.length === SECONDS_CHARACTERS) &&
    text[4] === '-' &&
    text[7] === '-' &&
    text[10] === 'T' &&
    text[13] === ':' &&
    text[16] === ':' &&
    text.endsWith('Z')
  );
}

/** NaN unless all of them are digits. */
function digits(text: string, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= NINE)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}
