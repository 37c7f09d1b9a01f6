import type { Level } from '../model/alarm.js';
import type { EpisodeEndReason, RuleName } from '../model/events.js';

/** What one item brought about. Times are rule times, milliseconds. */
export type Transition = Started | Escalated | Ended;

export interface Started {
  readonly kind: 'started';
  readonly rule: RuleName;
  readonly start: number;
  readonly raisedAt: number;
  readonly level: Level;
}

/** An open episode has a further level. */
export interface Escalated {
  readonly kind: 'escalated';
  readonly rule: RuleName;
  readonly at: number;
  readonly level: Level;
}

export interface Ended {
  readonly kind: 'ended';
  readonly rule: RuleName;
  readonly start: number;
  readonly end: number;
  readonly reason: EpisodeEndReason;
  /** The item that showed it: of a gap, the one after it. */
  readonly at: number;
}
