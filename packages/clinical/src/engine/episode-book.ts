import { adds, isNews, joined, type Level } from '../model/alarm.js';
import {
  typeOfRule,
  type ClinicalEvent,
  type EpisodeEndReason,
  type EpisodeEscalated,
  type EpisodeRevised,
  type EpisodeScored,
  type EpisodeStarted,
  type Evidence,
  type RuleName,
} from '../model/events.js';
import { MAX_PAST_EPISODES } from '../model/limits.js';
import type { News2Score } from '../model/news2-score.js';
import type { KnownEpisode, PastEpisode } from './stream.js';
import type { Ended, Escalated, Started } from './transition.js';

/** An episode as the rules find it now, before it is compared with what was emitted. */
export interface FoundEpisode {
  readonly rule: RuleName;
  readonly start: number;
  readonly raisedAt: number;
  level: Level;
  /** When it came to its level. */
  levelAt: number;
  end: number | null;
  reason: EpisodeEndReason | null;
  endedAt: number | null;
}

export const foundOf = ({ rule, start, raisedAt, level }: Omit<Started, 'kind'>): FoundEpisode => ({
  ...{ rule, start, raisedAt, level, levelAt: raisedAt },
  ...{ end: null, reason: null, endedAt: null },
});

/** What an alarm rests on. */
export interface AlarmBasis {
  readonly evidence: readonly Evidence[];
  readonly news2: News2Score | null;
}

const NO_BASIS: AlarmBasis = { evidence: [], news2: null };

interface SaidAlarm {
  readonly known: KnownEpisode;
  /** Rule times of the readings that it rests on: from, to. */
  readonly start: number;
  readonly raisedAt: number;
}

const alarmOf = ({ id: episodeId, rule, level, start }: KnownEpisode) => ({
  ...{ episodeId, rule, type: typeOfRule(rule), ...saidOf(level), start },
});

/** What an event says of a level: a total is in its score. */
const saidOf = ({ priority, unconfirmed, marks }: Level) => ({ priority, unconfirmed, marks });

type AlarmEvent = EpisodeStarted | EpisodeEscalated | EpisodeScored;

const isAlarm = (event: ClinicalEvent | undefined): event is AlarmEvent =>
  event?.kind === 'episode-started' ||
  event?.kind === 'episode-escalated' ||
  event?.kind === 'episode-scored';

const overlaps = (a: PastEpisode, b: PastEpisode): boolean =>
  a.rule === b.rule && a.start <= (b.end ?? Infinity) && b.start <= (a.end ?? Infinity);

export interface EpisodeBookOptions {
  readonly known: readonly KnownEpisode[];
  readonly past: readonly PastEpisode[];
  /** Episodes raised by another stream; one that starts inside them is the same emergency. */
  readonly elsewhere: readonly PastEpisode[];
  readonly patientId: string;
  /** Where events go. */
  readonly events: ClinicalEvent[];
  /** Whether what was measured at `t` is news no more. */
  readonly isLate: (t: number) => boolean;
}

/** The episodes of a stream during one call: what was emitted of them, and the events by which that changes. */
export class EpisodeBook {
  readonly #patientId: string;
  readonly #events: ClinicalEvent[];
  readonly #elsewhere: readonly PastEpisode[];
  readonly #isLate: (t: number) => boolean;
  /** Alarms of this call, by the index of their event, with the time of what they rest on. */
  readonly #said = new Map<number, SaidAlarm>();
  #known: KnownEpisode[];
  #past: PastEpisode[];

  constructor({ known, past, elsewhere, patientId, events, isLate }: EpisodeBookOptions) {
    this.#known = known.slice();
    this.#past = past.slice();
    this.#elsewhere = elsewhere;
    this.#patientId = patientId;
    this.#events = events;
    this.#isLate = isLate;
  }

  get known(): readonly KnownEpisode[] {
    return this.#known;
  }

  get past(): readonly PastEpisode[] {
    return this.#past;
  }

  raise(episode: FoundEpisode): void {
    const { rule, start, raisedAt, level, end, reason, endedAt } = episode;
    const silent = this.#elsewhere.some((other) => overlaps(other, { rule, start, end: start }));
    const id = this.#idOf(rule, start);
    const known: KnownEpisode = { id, rule, start, raisedAt, level, end, reason, endedAt, silent };
    this.#known.push(known);
    if (silent) return;
    const late = this.#isLate(raisedAt);
    this.#said.set(this.#events.length, { known, start, raisedAt });
    this.#events.push({ kind: 'episode-started', ...alarmOf(known), raisedAt, late, ...NO_BASIS });
    if (end !== null && reason !== null) this.#emitEnded(known, end, reason);
  }

  escalate({ rule, at, level }: Escalated): void {
    const index = this.#openOf(rule);
    const known = this.#known[index];
    if (known === undefined || !adds(known.level, level)) return;
    this.#known[index] = this.#emitEscalated(known, at, level);
  }

