import type { EpisodeEndReason, RuleName } from './events.js';
import { EPISODE_GAP_MS, RECOVERY_MS } from './limits.js';

/** What one measurement means to a rule: it meets it, it counts as recovery, or neither. */
export type Grade = 'emergency' | 'recovered' | 'between';

/** Where a rule stands between two measurements. Plain data; times in milliseconds. */
export interface EpisodeMachine {
  readonly lastT: number | null;
  /** First of the present unbroken run of measurements that meet the rule. */
  readonly runStart: number | null;
  /** First of the present unbroken run of recovered measurements within an episode. */
  readonly recoveredSince: number | null;
  readonly open: { readonly start: number; readonly raisedAt: number } | null;
}

export const IDLE_MACHINE: EpisodeMachine = { lastT: null, runStart: null, recoveredSince: null, open: null };

export type Transition =
  | { readonly kind: 'started'; readonly rule: RuleName; readonly start: number; readonly raisedAt: number }
  | {
      readonly kind: 'ended';
      readonly rule: RuleName;
      readonly start: number;
      readonly end: number;
      readonly reason: EpisodeEndReason;
    };

/** One measurement, and the rule that it is held against. */
export interface EpisodeStep {
  readonly rule: RuleName;
  /** How long the rule has to be met before an episode starts. */
  readonly onsetMs: number;
  /** Not before the measurement of the step before. */
  readonly t: number;
  readonly grade: Grade;
  /** Gets what the measurement brought about. */
  readonly out: Transition[];
}

/**
 * The machine after one more measurement.
 * An episode starts when the rule has been met for `onsetMs` (0: at once); it ends after 15 min of recovered
 * measurements without any other between, or when more than 60 min went by without a measurement.
 */
export function stepEpisode(
  machine: EpisodeMachine,
  { rule, onsetMs, t, grade, out }: EpisodeStep,
): EpisodeMachine {
  let { runStart, recoveredSince, open } = machine;
  if (machine.lastT !== null && t - machine.lastT > EPISODE_GAP_MS) {
    if (open !== null) {
      out.push({ kind: 'ended', rule, start: open.start, end: machine.lastT, reason: 'gap' });
    }
    runStart = recoveredSince = open = null;
  }
  if (grade === 'emergency') {
    recoveredSince = null;
    runStart ??= t;
    if (open === null && t - runStart >= onsetMs) {
      open = { start: runStart, raisedAt: t };
      out.push({ kind: 'started', rule, start: runStart, raisedAt: t });
    }
  } else {
    runStart = null;
    if (open !== null && grade === 'recovered') {
      recoveredSince ??= t;
      if (t - recoveredSince >= RECOVERY_MS) {
        out.push({ kind: 'ended', rule, start: open.start, end: t, reason: 'recovered' });
        recoveredSince = open = null;
      }
    } else {
      recoveredSince = null;
    }
  }
  return { lastT: t, runStart, recoveredSince, open };
}
