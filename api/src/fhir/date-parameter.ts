import { ProblemError } from '@careledger/service-kit';
import { dateSpan, type Span } from '../copies/date-span.js';

/** A time that is looked for, as a search takes it. */
export interface TimeWanted {
  /** Outside of which nothing is meant. */
  readonly span: Span;
  /** Whether what tells of this time is meant. */
  readonly isOfTime: (told: Span) => boolean;
}

type Bounds = (told: Span, wanted: Span) => boolean;

/** What a prefix means (https://hl7.org/fhir/R4/search.html#prefix), of half-open spans. */
const PREFIXES: Readonly<Record<string, { readonly isMeant: Bounds; readonly reach: (s: Span) => Span }>> = {
  eq: { isMeant: (told, wanted) => isWithin(told, wanted), reach: (wanted) => wanted },
  gt: {
    isMeant: (told, { toMs }) => told.toMs > toMs,
    reach: ({ toMs }) => ({ fromMs: toMs, toMs: END_MS }),
  },
  lt: {
    isMeant: (told, { fromMs }) => told.fromMs < fromMs,
    reach: ({ fromMs }) => ({ fromMs: BEGINNING_MS, toMs: fromMs }),
  },
  ge: {
    isMeant: (told, wanted) => told.toMs > wanted.toMs || isWithin(told, wanted),
    reach: ({ fromMs }) => ({ fromMs, toMs: END_MS }),
  },
  le: {
    isMeant: (told, wanted) => told.fromMs < wanted.fromMs || isWithin(told, wanted),
    reach: ({ toMs }) => ({ fromMs: BEGINNING_MS, toMs }),
  },
};
const DEFAULT_PREFIX = 'eq';
const BEGINNING_MS = Number.MIN_SAFE_INTEGER + 1;
const END_MS = Number.MAX_SAFE_INTEGER - 1;
const PARAMETER =
  /^([a-z]{2})?(\d{4}(?:-(\d\d)(?:-(\d\d)(?:T([0-2]\d):([0-5]\d)(:[0-5]\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?)?)?)$/;
const MINUTE_MS = 60_000;

const isWithin = (told: Span, { fromMs, toMs }: Span): boolean => told.fromMs >= fromMs && told.toMs <= toMs;

/**
 * The time that values of a parameter of type date name together: each has to hold.
 * @param name for what is told
 * @throws ProblemError VALIDATION_FAILED
 */
export function timeIn(values: readonly string[], name = 'date'): TimeWanted | undefined {
  const all = values.map((value) => wantedBy(value, name));
  if (all.length === 0) return undefined;
  // A moment without length lies on the edge of its span.
  const fromMs = Math.max(...all.map(({ span }) => span.fromMs - 1));
  const toMs = Math.min(...all.map(({ span }) => span.toMs + 1));
  return { span: { fromMs, toMs }, isOfTime: (told) => all.every(({ isOfTime }) => isOfTime(told)) };
}

/** Whether the ledger had something at such a time. @param storedAt RFC 3339 */
export function isStoredIn({ isOfTime }: TimeWanted, storedAt: string): boolean {
  const span = dateSpan(storedAt);
  return span !== undefined && isOfTime(span);
}

function wantedBy(value: string, name: string): TimeWanted {
  // A `+` of a query is a space.
  const [, prefix = DEFAULT_PREFIX, text = '', month, day, hour, , seconds] =
    PARAMETER.exec(value.replace(' ', '+')) ?? [];
  const meaning = Object.hasOwn(PREFIXES, prefix) ? PREFIXES[prefix] : undefined;
  const wanted = isInCalendar(text, month, day)
    ? spanOf(text, hour !== undefined && seconds === undefined)
    : undefined;
  if (meaning === undefined || wanted === undefined)
    throw new ProblemError(
      'VALIDATION_FAILED',
      `${name}: one date or time with its zone, e.g. ge2026-05-05 or lt2026-05-05T10:00:00Z; prefixes are eq, ge, le, gt and lt`,
    );
  return { span: meaning.reach(wanted), isOfTime: (told) => meaning.isMeant(told, wanted) };
}

function spanOf(text: string, isMinute: boolean): Span | undefined {
  if (!isMinute) return dateSpan(text);
  const span = dateSpan(text.replace(/(T\d\d:\d\d)/, '$1:00'));
  return span && { fromMs: span.fromMs, toMs: span.fromMs + MINUTE_MS };
}

/** There is no 30 February, whatever `Date.parse` makes of it. */
export function isInCalendar(text: string, month = '01', day = '01'): boolean {
  const date = new Date(`${text.slice(0, 4)}-${month}-${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(5, 10) === `${month}-${day}`;
}
