import type { AlarmPriority } from '../src/model/alarm.js';
import type { ClinicalOverrides } from '../src/model/config.js';
import type { ClinicalEvent, EpisodeEndReason, RuleName } from '../src/model/events.js';
import type { ReadingFlag } from '../src/model/flags.js';
import type { ClinicalReading } from '../src/model/reading.js';
import { flush, processReadings, type ProcessingResult } from '../src/process.js';
import { NO_SETTINGS } from '../src/settings/history.js';
import { initialState, type PatientState } from '../src/state.js';

/** A pseudonym as good as any. */
export const PATIENT = 'pat_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';

/** An episode as it stands when everything has been said. */
export interface FinalEpisode {
  readonly rule: RuleName;
  readonly start: number;
  readonly raisedAt: number;
  readonly end: number | null;
  readonly reason: EpisodeEndReason | null;
  readonly priority: AlarmPriority;
  readonly unconfirmed: boolean;
}

export interface Outcome {
  /** Those that the readings in order give: without those that were annotated as withdrawn or merged. */
  readonly episodes: readonly FinalEpisode[];
  /** Alarms raised, whatever became of them. */
  readonly raised: number;
  /** Start of every window that was due at least once, sorted. */
  readonly windows: readonly number[];
  /** Flags that stand in the end, by row. */
  readonly flagged: ReadonlyMap<number, readonly ReadingFlag[]>;
  readonly events: readonly ClinicalEvent[];
}

/** What a gateway would hold after all events. */
function outcomeOf(results: readonly ProcessingResult[]): Outcome {
  const episodes = new Map<string, FinalEpisode>();
  const windows = new Set<number>();
  const flagged = new Map<number, readonly ReadingFlag[]>();
  const events = results.flatMap((result) => result.events);
  for (const event of events) {
    if (event.kind === 'window-due') windows.add(event.windowStart);
    else applyTo(episodes, event);
  }
  for (const { rowId, flags } of results.flatMap((result) => result.flagged)) {
    if (flags.length === 0) flagged.delete(rowId);
    else flagged.set(rowId, flags);
  }
  return {
    episodes: [...episodes.values()].sort(byStart),
    raised: events.filter(({ kind }) => kind === 'episode-started').length,
    windows: [...windows].sort((a, b) => a - b),
    flagged,
    events,
  };
}

type EpisodeEvent = Exclude<ClinicalEvent, { kind: 'window-due' }>;

function applyTo(episodes: Map<string, FinalEpisode>, event: EpisodeEvent): void {
  const { episodeId } = event;
  if (event.kind === 'episode-started') {
    const { rule, start, raisedAt, priority, unconfirmed } = event;
    episodes.set(episodeId, { rule, start, raisedAt, end: null, reason: null, priority, unconfirmed });
    return;
  }
  const known = episodes.get(episodeId);
  if (known === undefined) throw new Error(`${episodeId} changed before it started`);
  if (event.kind === 'episode-escalated' || event.kind === 'episode-scored') {
    episodes.set(episodeId, { ...known, priority: event.priority, unconfirmed: event.unconfirmed });
  } else if (event.kind === 'episode-ended') {
    episodes.set(episodeId, { ...known, end: event.end, reason: event.reason });
  } else if (event.status === 'open' || event.status === 'ended') {
    const { start, raisedAt, end, reason } = event;
    episodes.set(episodeId, { ...known, start, raisedAt, end, reason });
  } else {
    episodes.delete(episodeId);
  }
}

export const byStart = (a: FinalEpisode, b: FinalEpisode): number =>
  a.start - b.start || (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : a.raisedAt - b.raisedAt);

/** When something came out, without how serious it was: with late readings that may have been more. */
export const timesOf = (episodes: readonly FinalEpisode[]) =>
  episodes.map(({ rule, start, raisedAt, end, reason }) => ({ rule, start, raisedAt, end, reason }));

/** Processes readings in the order given, in groups of such sizes in turn, with the state through JSON between groups, and flushes. */
export function replay(
  readings: readonly ClinicalReading[],
  groupSizes: number | readonly number[],
  overrides: ClinicalOverrides = {},
  settings = NO_SETTINGS,
): Outcome {
  const sizes = typeof groupSizes === 'number' ? [groupSizes] : groupSizes;
  let state: PatientState = initialState(PATIENT, overrides);
  const results: ProcessingResult[] = [];
  for (let i = 0, n = 0; i < readings.length; n++) {
    const size = sizes[n % sizes.length] ?? 1;
    const result = processReadings(state, readings.slice(i, i + size), settings);
    state = JSON.parse(JSON.stringify(result.state)) as PatientState;
    results.push(result);
    i += size;
  }
  results.push(flush(state, settings));
  return outcomeOf(results);
}
