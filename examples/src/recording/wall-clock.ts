import { hasForeignDigits } from './digits.js';
import type { DateOrder } from './recording.js';

/** What a cell says of a time. */
export type WrittenTime =
  /** With its distance from UTC: an instant. */
  | { readonly kind: 'instant'; readonly timeMs: number }
  /** As a clock on some wall showed it; `wallMs` as if it hung in Greenwich. */
  | { readonly kind: 'wall'; readonly wallMs: number };

/** Why a cell is no time: what is wrong, and what to write instead. */
export interface NoTime {
  readonly code: 'TIME_INVALID' | 'DATE_ORDER_UNSAID';
  readonly problem: string;
}

const FORMS =
  'Write it as 2019-12-05T16:25:00Z, 2019-12-05T16:25:00+01:00 or, with --timezone, 2019-12-05 16:25.';

/** Year first, or year last; then the time of day and, if it is there, the distance from UTC (ISO 8601, RFC 3339). */
const TIME =
  /^(?:(?<year>\d{4})(?<by>[-/.])(?<month>\d{1,2})\k<by>(?<day>\d{1,2})|(?<first>\d{1,2})(?<with>[-/.])(?<second>\d{1,2})\k<with>(?<lastYear>\d{4}))(?:[Tt]|,?\s+)(?<hour>\d{1,2}):(?<minute>\d{2})(?::(?<seconds>\d{2})(?:[.,](?<fraction>\d{1,9}))?)?(?:\s?(?<half>[AaPp])\.?[Mm]\.?)?(?:\s?(?<zone>[Zz]|UTC|GMT|[+-]\d{2}(?::?\d{2})?))?$/;

const MINUTE_MS = 60_000;
const FIRST_YEAR = 1970;

/** Times that people take for times, and what to do with them. */
const NEAR_MISSES: readonly (readonly [RegExp, string])[] = [
  [
    /^\d{5}(?:[.,]\d+)?$/,
    'It looks like a spreadsheet’s serial number. Format the column as date and time before you export it.',
  ],
  [/^\d{10}$|^\d{13}$/, `It looks like a count of seconds or milliseconds since 1970. ${FORMS}`],
  [/^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}$/, `It is a date without a time of day. ${FORMS}`],
  [/^\d{1,2}[-/.]\d{1,2}[-/.]\d{2}\b/, 'Its year has two digits. Write all four.'],
  [
    /\s(?![AP]M$)[A-Z]{2,5}$/,
    'It names its zone by letters, which several zones share. Write the distance from UTC, or leave it out and give --timezone.',
  ],
];

/** Reads a time. A date whose year stands last needs `dateOrder`: neither order is taken for granted. */
export function readTime(cell: string, dateOrder?: DateOrder): WrittenTime | NoTime {
  const parts = TIME.exec(cell)?.groups;
  if (parts === undefined) return { code: 'TIME_INVALID', problem: nearMiss(cell) };
  const { first, second, half, zone } = parts;
  let { month, day } = parts;
  if (first !== undefined) {
    if (dateOrder === undefined)
      return {
        code: 'DATE_ORDER_UNSAID',
        problem: `\`${cell}\` could be day and month, or month and day. Say which: --date-order day-month or --date-order month-day${
          zone === undefined ? ', and the zone of these times: --timezone' : ''
        }.`,
      };
    [day, month] = dateOrder === 'day-month' ? [first, second] : [second, first];
  }
  const [year, hour, minute, seconds] = [
    parts['year'] ?? parts['lastYear'],
    parts['hour'],
    parts['minute'],
    parts['seconds'] ?? '0',
  ].map(Number) as [number, number, number, number];
  const hourOfDay = half === undefined ? hour : hourOfHalf(hour, half);
  const ms = Number((parts['fraction'] ?? '0').padEnd(3, '0').slice(0, 3));
  const wallMs = Date.UTC(year, Number(month) - 1, Number(day), hourOfDay, minute, seconds, ms);
  const fault = faultOf({ year, month: Number(month), day: Number(day), hour: hourOfDay, minute, seconds });
  if (fault !== undefined) return { code: 'TIME_INVALID', problem: `\`${cell}\` is no time: ${fault}` };
  if (zone === undefined) return { kind: 'wall', wallMs };
  const offsetMinutes = minutesOf(zone);
  if (Math.abs(offsetMinutes) > 18 * 60)
    return { code: 'TIME_INVALID', problem: `\`${cell}\` is no time: nowhere is ${zone} from UTC.` };
  const timeMs = wallMs - offsetMinutes * MINUTE_MS;
  if (timeMs < 0) return { code: 'TIME_INVALID', problem: tooEarly(cell) };
  return { kind: 'instant', timeMs };
}

/** Why a time before the first that a frame can have is refused. */
export const tooEarly = (cell: string): string =>
  `\`${cell}\` lies before ${FIRST_YEAR}, where times begin. Correct it at its source.`;

function nearMiss(cell: string): string {
  if (cell === '') return `The time is missing. ${FORMS}`;
  if (hasForeignDigits(cell)) return `\`${cell}\` has digits of another script than 0 to 9. Write those.`;
  const hint = NEAR_MISSES.find(([form]) => form.test(cell))?.[1] ?? FORMS;
  return `\`${cell}\` is no time that is read. ${hint}`;
}

/** What keeps the numbers from being a time; undefined if they are one. */
function faultOf(time: {
  readonly [part in 'year' | 'month' | 'day' | 'hour' | 'minute' | 'seconds']: number;
}): string | undefined {
  const { year, month, day, hour, minute, seconds } = time;
  if (year < FIRST_YEAR) return `it lies before ${FIRST_YEAR}. Correct it at its source.`;
  if (month < 1 || month > 12)
    return `there is no month ${month}. Check the order of day and month (--date-order).`;
  if (new Date(Date.UTC(year, month - 1, day)).getUTCDate() !== day)
    return `there is no day ${day} in month ${month} of ${year}. Correct it at its source.`;
  if (hour > 23)
    return 'hours go from 0 to 23 (midnight is 00:00 of the next day), with AM or PM from 1 to 12.';
  if (minute > 59) return 'minutes go from 0 to 59.';
  if (seconds > 59) return 'seconds go from 0 to 59; a leap second is written as 59.';
  return undefined;
}

/** The hour of the day, 24 where the half does not go with it. */
function hourOfHalf(hour: number, half: string): number {
  if (hour < 1 || hour > 12) return 24;
  return (hour % 12) + (half.toUpperCase() === 'P' ? 12 : 0);
}

function minutesOf(zone: string): number {
  const [, sign, hours = '0', minutes = '0'] = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}
