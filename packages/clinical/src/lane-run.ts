import type { ClinicalConfig } from './config.js';
import type { Transition } from './episode.js';
import type { ClinicalEvent, EpisodeRevised, RuleName } from './events.js';
import type { KnownEpisode, Lane, LaneItem, LaneKind, PastEpisode } from './lane.js';
import { MAX_LANE_ITEMS, MAX_PAST_EPISODES } from './limits.js';

/** Where a run of a lane puts what it finds. */
export interface LaneSink<Item> {
  readonly patientId: string;
  readonly config: ClinicalConfig;
  readonly events: ClinicalEvent[];
  /** An item's plausibility changed because a late one came before it. */
  rejudged(item: Item): void;
}

type Ended = Extract<Transition, { kind: 'ended' }>;
interface FreshEpisode {
  readonly rule: RuleName;
  readonly start: number;
  readonly raisedAt: number;
  end: number | null;
  reason: Ended['reason'] | null;
}

const overlaps = (a: PastEpisode, b: PastEpisode): boolean =>
  a.rule === b.rule && a.start <= (b.end ?? Infinity) && b.start <= (a.end ?? Infinity);

/**
 * A private, changeable copy of a lane for the length of one call; `finish` gives the lane's next state. `elsewhere`
 * names episodes raised by another lane: one that starts inside them is the same emergency.
 */
export class LaneRun<Item extends LaneItem, Context> {
  readonly #kind: LaneKind<Item, Context>;
  readonly #sink: LaneSink<Item>;
  readonly #elsewhere: readonly PastEpisode[];
  #checkpoint: Context;
  #before: Context;
  #head: Context;
  #items: Item[];
  #floorT: number | null;
  #known: KnownEpisode[];
  #past: PastEpisode[];
  #pending: Ended[];
  #lastStarted: boolean;
  #settledEarly: boolean;
  /** Episodes started in this run, by their place in the sink's events: evidence is gathered when the run is over. */
  readonly #started = new Map<number, KnownEpisode>();

  constructor(
    lane: Lane<Item, Context>,
    kind: LaneKind<Item, Context>,
    sink: LaneSink<Item>,
    elsewhere: readonly PastEpisode[] = [],
  ) {
    this.#kind = kind;
    this.#sink = sink;
    this.#elsewhere = elsewhere;
    this.#checkpoint = lane.checkpoint;
    this.#before = lane.before;
    this.#head = lane.head;
    this.#items = lane.items.slice();
    this.#floorT = lane.floorT;
    this.#known = lane.known.slice();
    this.#past = lane.past.slice();
    this.#pending = lane.pending.slice();
    this.#lastStarted = lane.lastStarted;
    this.#settledEarly = lane.settledEarly;
  }

