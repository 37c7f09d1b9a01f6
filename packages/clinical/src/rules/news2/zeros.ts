import { levelOf } from '../../model/alarm.js';
import { LOINC } from '../../model/codes.js';
import type { RuleName } from '../../model/events.js';
import { ALL_ZEROS_MS, RATE_OF_CHANGE_SPAN_MS, ZERO_SPAN_MS } from '../../model/limits.js';
import { IDLE_PART, isGap, stepPart, type Grade, type Part } from '../../engine/machine.js';
import { closePart, openEpisode, type OpenEpisode } from '../../engine/open-episode.js';
import type { Transition } from '../../engine/transition.js';
import { isDoubtful, recentOf, sourceOf, type VitalsItem, type VitalValue } from './vitals.js';

/** Rates that a heart gives. */
const RATES: ReadonlySet<string> = new Set([LOINC.heartRate, LOINC.pulseOximeterRate]);
/** What there is only with a pulse. */
const PULSES: ReadonlySet<string> = new Set([
  ...RATES,
  LOINC.arterialSystolic,
  LOINC.arterialDiastolic,
  LOINC.arterialMean,
  LOINC.spo2,
]);
/** What a bedside monitor measures all the time, and writes 0 for when it cannot. */
const MONITORED: ReadonlySet<string> = new Set([...PULSES, LOINC.respiratoryRate]);

/** Codes of which zeros are judged. */
export const ZERO_CODES: readonly string[] = [...MONITORED];

/** The newest value of a code and sensor, a zero too. */
interface Latest {
  readonly code: string;
  readonly at: number;
  readonly value: number;
  /** Since when it has been zero; null while it is not. */
  readonly zeroSince: number | null;
  /** It was plausible no longer than 2 min before it became zero. */
  readonly wasPlausible: boolean;
}

interface ZeroEpisode {
  readonly lastT: number | null;
  readonly part: Part;
  readonly episode: OpenEpisode | null;
}

export interface ZeroState {
  readonly latest: Readonly<Record<string, Latest>>;
  /** Since when everything that is monitored has been zero, after something was not. */
  readonly allSince: number | null;
  /** When something was last not zero. */
  readonly aliveAt: number | null;
  readonly heart: ZeroEpisode;
  readonly breath: ZeroEpisode;
  readonly monitor: ZeroEpisode;
}

const IDLE: ZeroEpisode = { lastT: null, part: IDLE_PART, episode: null };
export const NO_ZEROS: ZeroState = {
  ...{ latest: {}, allSince: null, aliveAt: null },
  ...{ heart: IDLE, breath: IDLE, monitor: IDLE },
};

export const ZERO_RULES = {
  heart: 'check-heart-rate',
  breath: 'check-respiration',
  monitor: 'monitor-zeros',
} as const satisfies Record<string, RuleName>;

const LEVELS = {
  heart: levelOf('high', [], { unconfirmed: true }),
  breath: levelOf('high', [], { unconfirmed: true }),
  monitor: levelOf('medium'),
};

type Kind = keyof typeof ZERO_RULES;
export const ZERO_KINDS: readonly Kind[] = ['heart', 'breath', 'monitor'];

type BySource = ReadonlyMap<string, VitalValue>;

/** The newest value of each source at an instant: of two of one source the one that is not zero. */
function valuesOf({ values }: VitalsItem): BySource {
  const bySource = new Map<string, VitalValue>();
  for (const value of values) {
    if (!MONITORED.has(value.code) || isDoubtful(value)) continue;
    const source = sourceOf(value);
    const present = bySource.get(source);
    if (present === undefined || present.value === 0) bySource.set(source, value);
  }
  return bySource;
}

function withLatest(latest: ZeroState['latest'], t: number, bySource: BySource): ZeroState['latest'] {
  const next = recentOf(latest, t, RATE_OF_CHANGE_SPAN_MS);
  for (const [source, { code, value }] of bySource) {
    const known = next[source];
    const isZero = value === 0;
    const zeroSince = isZero ? (known?.zeroSince ?? t) : null;
    const wasPlausible =
      isZero && known !== undefined
        ? known.zeroSince === null
          ? t - known.at <= ZERO_SPAN_MS
          : known.wasPlausible
        : false;
    next[source] = { code, at: t, value, zeroSince, wasPlausible };
  }
  return next;
}

