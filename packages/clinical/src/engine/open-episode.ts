import { adds, joined, type Level } from '../model/alarm.js';
import type { EpisodeEndReason, RuleName } from '../model/events.js';
import type { Transition } from './transition.js';

/** An episode of a patient that lasts, made of the parts of its sources. */
export interface OpenEpisode {
  readonly start: number;
  readonly raisedAt: number;
  readonly level: Level;
  /** Newest end of a part that is over; null before the first. */
  readonly lastEnd: number | null;
}

/** A part has opened: the episode with it, unless it lasts already. */
export function openEpisode(
  episode: OpenEpisode | null,
  { rule, start, t, level }: { rule: RuleName; start: number; t: number; level: Level },
  out: Transition[],
): OpenEpisode {
  if (episode !== null) return escalate(episode, { rule, at: t, level }, out);
  out.push({ kind: 'started', rule, start, raisedAt: t, level });
  return { start, raisedAt: t, level, lastEnd: null };
}

/** The episode with what `level` adds to it. */
export function escalate(
  episode: OpenEpisode,
  { rule, at, level }: { rule: RuleName; at: number; level: Level },
  out: Transition[],
): OpenEpisode {
  if (!adds(episode.level, level)) return episode;
  const next = joined(episode.level, level);
  out.push({ kind: 'escalated', rule, at, level: next });
  return { ...episode, level: next };
}

/** A part has ended: the episode with its last one. */
export function closePart(
  episode: OpenEpisode,
  {
    rule,
    end,
    reason,
    at,
    isLast,
  }: { rule: RuleName; end: number; reason: EpisodeEndReason; at: number; isLast: boolean },
  out: Transition[],
): OpenEpisode | null {
  const lastEnd = Math.max(end, episode.lastEnd ?? end);
  if (!isLast) return { ...episode, lastEnd };
  out.push({ kind: 'ended', rule, start: episode.start, end: lastEnd, reason, at });
  return null;
}
