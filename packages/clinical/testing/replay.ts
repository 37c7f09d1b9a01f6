import type { ClinicalOverrides } from '../src/config.js';
import type { ClinicalEvent, EpisodeEndReason, RuleName } from '../src/events.js';
import type { ReadingFlag } from '../src/plausibility.js';
import {
  flush,
  initialState,
  processReadings,
  type PatientState,
  type ProcessingResult,
} from '../src/process.js';
import type { ClinicalReading } from '../src/reading.js';

/** A pseudonym as good as any. */
export const PATIENT = 'pat_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';

/** An episode as it stands when everything has been said. */
export interface FinalEpisode {
  readonly rule: RuleName;
  readonly start: number;
  readonly raisedAt: number;
  readonly end: number | null;
  readonly reason: EpisodeEndReason | null;
}

export interface Outcome {
  readonly episodes: readonly FinalEpisode[];
  /** Emergencies raised, whatever became of them. */
  readonly raised: number;
  /** Start of every window that was due at least once, sorted. */
  readonly windows: readonly number[];
  /** Rows kept out, with the reasons that stand in the end. */
  readonly flagged: ReadonlyMap<number, readonly ReadingFlag[]>;
  readonly events: readonly ClinicalEvent[];
}

/** What a gateway would hold after all events. */
function outcomeOf(results: readonly ProcessingResult[]): Outcome {
  const episodes = new Map<string, FinalEpisode>();
  const windows = new Set<number>();
  const flagged = new Map<number, readonly ReadingFlag[]>();
  let raised = 0;
  const events = results.flatMap((result) => result.events);
  for (const event of events) {
    if (event.kind === 'window-due') {
      windows.add(event.windowStart);
    } else if (event.kind === 'episode-started') {
      raised++;
      const { rule, start, raisedAt } = event;
      episodes.set(event.episodeId, { rule, start, raisedAt, end: null, reason: null });
    } else if (event.kind === 'episode-ended') {
      const known = episodes.get(event.episodeId);
      if (known === undefined) throw new Error(`${event.episodeId} ended before it started`);
      episodes.set(event.episodeId, { ...known, end: event.end, reason: event.reason });
    } else if (event.status === 'open' || event.status === 'ended') {
      const { rule, start, raisedAt, end, reason } = event;
      episodes.set(event.episodeId, { rule, start, raisedAt, end, reason });
    } else {
      episodes.delete(event.episodeId);
    }
  }
  for (const { rowId, plausible, flags } of results.flatMap((result) => result.flagged)) {
    if (plausible) flagged.delete(rowId);
    else flagged.set(rowId, flags);
  }
  return {
    episodes: [...episodes.values()].sort(byStart),
    raised,
    windows: [...windows].sort((a, b) => a - b),
    flagged,
    events,
  };
}

export const byStart = (a: FinalEpisode, b: FinalEpisode): number =>
  a.start - b.start || (a.rule < b.rule ? -1 : 1);

/** Processes readings in the order given, `groupSize` at a time, with the state through JSON between groups, and flushes. */
export function replay(
  readings: readonly ClinicalReading[],
  groupSize: number,
  overrides: ClinicalOverrides = {},
): Outcome {
  let state: PatientState = initialState(PATIENT, overrides);
  const results: ProcessingResult[] = [];
  for (let i = 0; i < readings.length; i += groupSize) {
    const result = processReadings(state, readings.slice(i, i + groupSize));
    state = JSON.parse(JSON.stringify(result.state)) as PatientState;
    results.push(result);
  }
  results.push(flush(state));
  return outcomeOf(results);
}
