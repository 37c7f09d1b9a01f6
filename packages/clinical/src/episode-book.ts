import type { Transition } from './episode.js';
import type { ClinicalEvent, EpisodeEndReason, EpisodeRevised, Evidence, RuleName } from './events.js';
import type { KnownEpisode, PastEpisode } from './stream.js';
import { MAX_PAST_EPISODES } from './limits.js';
import type { News2Score } from './news2.js';

export type Ended = Extract<Transition, { kind: 'ended' }>;

/** An episode as the rules find it now, before it is compared with what was emitted. */
export interface FoundEpisode {
  readonly rule: RuleName;
  readonly start: number;
  readonly raisedAt: number;
  end: number | null;
  reason: EpisodeEndReason | null;
}

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
}

/** The episodes of a stream during one call: what was emitted of them, and the events by which that changes. */
export class EpisodeBook {
  readonly #patientId: string;
  readonly #events: ClinicalEvent[];
  readonly #elsewhere: readonly PastEpisode[];
  /** Episodes started in this call, by the index of their event. */
  readonly #started = new Map<number, KnownEpisode>();
  #known: KnownEpisode[];
  #past: PastEpisode[];

  constructor({ known, past, elsewhere, patientId, events }: EpisodeBookOptions) {
    this.#known = known.slice();
    this.#past = past.slice();
    this.#elsewhere = elsewhere;
    this.#patientId = patientId;
    this.#events = events;
  }

  get known(): readonly KnownEpisode[] {
    return this.#known;
  }

  get past(): readonly PastEpisode[] {
    return this.#past;
  }

  raise(episode: FoundEpisode): void {
    const { rule, start, raisedAt, end, reason } = episode;
    const silent = this.#elsewhere.some((other) => overlaps(other, { rule, start, end: start }));
    const id = this.#idOf(rule, start);
    const known: KnownEpisode = { id, rule, start, raisedAt, end, reason, silent };
    this.#known.push(known);
    if (silent) return;
    this.#started.set(this.#events.length, known);
    this.#emitStarted(known, this.#events.length, [], null);
    if (end !== null && reason !== null) this.#emitEnded(known, end, reason);
  }

  end({ rule, end, reason }: Ended): void {
    const index = this.#known.findLastIndex((known) => known.rule === rule && known.end === null);
    const known = this.#known[index];
    if (known === undefined) return;
    this.#known[index] = { ...known, end, reason };
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
    // A gap shows only at the measurement after it, a recovery at the one that completes it.
    const isPast = ({ end, reason }: KnownEpisode): boolean =>
      end !== null && (reason === 'gap' ? end < floorT : end <= floorT);
    if (!this.#known.some(isPast)) return;
    for (const known of this.#known) {
      if (isPast(known)) this.#past.push({ rule: known.rule, start: known.start, end: known.end });
    }
    this.#known = this.#known.filter((known) => !isPast(known));
    this.#past = this.#past.slice(-MAX_PAST_EPISODES);
  }

  /** Completes the events of episodes started in this call by what they rest on, once all that came with it is known. */
  describe(evidenceOf: (known: KnownEpisode) => { evidence: Evidence[]; news2: News2Score | null }): void {
    for (const [index, known] of this.#started) {
      const { evidence, news2 } = evidenceOf(known);
      this.#emitStarted(known, index, evidence, news2);
    }
    this.#started.clear();
  }

  /** An episode whose start was revised keeps its id; another that turns out to start there gets a number. */
  #idOf(rule: RuleName, start: number): string {
    const id = `${this.#patientId}/${rule}/${start}`;
    let unused = id;
    for (let n = 2; this.#known.some((known) => known.id === unused); n++) unused = `${id}/${n}`;
    return unused;
  }

  #revise(known: KnownEpisode, { start, raisedAt, end, reason }: FoundEpisode): void {
    const revised: KnownEpisode = { ...known, start, raisedAt, end, reason };
    this.#known.push(revised);
    const isSameStart = known.start === start && known.raisedAt === raisedAt;
    if (isSameStart && known.end === end) return;
    if (isSameStart && known.end === null && end !== null && reason !== null) {
      this.#emitEnded(revised, end, reason);
    } else {
      this.#emitRevised(revised, end === null ? 'open' : 'ended', null);
    }
  }

  #emitStarted(known: KnownEpisode, index: number, evidence: Evidence[], news2: News2Score | null): void {
    const { id: episodeId, rule, start, raisedAt } = known;
    this.#events[index] = { kind: 'episode-started', episodeId, rule, start, raisedAt, evidence, news2 };
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
