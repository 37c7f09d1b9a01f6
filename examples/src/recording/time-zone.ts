import { Temporal } from '@js-temporal/polyfill';

/** A time of a wall clock, or an instant, of one device in the order of its file. */
export interface ClockTime {
  readonly kind: 'instant' | 'wall';
  readonly ms: number;
}

export type Placed = { readonly timeMs: number } | { readonly code: 'TIME_AMBIGUOUS' | 'TIME_SKIPPED' };

/** Whether the runtime knows a zone (IANA time zone database). */
export function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false; // the answer
  }
}

/**
 * Instants of one device's times in a zone. In the hour that occurs twice when clocks are put back, the order of the rows
 * tells which of the two a time lies in: rows go forwards (or all of them backwards, newest first), so the earlier one
 * that is not before the row above. Where that does not tell, the time is ambiguous.
 */
export function placeInZone(times: readonly ClockTime[], zone: string): Placed[] {
  const isNewestFirst = steps(times) < 0;
  const ordered = isNewestFirst ? times.toReversed() : times;
  const clock = new ZoneClock(zone);
  let before = { ms: Number.NEGATIVE_INFINITY, wallMs: Number.NEGATIVE_INFINITY };
  const placed = ordered.map(({ kind, ms }): Placed => {
    const candidates = kind === 'instant' ? [ms] : clock.instantsOf(ms);
    if (candidates.length === 0) return { code: 'TIME_SKIPPED' };
    const timeMs =
      candidates.length === 1 ? candidates[0] : candidates.find((candidate) => candidate >= before.ms);
    // The same time twice: two values of one instant, or two of an hour apart.
    if (timeMs === undefined || (candidates.length > 1 && ms === before.wallMs))
      return { code: 'TIME_AMBIGUOUS' };
    before = { ms: timeMs, wallMs: ms };
    return { timeMs };
  });
  return isNewestFirst ? placed.reverse() : placed;
}

/** Steps forwards less steps backwards. */
const steps = (times: readonly ClockTime[]): number =>
  times.reduce((sum, { ms }, at) => sum + Math.sign(ms - (times[at - 1]?.ms ?? ms)), 0);

/** Around a change of clocks, times are looked up one by one. */
const MARGIN_MS = 86_400_000;

/** A span in which a zone's clocks were not changed: wall time is `offsetMs` ahead of UTC throughout. */
interface SteadySpan {
  readonly fromMs: number;
  readonly toMs: number;
  readonly offsetMs: number;
}

/** Which instants a zone's wall clocks showed a time at: one, two where they were put back, none where put forward. */
class ZoneClock {
  readonly #zone: string;
  #steady: SteadySpan = { fromMs: Number.POSITIVE_INFINITY, toMs: Number.NEGATIVE_INFINITY, offsetMs: 0 };

  constructor(zone: string) {
    this.#zone = zone;
  }

  /** @param wallMs the wall clock's time as if it hung in Greenwich */
  instantsOf(wallMs: number): number[] {
    const { fromMs, toMs, offsetMs } = this.#steady;
    if (wallMs - offsetMs > fromMs + MARGIN_MS && wallMs - offsetMs < toMs - MARGIN_MS)
      return [wallMs - offsetMs];
    const wall = Temporal.Instant.fromEpochMilliseconds(wallMs).toZonedDateTimeISO('UTC').toPlainDateTime();
    const found = (['earlier', 'later'] as const)
      .map((disambiguation) => wall.toZonedDateTime(this.#zone, { disambiguation }))
      .filter((zoned) => zoned.toPlainDateTime().equals(wall));
    const [first] = found;
    if (first !== undefined) this.#remember(first);
    return [...new Set(found.map(({ epochMilliseconds }) => epochMilliseconds))];
  }

  #remember(zoned: Temporal.ZonedDateTime): void {
    const ms = zoned.epochMilliseconds;
    if (ms >= this.#steady.fromMs && ms < this.#steady.toMs) return;
    this.#steady = {
      fromMs: zoned.getTimeZoneTransition('previous')?.epochMilliseconds ?? Number.NEGATIVE_INFINITY,
      toMs: zoned.getTimeZoneTransition('next')?.epochMilliseconds ?? Number.POSITIVE_INFINITY,
      offsetMs: zoned.offsetNanoseconds / 1e6,
    };
  }
}