  end({ rule, end, reason, at }: Ended): void {
    const index = this.#openOf(rule);
    const known = this.#known[index];
    if (known === undefined) return;
    this.#known[index] = { ...known, end, reason, endedAt: at };
    this.#emitEnded(known, end, reason);
  }

  /** Replaces what is known by what the rules find now, and emits the difference. `found` is in the order of starts. */
  reconcile(found: readonly FoundEpisode[]): void {
    const before = this.#known;
    this.#known = [];
    const matched = new Set<KnownEpisode>();
    const unknown: FoundEpisode[] = [];
    for (const episode of found) {
      const same = before.filter((known) => !matched.has(known) && overlaps(known, episode));
      for (const known of same) matched.add(known);
      const [first, ...others] = same;
      if (first === undefined) unknown.push(episode);
      else this.#revise(first, episode);
      for (const other of others) this.#emitRevised(other, 'merged', first?.id ?? null);
    }
    for (const known of before) {
      if (!matched.has(known)) this.#emitRevised(known, 'withdrawn', null);
    }
    // Last, so that the ids of those that stand are known.
    for (const episode of unknown) this.raise(episode);
    this.#known.sort((a, b) => a.start - b.start);
  }

  /** Episodes that are over for every measurement up to `floorT` can no longer change. */
  forget(floorT: number): void {
    const isPast = ({ endedAt }: KnownEpisode): boolean => endedAt !== null && endedAt <= floorT;
    if (!this.#known.some(isPast)) return;
    for (const known of this.#known) {
      if (isPast(known)) this.#past.push({ rule: known.rule, start: known.start, end: known.end });
    }
    this.#known = this.#known.filter((known) => !isPast(known));
    this.#past = this.#past.slice(-MAX_PAST_EPISODES);
  }

  /** Completes the alarms of this call by what they rest on, once all that came with it is known. */
  describe(basisOf: (episode: Pick<FoundEpisode, 'rule' | 'start' | 'raisedAt'>) => AlarmBasis): void {
    for (const [index, { known, start, raisedAt }] of this.#said) {
      const event = this.#events[index];
      if (isAlarm(event))
        this.#events[index] = { ...event, ...basisOf({ rule: known.rule, start, raisedAt }) };
    }
    this.#said.clear();
  }

  #openOf(rule: RuleName): number {
    return this.#known.findLastIndex((known) => known.rule === rule && known.end === null);
  }

  /** An episode whose start was revised keeps its id; another that turns out to start there gets a number. */
  #idOf(rule: RuleName, start: number): string {
    const id = `${this.#patientId}/${rule}/${start}`;
    let unused = id;
    for (let n = 2; this.#known.some((known) => known.id === unused); n++) unused = `${id}/${n}`;
    return unused;
  }

  #revise(was: KnownEpisode, { start, raisedAt, level, levelAt, end, reason, endedAt }: FoundEpisode): void {
    const known = adds(was.level, level) ? this.#emitEscalated(was, levelAt, level) : was;
    const revised: KnownEpisode = { ...known, start, raisedAt, end, reason, endedAt };
    this.#known.push(revised);
    const isSameStart = known.start === start && known.raisedAt === raisedAt;
    if (isSameStart && known.end === end) return;
    if (isSameStart && known.end === null && end !== null && reason !== null) {
      this.#emitEnded(revised, end, reason);
    } else {
      this.#emitRevised(revised, end === null ? 'open' : 'ended', null);
    }
  }

  /** Says what `level` adds; the episode as it is then. An alarm of this very instant and call is said with it. */
  #emitEscalated(known: KnownEpisode, at: number, level: Level): KnownEpisode {
    const escalated: KnownEpisode = { ...known, level: joined(known.level, level) };
    if (known.silent) return escalated;
    const kind = isNews(known.level, level) ? 'episode-escalated' : 'episode-scored';
    for (const [index, said] of this.#said) {
      const event = this.#events[index];
      if (said.known.id !== known.id || said.raisedAt !== at || !isAlarm(event)) continue;
      const now = { ...event, ...saidOf(escalated.level) };
      this.#events[index] = now.kind === 'episode-scored' ? { ...now, kind } : now;
      return escalated;
    }
    this.#said.set(this.#events.length, { known: escalated, start: at, raisedAt: at });
    this.#events.push({ kind, ...alarmOf(escalated), at, ...NO_BASIS });
    return escalated;
  }

  #emitEnded(known: KnownEpisode, end: number, reason: EpisodeEndReason): void {
    if (known.silent) return;
    const { id: episodeId, rule, start } = known;
    this.#events.push({ kind: 'episode-ended', episodeId, rule, start, end, reason });
  }

  #emitRevised(known: KnownEpisode, status: EpisodeRevised['status'], mergedInto: string | null): void {
    if (known.silent) return;
    const { id: episodeId, rule, start, raisedAt, end, reason } = known;
    this.#events.push({
      kind: 'episode-revised',
      episodeId,
      rule,
      status,
      start,
      raisedAt,
      end,
      reason,
      mergedInto,
    });
  }
}
