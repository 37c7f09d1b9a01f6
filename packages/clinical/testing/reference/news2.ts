import type { FinalEpisode } from '../replay.js';
import type { Judging } from './judging.js';
import { MINUTE, type Prepared } from './prepared.js';

const PARAMETERS: readonly (readonly [name: string, codes: readonly string[]])[] = [
  ['respiration', ['9279-1']],
  ['spo2', ['59408-5']],
  ['oxygen', ['3151-8']],
  ['systolic', ['76215-3', '8480-6']],
  ['pulse', ['8867-4', '8889-8']],
  ['consciousness', ['80288-4']],
  ['temperature', ['8310-5']],
];
const SCORED = PARAMETERS.flatMap(([, codes]) => codes);
const SPOT = ['8480-6', '8310-5', '80288-4', '3151-8'];

/** The chart, for a value that is on it. */
function charted(name: string, value: number, scale: number, onOxygen: boolean): number {
  switch (name) {
    case 'respiration':
      return value <= 8 || value >= 25 ? 3 : value >= 21 ? 2 : value <= 11 ? 1 : 0;
    case 'spo2':
      if (scale === 1) return value <= 91 ? 3 : value <= 93 ? 2 : value <= 95 ? 1 : 0;
      if (value <= 83) return 3;
      if (value <= 85) return 2;
      if (value <= 87) return 1;
      if (!onOxygen || value <= 92) return 0;
      return value >= 97 ? 3 : value >= 95 ? 2 : 1;
    case 'oxygen':
      return value > 0 ? 2 : 0;
    case 'systolic':
      return value <= 90 || value >= 220 ? 3 : value <= 100 ? 2 : value <= 110 ? 1 : 0;
    case 'pulse':
      return value <= 40 || value >= 131 ? 3 : value >= 111 ? 2 : value <= 50 || value >= 91 ? 1 : 0;
    case 'consciousness':
      return value === 0 ? 0 : 3;
    default:
      return value <= 35 ? 3 : value >= 39.1 ? 2 : value <= 36 || value >= 38.1 ? 1 : 0;
  }
}

/** The least that is beyond a bound, on the chart: under 9 is 8, over 24 is 25. Less oxygen than some is some. */
function beyondBound(name: string, { value, comparator }: Pick<Prepared, 'value' | 'comparator'>): number {
  if (comparator === undefined || name === 'consciousness') return value;
  if (comparator === '<' && name === 'oxygen') return value;
  const steps = name === 'temperature' ? 10 : 1;
  const near = Math.round(value * steps);
  const around = [-2, -1, 0, 1, 2].map((by) => near + by);
  const exact = Math.round(value * steps * 1e4) / 1e4;
  const beyond = around.filter((step) => (comparator === '<' ? step < exact : step > exact));
  return (comparator === '<' ? Math.max(...beyond) : Math.min(...beyond)) / steps;
}

/** Rounded to the chart's precision; what is halfway, to a ten-thousandth of a step, has both neighbours. */
function score(
  name: string,
  measured: Pick<Prepared, 'value' | 'comparator'>,
  scale: number,
  onOxygen: boolean,
): number {
  const value = beyondBound(name, measured);
  if (name === 'oxygen' || name === 'consciousness') return charted(name, value, scale, onOxygen);
  const steps = name === 'temperature' ? 10 : 1;
  const nearest = Math.round(value * steps);
  const candidates = [nearest - 1, nearest, nearest + 1].filter(
    (step) => Math.abs(step - Math.round(value * steps * 1e4) / 1e4) <= 0.5,
  );
  return Math.max(...candidates.map((step) => charted(name, step / steps, scale, onOxygen)));
}

interface Found {
  readonly score: number;
  readonly at: number;
  readonly isDoubtful: boolean;
  readonly isOfMonitor: boolean;
  readonly isSpot: boolean;
}

/** Values of a parameter's preferred code: of each sensor its newest instant, if that is young enough. */
function valuesAt(
  values: readonly Prepared[],
  codes: readonly string[],
  t: number,
  maxAge: (code: string) => number,
): readonly Prepared[] {
  for (const code of codes) {
    const past = values.filter((value) => value.code === code && value.at <= t);
    const newest = [...Map.groupBy(past, ({ sensor }) => sensor).values()].flatMap((own) => {
      const at = Math.max(...own.map((value) => value.at));
      return own.filter((value) => value.at === at && t - at <= maxAge(code));
    });
    if (newest.length > 0) return newest;
  }
  return [];
}

const HOUR = 60 * MINUTE;
const freshAge = (code: string): number => (SPOT.includes(code) ? HOUR : 5 * MINUTE);

/** Each parameter's worst value at `t`, by name. */
function scoresAt(
  values: readonly Prepared[],
  t: number,
  scale: number,
  isCarried: boolean,
): ReadonlyMap<string, Found> {
  const of = (codes: readonly string[]): readonly Prepared[] => {
    const fresh = valuesAt(values, codes, t, freshAge);
    return fresh.length > 0 || !isCarried ? fresh : valuesAt(values, codes, t, () => HOUR);
  };
  const onOxygen = of(['3151-8']).some((flow) => beyondBound('oxygen', flow) > 0);
  const found = new Map<string, Found>();
  for (const [name, codes] of PARAMETERS) {
    const all = of(codes).map((value) => ({ value, score: score(name, value, scale, onOxygen) }));
    const worst = all.sort(
      (a, b) => b.score - a.score || b.value.at - a.value.at || a.value.rowId - b.value.rowId,
    )[0];
    if (worst === undefined) continue;
    found.set(name, {
      score: worst.score,
      at: worst.value.at,
      isDoubtful: worst.value.flags.includes('FUTURE_READING'),
      isOfMonitor: worst.value.kind === 'monitor',
      isSpot: SPOT.includes(worst.value.code),
    });
  }
  return found;
}

