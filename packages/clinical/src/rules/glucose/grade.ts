import { levelOf, type Level } from '../../model/alarm.js';
import type { GlucoseThresholds } from '../../model/config.js';
import type { Grade } from '../../engine/machine.js';
import {
  COMPRESSION_PER_MINUTE,
  JUMP_MIN_MG_PER_DL,
  JUMP_MIN_SHARE,
  JUMP_PER_MINUTE,
  RATE_OF_CHANGE_SPAN_MS,
} from '../../model/limits.js';
import type { GlucoseItem, GlucoseValue } from './value.js';

const MINUTE_MS = 60_000;

/** What a sensor had at an instant before: the lowest of its values there, mg/dL. */
export interface Earlier {
  readonly t: number;
  readonly mgPerDl: number;
}

/** Time from an earlier instant, ms; null where it says nothing about a rate. */
function spanFrom(earlier: Earlier | null, t: number): number | null {
  if (earlier === null) return null;
  const spanMs = t - earlier.t;
  return spanMs > 0 && spanMs <= RATE_OF_CHANGE_SPAN_MS ? spanMs : null;
}

/** Whether a value is a jump: more and faster than sensors and people change. It is flagged, and silences nothing. */
export function isJump({ mgPerDl }: GlucoseValue, t: number, earlier: Earlier | null): boolean {
  const spanMs = spanFrom(earlier, t);
  if (earlier === null || spanMs === null) return false;
  const change = Math.abs(mgPerDl - earlier.mgPerDl);
  const least = Math.max(JUMP_MIN_MG_PER_DL, JUMP_MIN_SHARE * earlier.mgPerDl);
  return change > least && change > (JUMP_PER_MINUTE * spanMs) / MINUTE_MS;
}

/** Whether a value fell so fast that its sensor may have been lain upon. A jump down is one of these. */
function isFastFall({ mgPerDl }: GlucoseValue, t: number, earlier: Earlier | null): boolean {
  const spanMs = spanFrom(earlier, t);
  if (earlier === null || spanMs === null) return false;
  const fall = earlier.mgPerDl - mgPerDl;
  return fall > JUMP_MIN_MG_PER_DL && fall > (COMPRESSION_PER_MINUTE * spanMs) / MINUTE_MS;
}

/** What an instant means to one rule; null: nothing, neither good nor bad. */
export interface Verdict {
  readonly grade: Grade;
  /** Of an instant that meets the rule. */
  readonly level: Level;
  /** The instrument's own LO or HI: no duration is asked for. */
  readonly isAtOnce: boolean;
}

const NO_LEVEL = levelOf('low');

const isRecovered = (value: GlucoseValue, { recoveredLowMgPerDl, recoveredHighMgPerDl }: GlucoseThresholds) =>
  value.side === null &&
  value.doubt !== 'lo-or-mmol' &&
  value.mgPerDl >= recoveredLowMgPerDl &&
  value.mgPerDl <= recoveredHighMgPerDl;

const RECOVERED: Verdict = { grade: 'recovered', level: NO_LEVEL, isAtOnce: false };
const BETWEEN: Verdict = { grade: 'between', level: NO_LEVEL, isAtOnce: false };

/** The instant of values that do not meet a rule. A clock that is ahead says no good news. */
function unmet(values: readonly GlucoseValue[], thresholds: GlucoseThresholds): Verdict | null {
  let verdict: Verdict | null = null;
  for (const value of values) {
    if (value.doubt === 'clock-ahead') continue;
    if (!isRecovered(value, thresholds)) return BETWEEN;
    verdict = RECOVERED;
  }
  return verdict;
}

export const meetsLow = (value: GlucoseValue, { veryLowMgPerDl }: GlucoseThresholds): boolean =>
  value.side === 'below' || (value.side === null && value.mgPerDl < veryLowMgPerDl);

export const meetsHigh = (value: GlucoseValue, { veryHighMgPerDl }: GlucoseThresholds): boolean =>
  value.side === 'above' || (value.side === null && value.mgPerDl > veryHighMgPerDl);

/** A bound on the wrong side of its level: `< 200` may be anything. */
const boundDoubt = (isTold: boolean): string[] => (isTold ? [] : ['bound']);

/** Very low: high at once, medium and unconfirmed where there is doubt. LO has no doubt of how fast it came. */
export function gradeLow(
  { t, values }: GlucoseItem,
  earlier: Earlier | null,
  thresholds: GlucoseThresholds,
): Verdict | null {
  if (!values.some((value) => meetsLow(value, thresholds))) return unmet(values, thresholds);
  const met = values.filter((value) => meetsLow(value, thresholds));
  const doubts = met.map((value): string[] => {
    if (value.side === 'below') {
      const isTold = value.mgPerDl <= thresholds.recoveredLowMgPerDl;
      return [...(value.doubt === 'clock-ahead' ? [value.doubt] : []), ...boundDoubt(isTold)];
    }
    return [
      ...(value.doubt === null ? [] : [value.doubt]),
      ...(isFastFall(value, t, earlier) ? ['fast-fall'] : []),
    ];
  });
  const marks = met.some(({ side }) => side === 'below') ? ['LO'] : [];
  const isSure = doubts.some((reasons) => reasons.length === 0);
  const level = isSure
    ? levelOf('high', marks)
    : levelOf('medium', [...marks, ...doubts.flat()], { unconfirmed: true });
  return { grade: 'emergency', level, isAtOnce: true };
}

/** Very high: medium once it lasted; HI is high at once. */
export function gradeHigh(
  { values }: GlucoseItem,
  _earlier: Earlier | null,
  thresholds: GlucoseThresholds,
): Verdict | null {
  if (!values.some((value) => meetsHigh(value, thresholds))) return unmet(values, thresholds);
  const met = values.filter((value) => meetsHigh(value, thresholds));
  const beyond = met.filter(({ side }) => side === 'above');
  const doubts = (beyond.length > 0 ? beyond : met).map(({ doubt, side, mgPerDl }) => [
    ...(doubt === 'clock-ahead' ? [doubt] : []),
    ...boundDoubt(side === null || mgPerDl >= thresholds.veryHighMgPerDl),
  ]);
  const isSure = doubts.some((reasons) => reasons.length === 0);
  const marks = beyond.length > 0 ? ['HI'] : [];
  const level = isSure
    ? levelOf(beyond.length > 0 ? 'high' : 'medium', marks)
    : levelOf('medium', [...marks, ...doubts.flat()], { unconfirmed: true });
  return { grade: 'emergency', level, isAtOnce: beyond.length > 0 };
}

/** Whether an instant confirms a doubtful low one before it. */
export const confirmsLow = ({ values }: GlucoseItem, { recoveredLowMgPerDl }: GlucoseThresholds): boolean =>
  values.some(
    ({ side, mgPerDl, doubt }) =>
      doubt !== 'clock-ahead' &&
      doubt !== 'lo-or-mmol' &&
      side !== 'above' &&
      (mgPerDl < recoveredLowMgPerDl || (side === 'below' && mgPerDl <= recoveredLowMgPerDl)),
  );
