import type { RuleName } from '../../src/model/events.js';
import type { FinalEpisode } from '../replay.js';
import { MINUTE, type Prepared } from './prepared.js';

const HEART = '8867-4';
const BREATH = '9279-1';
const RATES = [HEART, '8889-8'];
const PULSES = [...RATES, '76215-3', '76213-8', '76214-6', '59408-5'];
const MONITORED = [...PULSES, BREATH];

type Grade = 'meets' | 'recovered' | 'neither';

interface Instant {
  readonly t: number;
  readonly grade: Grade;
  /** First of the zeros. */
  readonly since: number;
}

/** One source's values, one per instant, the one above 0 first. */
type Sources = ReadonlyMap<
  string,
  readonly { readonly t: number; readonly value: number; readonly code: string }[]
>;

export function zeroEpisodes(prepared: readonly Prepared[]): FinalEpisode[] {
  const values = prepared.filter(
    ({ code, flags }) =>
      MONITORED.includes(code) &&
      !['OUT_OF_RANGE', 'FUTURE_READING', 'DUPLICATE'].some((flag) => flags.includes(flag)),
  );
  const sources: Sources = new Map(
    [...Map.groupBy(values, ({ code, sensor }) => `${code} ${sensor}`)].map(([key, own]) => [
      key,
      [...Map.groupBy(own, ({ at }) => at)].map(([t, same]) => ({
        ...{ t, code: same[0]?.code ?? '' },
        value: same.find(({ value }) => value > 0)?.value ?? 0,
      })),
    ]),
  );
  const times = [...new Set(values.map(({ at }) => at))];
  const at = (t: number) => [...sources.values()].flatMap((own) => own.filter((one) => one.t === t));
  const latest = (t: number) =>
    [...sources.values()].flatMap(
      (own) => own.findLast((one) => one.t <= t && t - one.t <= 15 * MINUTE) ?? [],
    );
  const isRecent = (t: number, of: number) => t - of <= 2 * MINUTE;

  const heart = times.flatMap((t): Instant[] => {
    const rates = at(t).filter(({ code }) => RATES.includes(code));
    if (rates.length === 0) return [];
    const isPulse = latest(t).some((one) => PULSES.includes(one.code) && one.value > 0 && isRecent(t, one.t));
    const stopped = [...sources.values()].flatMap((own) => {
      const run = runOf(own, t, HEART);
      return run?.before !== undefined && isRecent(run.since, run.before) ? [run.since] : [];
    });
    if (stopped.length > 0 && !isPulse) return [{ t, grade: 'meets', since: Math.min(...stopped) }];
    return [{ t, grade: rates.some(({ value }) => value > 0) ? 'recovered' : 'neither', since: t }];
  });
  const breath = times.flatMap((t): Instant[] => {
    const breaths = at(t).filter(({ code }) => code === BREATH);
    if (breaths.length === 0) return [];
    const isBeating = latest(t).some(
      (one) => RATES.includes(one.code) && one.value > 0 && isRecent(t, one.t),
    );
    const twice = [...sources.values()].flatMap((own) => {
      const run = runOf(own, t, BREATH);
      return run !== undefined && run.since < t ? [run.since] : [];
    });
    if (twice.length > 0 && isBeating) return [{ t, grade: 'meets', since: Math.min(...twice) }];
    return [{ t, grade: breaths.some(({ value }) => value > 0) ? 'recovered' : 'neither', since: t }];
  });
  const isAllZero = (t: number): boolean => {
    const recent = latest(t).filter((one) => isRecent(t, one.t));
    return recent.length > 1 && recent.every(({ value }) => value === 0);
  };
  const isAlive = (t: number): boolean => at(t).some(({ value }) => value > 0);
  const monitor = times.map((t, i): Instant => {
    let first: number | undefined;
    for (let k = i; k >= 0 && isAllZero(times[k] ?? t); k--) {
      const one = times[k] ?? t;
      const alive = times.slice(0, k).findLast(isAlive);
      if (alive !== undefined && isRecent(one, alive)) first = one;
    }
    if (first !== undefined && t - first >= MINUTE) return { t, grade: 'meets', since: first };
    return { t, grade: isAlive(t) ? 'recovered' : 'neither', since: t };
  });
  return [
    ...episodes('check-heart-rate', heart, 'high'),
    ...episodes('check-respiration', breath, 'high'),
    ...episodes('monitor-zeros', monitor, 'medium'),
  ];
}

/** The run of zeros that a source has at `t`: its first, and when there was a value before. */
function runOf(
  own: readonly { readonly t: number; readonly value: number; readonly code: string }[],
  t: number,
  code: string,
): { readonly since: number; readonly before: number | undefined } | undefined {
  const index = own.findIndex((one) => one.t === t && one.code === code && one.value === 0);
  if (index < 0) return undefined;
  for (let k = index; k >= 0; k--) {
    const one = own[k];
    const earlier = own[k - 1];
    if (one === undefined) break;
    if (earlier === undefined || one.t - earlier.t > 15 * MINUTE) return { since: one.t, before: undefined };
    if (earlier.value > 0) return { since: one.t, before: earlier.t };
  }
  return undefined;
}

function episodes(rule: RuleName, instants: readonly Instant[], priority: 'high' | 'medium'): FinalEpisode[] {
  const out: FinalEpisode[] = [];
  for (let i = 0; i < instants.length; i++) {
    const here = instants[i];
    if (here?.grade !== 'meets') continue;
    let end: number | null = null;
    let reason: FinalEpisode['reason'] = null;
    let j = i + 1;
    for (; j < instants.length && reason === null; j++) {
      const one = instants[j];
      const before = instants[j - 1];
      if (one === undefined || before === undefined) break;
      if (one.t - before.t > 60 * MINUTE) {
        end = before.t;
        reason = 'gap';
        j -= 1;
        continue;
      }
      let since = one.t;
      for (let k = j; k > i && instants[k]?.grade === 'recovered'; k--) since = instants[k]?.t ?? since;
      if (one.grade === 'recovered' && one.t - since >= 15 * MINUTE) {
        end = one.t;
        reason = 'recovered';
      }
    }
    out.push({
      ...{ rule, start: here.since, raisedAt: here.t, end, reason, priority },
      unconfirmed: rule !== 'monitor-zeros',
    });
    i = j - 1;
  }
  return out;
}