const totalOf = (found: ReadonlyMap<string, Found>): number =>
  [...found.values()].reduce((sum, { score: points }) => sum + points, 0);
const isMet = (found: ReadonlyMap<string, Found>, { total, single }: Judging): boolean =>
  totalOf(found) >= total || [...found.values()].some(({ score: points }) => points >= single);

export function news2Episodes(
  prepared: readonly Prepared[],
  judgingAt: (t: number) => Judging,
): FinalEpisode[] {
  const values = prepared.filter((one) => {
    const { at, code, flags } = one;
    if (!SCORED.includes(code)) return false;
    if (['SENSOR_OFF', 'OUT_OF_RANGE', 'DUPLICATE'].some((flag) => flags.includes(flag))) return false;
    const name = PARAMETERS.find(([, codes]) => codes.includes(code))?.[0] ?? '';
    return !flags.includes('FUTURE_READING') || score(name, one, judgingAt(at).scale, false) === 3;
  });
  let young = 0;
  const measured = [...new Set(values.map(({ at }) => at))];
  const scored = measured.filter((t) => judgingAt(t).isNews2For(t));
  const instants = scored.map((t) => {
    const judging = judgingAt(t);
    const { scale } = judging;
    while ((values[young]?.at ?? t) < t - HOUR) young++;
    const near = values.slice(young).filter(({ at }) => at <= t);
    const fresh = scoresAt(near, t, scale, false);
    const grade = isMet(fresh, judging)
      ? 'meets'
      : isMet(scoresAt(near, t, scale, true), judging)
        ? 'neither'
        : 'recovered';
    const bad = [...fresh.values()].filter(({ score: points }) => points > 0);
    const isHigh = totalOf(fresh) >= judging.highTotal;
    return {
      ...{ t, fresh, grade, isHigh },
      isDoubtful: bad.some(({ isDoubtful }) => isDoubtful),
      bad,
      isOfMonitors: !isHigh && bad.every(({ isOfMonitor }) => isOfMonitor),
    };
  });

  const episodes: FinalEpisode[] = [];
  for (let i = 0, from = 0; i < instants.length; i++) {
    const here = instants[i];
    if (here?.grade !== 'meets' || i < from) continue;
    let first = i;
    for (let k = i - 1; k >= from; k--) {
      const one = instants[k];
      const next = instants[k + 1];
      if (one?.grade !== 'meets' || next === undefined || next.t - one.t > HOUR) break;
      first = k;
    }
    const start = instants[first]?.t ?? here.t;
    const again = here.bad.filter(({ at, isSpot }) => isSpot || at >= start + MINUTE);
    const isAgain = isMet(new Map(again.map((found, n) => [String(n), found])), judgingAt(here.t));
    if (here.isOfMonitors && (here.t - start < MINUTE || !isAgain)) continue;
    const { end, reason, last } = endFrom(instants, i, measured);
    const within = instants.slice(i, last + 1).filter(({ grade }) => grade === 'meets');
    episodes.push({
      ...{ rule: 'news2', start, raisedAt: here.t, end, reason },
      priority: within.some(({ isHigh }) => isHigh) ? 'high' : 'medium',
      unconfirmed: within.every(({ isDoubtful }) => isDoubtful),
    });
    from = last + 1;
  }
  return episodes;
}

type ScoredInstant = {
  readonly t: number;
  readonly grade: string;
  readonly fresh: ReadonlyMap<string, Found>;
};

/** How and with which instant an episode ends that was raised at `i`. */
function endFrom(
  instants: readonly ScoredInstant[],
  i: number,
  shown: readonly number[],
): Pick<FinalEpisode, 'end' | 'reason'> & { readonly last: number } {
  for (let j = i; j < instants.length; j++) {
    const here = instants[j];
    const before = instants[j - 1];
    if (here === undefined) break;
    if (j > i && before !== undefined && here.t - before.t > HOUR)
      return { end: before.t, reason: 'gap', last: j - 1 };
    if (here.grade !== 'recovered') continue;
    let since = here.t;
    for (let k = j; k > i && instants[k]?.grade === 'recovered'; k--) since = instants[k]?.t ?? since;
    if (here.t - since >= 15 * MINUTE) return { end: here.t, reason: 'recovered', last: j };
    const lapsed = PARAMETERS.flatMap(([name]) => {
      const measured = instants
        .slice(i, j)
        .findLast(({ fresh }) => fresh.has(name))
        ?.fresh.get(name);
      const isBad = measured !== undefined && measured.score > 0 && !here.fresh.has(name);
      // At this instant for the first time, which the one before tells.
      const isNew =
        measured !== undefined && here.t - measured.at > HOUR && (before?.t ?? 0) - measured.at <= HOUR;
      return isBad && isNew ? [measured.at] : [];
    });
    if (lapsed.length > 0) return { end: Math.max(...lapsed), reason: 'not-remeasured', last: j };
  }
  // NEWS2 may be off by now: what is measured still shows that nothing was scored.
  const last = instants.at(-1)?.t ?? 0;
  if (shown.some((t) => t - last > HOUR)) return { end: last, reason: 'gap', last: instants.length };
  return { end: null, reason: null, last: instants.length };
}