  /** Whether an item of time `t` can still be put in its place. */
  reaches(t: number): boolean {
    if (this.#floorT !== null && t <= this.#floorT) return false;
    const last = this.#items.at(-1);
    return last === undefined || t >= last.t - this.#kind.horizonMs;
  }

  /** Every episode this lane remembers. */
  episodes(): PastEpisode[] {
    return [...this.#past, ...this.#known];
  }

  /** The item that stands where `probe` would, if there is one. */
  find(probe: Item): Item | undefined {
    const last = this.#items.at(-1);
    if (last === undefined || this.#kind.compare(probe, last) > 0) return undefined;
    const found = this.#items[this.#place(probe)];
    return found !== undefined && this.#kind.compare(found, probe) === 0 ? found : undefined;
  }

  /** Puts a new item in its place; returns it as judged there. */
  add(item: Item): Item {
    const last = this.#items.at(-1);
    if (last === undefined || this.#kind.compare(item, last) > 0) return this.#append(item);
    const place = this.#place(item);
    this.#items.splice(place, 0, item);
    this.#rerun();
    const judged = this.#items[place] ?? item;
    this.#trim(last.t);
    return judged;
  }

  /** Puts `item` in the place of the one that `find` found there. */
  replace(item: Item): void {
    const place = this.#place(item);
    this.#items[place] = item;
    if (place < this.#items.length - 1 || this.#settledEarly) return this.#rerun();
    const out: Transition[] = [];
    const head = this.#kind.advance(this.#before, item, this.#sink.config, out);
    const started = out.find((transition) => transition.kind === 'started');
    if (started === undefined && this.#lastStarted) return this.#rerun();
    this.#head = head;
    this.#pending = out.filter(isRecovery);
    if (started !== undefined && !this.#lastStarted) {
      this.#lastStarted = true;
      this.#raise({ ...started, end: null, reason: null });
    }
  }

  /** Lets pending recoveries count: the last item's time is taken to be complete. */
  settle(): void {
    if (this.#pending.length === 0) return;
    this.#settlePending();
    this.#settledEarly = true;
  }

  finish(): Lane<Item, Context> {
    for (const [index, known] of this.#started) {
      const { evidence, news2 } = this.#kind.evidence(
        this.#items,
        known.start,
        known.raisedAt,
        this.#sink.config,
      );
      const { id: episodeId, rule, start, raisedAt } = known;
      this.#sink.events[index] = {
        kind: 'episode-started',
        episodeId,
        rule,
        start,
        raisedAt,
        evidence,
        news2,
      };
    }
    this.#started.clear();
    return {
      checkpoint: this.#checkpoint,
      before: this.#before,
      head: this.#head,
      items: this.#items,
      floorT: this.#floorT,
      known: this.#known,
      past: this.#past,
      pending: this.#pending,
      lastStarted: this.#lastStarted,
      settledEarly: this.#settledEarly,
    };
  }

  #append(item: Item): Item {
    this.#settlePending();
    this.#settledEarly = false;
    this.#before = this.#head;
    const judged = this.#kind.judge(this.#before, item);
    const out: Transition[] = [];
    this.#head = this.#kind.advance(this.#before, judged, this.#sink.config, out);
    this.#items.push(judged);
    this.#lastStarted = false;
    for (const transition of out) {
      if (transition.kind === 'started') {
        this.#lastStarted = true;
        this.#raise({ ...transition, end: null, reason: null });
      } else if (this.#kind.growingItems && isRecovery(transition)) {
        this.#pending.push(transition);
      } else {
        this.#end(transition);
      }
    }
    this.#trim(judged.t);
    return judged;
  }

  /** Runs the rules again over all items and says what came out differently. */
  #rerun(): void {
    const { config } = this.#sink;
    let context = this.#checkpoint;
    const fresh: FreshEpisode[] = this.#kind
      .open(context)
      .map((episode) => ({ ...episode, end: null, reason: null }));
    this.#pending = [];
    this.#settledEarly = false;
    const lastIndex = this.#items.length - 1;
    this.#items = this.#items.map((item, index) => {
      const judged = this.#kind.judge(context, item);
      if (judged !== item) this.#sink.rejudged(judged);
      const out: Transition[] = [];
      this.#before = context;
      context = this.#kind.advance(context, judged, config, out);
      this.#lastStarted = false;
      for (const transition of out) {
        if (transition.kind === 'started') {
          this.#lastStarted = true;
          fresh.push({ ...transition, end: null, reason: null });
        } else if (this.#kind.growingItems && index === lastIndex && isRecovery(transition)) {
          this.#pending.push(transition);
        } else {
          const open = fresh.findLast((episode) => episode.rule === transition.rule);
          if (open !== undefined) {
            open.end = transition.end;
            open.reason = transition.reason;
          }
        }
      }
      return judged;
    });
    this.#head = context;
    this.#reconcile(fresh);
  }

  #reconcile(fresh: readonly FreshEpisode[]): void {
    const before = this.#known;
    this.#known = [];
    const matched = new Set<KnownEpisode>();
    const unknown: FreshEpisode[] = [];
    for (const episode of fresh) {
      const same = before.filter((known) => !matched.has(known) && overlaps(known, episode));
      for (const known of same) matched.add(known);
      const [first, ...others] = same;
      if (first === undefined) unknown.push(episode);
      else this.#revise(first, episode);
      for (const other of others) this.#say(other, 'merged', first?.id ?? null);
    }
    for (const known of before) {
      if (!matched.has(known)) this.#say(known, 'withdrawn', null);
    }
    // Last, so that the ids of those that stand are known.
    for (const episode of unknown) this.#raise(episode);
    this.#known.sort((a, b) => a.start - b.start);
  }

