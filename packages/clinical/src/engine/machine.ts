import { EPISODE_GAP_MS, RECOVERY_MS } from '../model/limits.js';

/** What one instant means to a rule: it meets it, it counts as recovery, or neither. */
export type Grade = 'emergency' | 'recovered' | 'between';

/** One source's part of an episode: where it stands between two instants. Plain data; times in milliseconds. */
export interface Part {
  /** First of the present unbroken run of instants that meet the rule. */
  readonly runStart: number | null;
  /** First of the present unbroken run of recovered instants within an episode. */
  readonly recoveredSince: number | null;
  readonly isOpen: boolean;
}

export const IDLE_PART: Part = { runStart: null, recoveredSince: null, isOpen: false };

/** What an instant did to a part. */
export interface PartStep {
  readonly part: Part;
  /** It opened, with the start of its run. */
  readonly opened: number | null;
  /** It recovered. */
  readonly recovered: boolean;
}

/** What most instants are: nothing is met, and nothing lasts. */
const STAYS_IDLE: PartStep = { part: IDLE_PART, opened: null, recovered: false };

/**
 * A part after one more instant: it opens when the rule has been met for `onsetMs` (0: at once), and is over after 15 min
 * of recovered instants without any other between. Gaps are the caller's: `isGap`.
 */
export function stepPart(part: Part, t: number, grade: Grade, onsetMs: number): PartStep {
  if (grade === 'emergency') {
    const runStart = part.runStart ?? t;
    const opens = !part.isOpen && t - runStart >= onsetMs;
    return {
      part: { runStart, recoveredSince: null, isOpen: part.isOpen || opens },
      opened: opens ? runStart : null,
      recovered: false,
    };
  }
  if (!part.isOpen) return STAYS_IDLE;
  if (grade === 'between') return { part: { ...IDLE_PART, isOpen: true }, opened: null, recovered: false };
  const recoveredSince = part.recoveredSince ?? t;
  const recovered = t - recoveredSince >= RECOVERY_MS;
  return {
    part: recovered ? IDLE_PART : { runStart: null, recoveredSince, isOpen: true },
    opened: null,
    recovered,
  };
}

/** So long without a measurement that nothing can be said of what was before. */
export const isGap = (lastT: number, t: number): boolean => t - lastT > EPISODE_GAP_MS;
