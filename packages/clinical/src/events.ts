import type { News2Score } from './news2.js';

/** The published rules by which an emergency is raised. */
export type RuleName = 'glucose-very-low' | 'glucose-very-high' | 'news2';

/** Why an episode is over: back in range for 15 min, or nothing measured for more than 60 min. */
export type EpisodeEndReason = 'recovered' | 'gap';

/** A reading on which an emergency rests. Times in milliseconds since the epoch. */
export interface Evidence {
  readonly rowId: number;
  readonly t: number;
  readonly code: string;
  readonly value: number;
}

/**
 * A window's record is due: the gateway aggregates what its store holds for [windowStart, windowEnd) and makes a record,
 * or the next version if the aggregates differ from the last one (`changedCodes`). Half-open, milliseconds.
 */
export interface WindowDue {
  readonly kind: 'window-due';
  readonly windowStart: number;
  readonly windowEnd: number;
  /** The watermark had passed the window before its last reading came: most likely a revision of its record. */
  readonly late: boolean;
}

/** An emergency: raised once per episode, at the first reading that qualifies. */
export interface EpisodeStarted {
  readonly kind: 'episode-started';
  /**
   * `{patientId}/{rule}/{start}`: the same for the same readings, whenever they are processed. One that was withdrawn or
   * merged can start again under its id when more late readings come: a further version of its record.
   */
  readonly episodeId: string;
  readonly rule: RuleName;
  /** Measured time of the first reading of the episode (of the run above the threshold, where a duration counts). */
  readonly start: number;
  /** Measured time of the reading that raised it. */
  readonly raisedAt: number;
  readonly evidence: readonly Evidence[];
  /** For `news2`. */
  readonly news2: News2Score | null;
}

export interface EpisodeEnded {
  readonly kind: 'episode-ended';
  readonly episodeId: string;
  readonly rule: RuleName;
  readonly start: number;
  /** Measured time of the reading that completed the recovery, or of the last reading before a gap. */
  readonly end: number;
  readonly reason: EpisodeEndReason;
}

/**
 * A late reading changed an episode that had been raised. Its emergency stands (it was sent); its record gets a version.
 * `withdrawn`: with the late reading the rule was never met. `merged`: it is part of `mergedInto`.
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

export type ClinicalEvent = WindowDue | EpisodeStarted | EpisodeEnded | EpisodeRevised;