  #revise(known: KnownEpisode, { start, raisedAt, end, reason }: FreshEpisode): void {
    const revised: KnownEpisode = { ...known, start, raisedAt, end, reason };
    this.#known.push(revised);
    const isSameStart = known.start === start && known.raisedAt === raisedAt;
    if (isSameStart && known.end === end) return;
    if (isSameStart && known.end === null && end !== null && reason !== null) {
      this.#sayEnded(revised, end, reason);
    } else {
      this.#say(revised, end === null ? 'open' : 'ended', null);
    }
  }

  #raise(episode: FreshEpisode): void {
    const { rule, start, raisedAt, end, reason } = episode;
    const silent = this.#elsewhere.some((other) => overlaps(other, { rule, start, end: start }));
    const id = this.#idOf(rule, start);
    const known: KnownEpisode = { id, rule, start, raisedAt, end, reason, silent };
    this.#known.push(known);
    if (silent) return;
    this.#started.set(this.#sink.events.length, known);
    this.#sink.events.push({
      kind: 'episode-started',
      episodeId: id,
      rule,
      start,
      raisedAt,
      evidence: [],
      news2: null,
    });
    if (end !== null && reason !== null) this.#sayEnded(known, end, reason);
  }

  /** An episode whose start was revised keeps its id; another that turns out to start there gets a number. */
  #idOf(rule: RuleName, start: number): string {
    const id = `${this.#sink.patientId}/${rule}/${start}`;
    let unused = id;
    for (let n = 2; this.#known.some((known) => known.id === unused); n++) unused = `${id}/${n}`;
    return unused;
  }

  #end({ rule, end, reason }: Ended): void {
    const index = this.#known.findLastIndex((known) => known.rule === rule && known.end === null);
    const known = this.#known[index];
    if (known === undefined) return;
    this.#known[index] = { ...known, end, reason };
    this.#sayEnded(known, end, reason);
  }

  #settlePending(): void {
    if (this.#pending.length === 0) return;
    for (const transition of this.#pending) this.#end(transition);
    this.#pending = [];
  }

  #sayEnded(known: KnownEpisode, end: number, reason: Ended['reason']): void {
    if (known.silent) return;
    const { id: episodeId, rule, start } = known;
    this.#sink.events.push({ kind: 'episode-ended', episodeId, rule, start, end, reason });
  }

  #say(known: KnownEpisode, status: EpisodeRevised['status'], mergedInto: string | null): void {
    if (known.silent) return;
    const { id: episodeId, rule, start, raisedAt, end, reason } = known;
    this.#sink.events.push({
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

  /** Index of the first item that is not before `item`. */
  #place(item: Item): number {
    let low = 0;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const at = this.#items[middle];
      if (at !== undefined && this.#kind.compare(at, item) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Lets the checkpoint swallow what is out of reach. */
  #trim(newestT: number): void {
    const oldestT = newestT - this.#kind.horizonMs;
    let first = this.#items[0];
    if (first === undefined || (first.t >= oldestT && this.#items.length <= MAX_LANE_ITEMS)) return;
    let swallowed = 0;
    while (
      first !== undefined &&
      swallowed < this.#items.length - 1 &&
      (first.t < oldestT || this.#items.length - swallowed > MAX_LANE_ITEMS)
    ) {
      this.#checkpoint = this.#kind.advance(this.#checkpoint, first, this.#sink.config, []);
      this.#floorT = first.t;
      first = this.#items[++swallowed];
    }
    this.#items.splice(0, swallowed);
    this.#forget();
  }

  /** Episodes that the checkpoint knows to be over can no longer change. */
  #forget(): void {
    const floorT = this.#floorT;
    if (floorT === null) return;
    // A gap shows only at the measurement after it, a recovery at the one that completes it.
    const isPast = ({ end, reason }: KnownEpisode): boolean =>
      end !== null && (reason === 'gap' ? end < floorT : end <= floorT);
    if (!this.#known.some(isPast)) return;
    for (const known of this.#known) {
      if (isPast(known)) this.#past.push({ rule: known.rule, start: known.start, end: known.end });
    }
    this.#known = this.#known.filter((known) => !isPast(known));
    this.#past.splice(0, this.#past.length - MAX_PAST_EPISODES);
  }
}

const isRecovery = (transition: Transition): transition is Ended =>
  transition.kind === 'ended' && transition.reason === 'recovered';
