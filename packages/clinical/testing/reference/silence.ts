import type { ClosedSpan, Span } from '../../src/model/span.js';

/** An arrival of one device: a reading that counts (live or not), one that does not, or a refused frame. */
export interface DeviceArrival {
  readonly at: number;
  readonly kind: 'live' | 'backlog' | 'implausible' | 'refused';
}

export interface SilenceSpell {
  readonly start: number;
  readonly raisedAt: number;
  readonly end: number | null;
  readonly reason: 'recovered' | 'disarmed' | null;
  /** What came meanwhile. */
  readonly causes: readonly string[];
  /** When authorities are told; null if they are not. */
  readonly authoritiesAt: number | null;
}

export interface DeviceDay {
  /** In order; all times are multiples of `stepMs`. */
  readonly arrivals: readonly DeviceArrival[];
  readonly notAwaited: readonly Span[];
  readonly absences: readonly ClosedSpan[];
  /** From when on which limit is in force, in order, from before the day; null: it may be silent as long as it likes. */
  readonly limits: readonly { readonly from: number; readonly limitMs: number | null }[];
  readonly authoritiesAfterMs: number;
  readonly stepMs: number;
  readonly from: number;
  readonly until: number;
}

const MINUTE = 60_000;
/** Of a device that has no limit and whose frames are refused. */
const REFUSED = 30 * MINUTE;

/** Spells of silence the long way round: at each step everything is looked at from the beginning. */
export function silenceSpells(day: DeviceDay): SilenceSpell[] {
  const spells: SilenceSpell[] = [];
  let open: SilenceSpell | null = null;
  let isOfRefused = false;
  for (let at = day.from; at <= day.until; at += day.stepMs) {
    const before = day.arrivals.filter((arrival) => arrival.at < at);
    const counted = before.filter(({ kind }) => kind === 'live' || kind === 'backlog');
    const last = counted.at(-1)?.at;
    const isDisarmed = day.notAwaited.some(({ from }) => from === at);
    const limitMs = day.limits.filter(({ from }) => from <= at).at(-1)?.limitMs ?? null;
    const raised = { raisedAt: at, end: null, reason: null, causes: [], authoritiesAt: null };
    const isWaitedFor = limitMs !== null && last !== undefined && isArmed(day, before, at);
    if (open === null && isWaitedFor && isSilent(day, last, at, limitMs)) {
      open = { start: last, ...raised };
      isOfRefused = false;
    }
    const refused = refusedSince(day, before, at);
    if (
      open === null &&
      refused !== undefined &&
      !hasLimit(day, refused, at) &&
      isSilent(day, refused, at, REFUSED)
    ) {
      open = { start: refused, ...raised };
      isOfRefused = true;
    }
    if (open !== null && isOfRefused) {
      const isTime: boolean = last !== undefined && isSilent(day, open.start, at, day.authoritiesAfterMs);
      open = { ...open, causes: ['only-refused'], authoritiesAt: open.authoritiesAt ?? (isTime ? at : null) };
    } else if (open !== null) {
      const meanwhile = new Set(
        before.filter((arrival) => arrival.at >= (last ?? 0)).map(({ kind }) => `only-${kind}`),
      );
      const causes = ['only-implausible', 'only-refused'].filter((cause) => meanwhile.has(cause));
      const isTime: boolean = isSilent(day, open.start, at, day.authoritiesAfterMs);
      open = { ...open, causes, authoritiesAt: open.authoritiesAt ?? (isTime ? at : null) };
    }
    const isHeard = day.arrivals.some(
      (arrival) => arrival.at === at && (arrival.kind === 'live' || arrival.kind === 'backlog'),
    );
    if (open !== null && (isDisarmed || isHeard)) {
      // An alarm that a reading of this very time would have prevented is none.
      if (isDisarmed || at > open.raisedAt)
        spells.push({ ...open, end: at, reason: isDisarmed ? 'disarmed' : 'recovered' });
      open = null;
    }
  }
  return open === null ? spells : [...spells, open];
}

/** Nothing was heard for so long, and the gateway would have heard it. */
const isSilent = (day: DeviceDay, since: number, at: number, limitMs: number): boolean =>
  heardFor(day, since, at) >= limitMs && isBack(day, since, at, limitMs);

/** At any time between. */
const hasLimit = ({ limits }: DeviceDay, since: number, at: number): boolean =>
  limits.some(
    ({ from, limitMs }, i) => limitMs !== null && from <= at && (limits[i + 1]?.from ?? Infinity) > since,
  );

/** The first refused frame since the last reading that counts, and since it was last not waited for. */
function refusedSince(
  { notAwaited }: DeviceDay,
  before: readonly DeviceArrival[],
  at: number,
): number | undefined {
  const lastCounted = before.findLastIndex(({ kind }) => kind === 'live' || kind === 'backlog');
  const freedAt = lastFreed(notAwaited, at);
  return before.slice(lastCounted + 1).find((arrival) => arrival.kind === 'refused' && arrival.at >= freedAt)
    ?.at;
}

const lastFreed = (notAwaited: readonly Span[], at: number): number =>
  Math.max(-Infinity, ...notAwaited.filter(({ from }) => from < at).map((span) => span.until ?? Infinity));

/** Three live readings since it was last not waited for, none of them the end of a backlog. */
function isArmed({ notAwaited }: DeviceDay, before: readonly DeviceArrival[], at: number): boolean {
  let live = 0;
  let backlogAt = -Infinity;
  const freedAt = lastFreed(notAwaited, at);
  for (const arrival of before) {
    if (arrival.kind === 'backlog') backlogAt = arrival.at;
    if (arrival.kind === 'live' && arrival.at - backlogAt > MINUTE && arrival.at >= freedAt) live += 1;
  }
  return live >= 3;
}

/** Time between that the gateway listened. */
function heardFor({ absences, stepMs }: DeviceDay, from: number, at: number): number {
  let ms = 0;
  for (let t = from; t < at; t += stepMs) {
    if (!absences.some((absence) => absence.from <= t && t < absence.until)) ms += stepMs;
  }
  return ms;
}

/** The gateway is there, and has been for a while if it was away since. */
function isBack({ absences }: DeviceDay, last: number, at: number, limitMs: number): boolean {
  return absences
    .filter((absence) => absence.until > last && absence.from < at)
    .every(({ until }) => at - until >= Math.min(5 * MINUTE, limitMs));
}