/** One of the three, after an instant that says something about it. */
function step(
  kind: Kind,
  state: ZeroEpisode,
  { t, grade, onsetFrom }: { t: number; grade: Grade; onsetFrom: number },
  out: Transition[],
): ZeroEpisode {
  const rule = ZERO_RULES[kind];
  let { part, episode } = state;
  if (state.lastT !== null && isGap(state.lastT, t)) {
    if (episode !== null) {
      closePart(episode, { rule, end: state.lastT, reason: 'gap', at: t, isLast: true }, out);
    }
    part = IDLE_PART;
    episode = null;
  }
  const stepped = stepPart(part, t, grade, 0);
  if (stepped.opened !== null) {
    const start = Math.min(onsetFrom, t);
    episode = openEpisode(episode, { rule, start, t, level: LEVELS[kind] }, out);
  } else if (stepped.recovered && episode !== null) {
    episode = closePart(episode, { rule, end: t, reason: 'recovered', at: t, isLast: true }, out);
  }
  return { lastT: t, part: stepped.part, episode };
}

const isRecent = (t: number, at: number): boolean => t - at <= ZERO_SPAN_MS;

/** A heart rate of 0 that was plausible just before, while no other source has a pulse. */
function gradeHeart(
  latest: readonly Latest[],
  values: readonly VitalValue[],
  t: number,
): { grade: Grade; onsetFrom: number } | null {
  const rates = values.filter(({ code }) => RATES.has(code));
  if (rates.length === 0) return null;
  const isPulse = latest.some(({ code, at, value }) => PULSES.has(code) && value > 0 && isRecent(t, at));
  const stopped = latest.filter(
    ({ code, at, zeroSince, wasPlausible }) =>
      code === LOINC.heartRate && at === t && zeroSince !== null && wasPlausible,
  );
  if (stopped.length > 0 && !isPulse) {
    return { grade: 'emergency', onsetFrom: Math.min(...stopped.map(({ zeroSince }) => zeroSince ?? t)) };
  }
  return { grade: rates.some(({ value }) => value > 0) ? 'recovered' : 'between', onsetFrom: t };
}

/** No breath, twice, while the heart beats. */
function gradeBreath(
  latest: readonly Latest[],
  values: readonly VitalValue[],
  t: number,
): { grade: Grade; onsetFrom: number } | null {
  const breaths = values.filter(({ code }) => code === LOINC.respiratoryRate);
  if (breaths.length === 0) return null;
  const isBeating = latest.some(({ code, at, value }) => RATES.has(code) && value > 0 && isRecent(t, at));
  const twice = latest.filter(
    ({ code, at, zeroSince }) =>
      code === LOINC.respiratoryRate && at === t && zeroSince !== null && zeroSince < t,
  );
  if (twice.length > 0 && isBeating) {
    return { grade: 'emergency', onsetFrom: Math.min(...twice.map(({ zeroSince }) => zeroSince ?? t)) };
  }
  return { grade: breaths.some(({ value }) => value > 0) ? 'recovered' : 'between', onsetFrom: t };
}

/** Zeros after an instant: of the heart, of the breath, of everything. */
export function stepZeros(state: ZeroState, item: VitalsItem, out: Transition[]): ZeroState {
  const { t } = item;
  const bySource = valuesOf(item);
  if (bySource.size === 0) return state;
  const values = [...bySource.values()];
  const latest = withLatest(state.latest, t, bySource);
  const all = Object.values(latest);
  const recent = all.filter(({ at }) => isRecent(t, at));
  const isAllZero = recent.length > 1 && recent.every(({ value }) => value === 0);
  const aliveAt = values.some(({ value }) => value > 0) ? t : state.aliveAt;
  const isAfterLife = state.aliveAt !== null && isRecent(t, state.aliveAt);
  const allSince = isAllZero ? (state.allSince ?? (isAfterLife ? t : null)) : null;
  const heart = gradeHeart(all, values, t);
  const breath = gradeBreath(all, values, t);
  const isLasting = allSince !== null && t - allSince >= ALL_ZEROS_MS;
  const monitor: Grade = isLasting ? 'emergency' : aliveAt === t ? 'recovered' : 'between';
  return {
    latest,
    allSince,
    aliveAt,
    heart: heart === null ? state.heart : step('heart', state.heart, { t, ...heart }, out),
    breath: breath === null ? state.breath : step('breath', state.breath, { t, ...breath }, out),
    monitor: step('monitor', state.monitor, { t, grade: monitor, onsetFrom: allSince ?? t }, out),
  };
}

/** The values on which an alarm of zeros rests. */
export const zerosOf = (rule: RuleName, { values }: VitalsItem): readonly VitalValue[] =>
  values.filter(({ code, value }) => {
    if (value !== 0) return false;
    if (rule === ZERO_RULES.heart) return code === LOINC.heartRate;
    return rule === ZERO_RULES.breath ? code === LOINC.respiratoryRate : MONITORED.has(code);
  });
