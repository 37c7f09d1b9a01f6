import type { AlarmPriority, AlarmType } from './alarm.js';
import type { Comparator } from './reading.js';
import type { News2Score } from './news2-score.js';

/** What an episode is an episode of. */
export type RuleName =
  | 'glucose-very-low'
  | 'glucose-very-high'
  | 'news2'
  | 'check-heart-rate'
  | 'check-respiration'
  | 'monitor-zeros'
  | 'blood-pressure-high'
  | 'blood-pressure-low'
  | 'fever'
  | 'silence'
  | 'wrong-clock'
  | 'device-flood';

/** Alarms about the equipment; all others are about the patient. */
const TECHNICAL: ReadonlySet<RuleName> = new Set<RuleName>([
  'monitor-zeros',
  'silence',
  'wrong-clock',
  'device-flood',
]);

export const typeOfRule = (rule: RuleName): AlarmType =>
  TECHNICAL.has(rule) ? 'technical' : 'physiological';

/**
 * Why an episode is over: back in range for 15 min, nothing measured for more than 60 min, or, of NEWS2, what was bad was
 * not measured again for more than 60 min while other parameters were; of a device, it does again what it should
 * (`recovered`), or nobody waits for it any more (`disarmed`).
 */
export type EpisodeEndReason = 'recovered' | 'gap' | 'not-remeasured' | 'disarmed';

/** A reading on which an alarm rests. Times in milliseconds since the epoch. */
export interface Evidence {
  readonly rowId: number;
  /** As the device said it. */
  readonly t: number;
  /** Rule time. Evidence of states of before it was kept has `t` alone. */
  readonly at?: number | undefined;
  readonly code: string;
  readonly value: number;
  readonly comparator?: Comparator | undefined;
}

/**
 * A window's record is due: the gateway aggregates what its store holds for [windowStart, windowEnd) and makes a record,
 * or the next version if the aggregates differ from the last one (`changedCodes`). Half-open, milliseconds of rule time.
 */
export interface WindowDue {
  readonly kind: 'window-due';
  readonly windowStart: number;
  readonly windowEnd: number;
  /** The watermark had passed the window before its last reading came: most likely a revision of its record. */
  readonly late: boolean;
}

/** What every alarm says of itself. */
interface Alarm {
  readonly episodeId: string;
  readonly rule: RuleName;
  readonly type: AlarmType;
  readonly priority: AlarmPriority;
  /** Only doubtful readings speak for it so far. */
  readonly unconfirmed: boolean;
  /** What more there is to say: `spec/clinical.md` lists the words. Sorted. */
  readonly marks: readonly string[];
  /** Rule time of the first reading of the episode (of the run above the threshold, where a duration counts). */
  readonly start: number;
  /** The readings on which it rests; of an escalation those that brought it about. */
  readonly evidence: readonly Evidence[];
  /** For `news2`: the score at that time. */
  readonly news2: News2Score | null;
}

/** An alarm: raised once per episode, at the first reading that qualifies. */
export interface EpisodeStarted extends Alarm {
  readonly kind: 'episode-started';
  /**
   * `{patientId}/{rule}/{start}`: the same for the same readings, whenever they are processed. One that was withdrawn or
   * merged can start again under its id when more late readings come: a further version of its record.
   */
  readonly episodeId: string;
  /** Rule time of the reading that raised it. */
  readonly raisedAt: number;
  /** That reading was news no more when it arrived. */
  readonly late: boolean;
}

/** An episode that lasts became more serious, or was confirmed, or there is more to say: a new notice. */
export interface EpisodeEscalated extends Alarm {
  readonly kind: 'episode-escalated';
  /** Rule time of the reading that brought it about. */
  readonly at: number;
}

/** The score of an episode that lasts is higher than was said, for its record to say so: no notice. */
export interface EpisodeScored extends Alarm {
  readonly kind: 'episode-scored';
  /** Rule time of the reading that brought it about. */
  readonly at: number;
}

export interface EpisodeEnded {
  readonly kind: 'episode-ended';
  readonly episodeId: string;
  readonly rule: RuleName;
  readonly start: number;
  /** Rule time of the reading that completed the recovery, or of the last reading before a gap. */
  readonly end: number;
  readonly reason: EpisodeEndReason;
}

/**
 * A late reading changed an episode that had been raised. Its alarm stands (it was heard); its record gets an annotation.
 * `withdrawn`: with the late reading in order the rule is not met. `merged`: it is part of `mergedInto`.
 */
export interface EpisodeRevised {
  readonly kind: 'episode-revised';
  readonly episodeId: string;
  readonly rule: RuleName;
  readonly status: 'open' | 'ended' | 'withdrawn' | 'merged';
  readonly start: number;
  readonly raisedAt: number;
  readonly end: number | null;
  readonly reason: EpisodeEndReason | null;
  readonly mergedInto: string | null;
}

export type ClinicalEvent =
  WindowDue | EpisodeStarted | EpisodeEscalated | EpisodeScored | EpisodeEnded | EpisodeRevised;
