import type { ClinicalConfig } from './config.js';
import { EpisodeBook, type Ended, type FoundEpisode } from './episode-book.js';
import type { Transition } from './episode.js';
import type { ClinicalEvent } from './events.js';
import type { Stream, StreamItem, StreamKind, PastEpisode } from './stream.js';
import { MAX_STREAM_ITEMS } from './limits.js';

/** Where a run of a stream puts what it finds. */
export interface StreamSink<Item> {
  readonly patientId: string;
  readonly config: ClinicalConfig;
  readonly events: ClinicalEvent[];
  /** An item's plausibility changed because a late one came before it. */
  rejudged(item: Item): void;
}

/** A private, changeable copy of a stream for the length of one call; `finish` gives the stream's next state. */
export class StreamRun<Item extends StreamItem, Context> {
  readonly #kind: StreamKind<Item, Context>;
  readonly #sink: StreamSink<Item>;
  readonly #book: EpisodeBook;
  #checkpoint: Context;
  #before: Context;
  #head: Context;
  #items: Item[];
  #floorT: number | null;
  #pending: readonly Ended[];
  #lastStarted: boolean;
  #settledEarly: boolean;

  constructor(
    stream: Stream<Item, Context>,
    kind: StreamKind<Item, Context>,
    sink: StreamSink<Item>,
    elsewhere: readonly PastEpisode[] = [],
  ) {
    this.#kind = kind;
    this.#sink = sink;
    this.#book = new EpisodeBook({
      known: stream.known,
      past: stream.past,
      elsewhere,
      patientId: sink.patientId,
      events: sink.events,
    });
    this.#checkpoint = stream.checkpoint;
    this.#before = stream.before;
    this.#head = stream.head;
    this.#items = stream.items.slice();
    this.#floorT = stream.floorT;
    this.#pending = stream.pending;
    this.#lastStarted = stream.lastStarted;
    this.#settledEarly = stream.settledEarly;
  }

  /** Whether an item of time `t` can still be inserted. */
  reaches(t: number): boolean {
    if (this.#floorT !== null && t <= this.#floorT) return false;
    const last = this.#items.at(-1);
    return last === undefined || t >= last.t - this.#kind.horizonMs;
  }

  /** Every episode this stream remembers. */
  episodes(): PastEpisode[] {
    return [...this.#book.past, ...this.#book.known];
  }

  /** The item that stands where `probe` would, if there is one. */
  find(probe: Item): Item | undefined {
    const last = this.#items.at(-1);
    if (last === undefined || this.#kind.compare(probe, last) > 0) return undefined;
    const found = this.#items[this.#indexOf(probe)];
    return found !== undefined && this.#kind.compare(found, probe) === 0 ? found : undefined;
  }

  /** Inserts a new item in order; returns it as judged there. */
  add(item: Item): Item {
    const last = this.#items.at(-1);
    if (last === undefined || this.#kind.compare(item, last) > 0) return this.#append(item);
    const index = this.#indexOf(item);
    this.#items.splice(index, 0, item);
    this.#rerun();
    const judged = this.#items[index] ?? item;
    this.#trim(last.t);
    return judged;
  }

  /** Replaces the item that `find` found by `item`. */
  replace(item: Item): void {
    const index = this.#indexOf(item);
    this.#items[index] = item;
    if (index < this.#items.length - 1 || this.#settledEarly) return this.#rerun();
    const out: Transition[] = [];
    const head = this.#kind.advance(this.#before, item, this.#sink.config, out);
    const started = out.find((transition) => transition.kind === 'started');
    if (started === undefined && this.#lastStarted) return this.#rerun();
    this.#head = head;
    this.#pending = out.filter(isRecovery);
    if (started !== undefined && !this.#lastStarted) {
      this.#lastStarted = true;
      this.#book.raise(foundNow(started));
    }
  }

  /** Lets pending recoveries count: the last item's time is taken to be complete. */
  settle(): void {
    if (this.#pending.length === 0) return;
    this.#settlePending();
    this.#settledEarly = true;
  }

  finish(): Stream<Item, Context> {
    this.#describe();
    return {
      checkpoint: this.#checkpoint,
      before: this.#before,
      head: this.#head,
      items: this.#items,
      floorT: this.#floorT,
      known: this.#book.known,
      past: this.#book.past,
      pending: this.#pending,
      lastStarted: this.#lastStarted,
      settledEarly: this.#settledEarly,
    };
  }

  #describe(): void {
    this.#book.describe(({ start, raisedAt }) =>
      this.#kind.evidence(this.#items, start, raisedAt, this.#sink.config),
    );
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
        this.#book.raise(foundNow(transition));
      } else if (this.#waits(transition)) {
        this.#pending = [transition];
      } else {
        this.#book.end(transition);
      }
    }
    this.#trim(judged.t);
    return judged;
  }

  /** Runs the rules again over all items and emits what came out differently. */
  #rerun(): void {
    let context = this.#checkpoint;
    const found: FoundEpisode[] = this.#kind
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
      context = this.#kind.advance(context, judged, this.#sink.config, out);
      this.#lastStarted = false;
      for (const transition of out) {
        if (transition.kind === 'started') {
          this.#lastStarted = true;
          found.push(foundNow(transition));
        } else if (index === lastIndex && this.#waits(transition)) {
          this.#pending = [transition];
        } else {
          const open = found.findLast(({ rule }) => rule === transition.rule);
          if (open !== undefined) Object.assign(open, { end: transition.end, reason: transition.reason });
        }
      }
      return judged;
    });
    this.#head = context;
    this.#book.reconcile(found);
  }

  /** A recovery by an item that may still grow. */
  #waits(transition: Transition): transition is Ended {
    return this.#kind.growingItems && isRecovery(transition);
  }

  #settlePending(): void {
    if (this.#pending.length === 0) return;
    for (const transition of this.#pending) this.#book.end(transition);
    this.#pending = [];
  }

  /** Index of the first item that is not before `item`. */
  #indexOf(item: Item): number {
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
    if (first === undefined || (first.t >= oldestT && this.#items.length <= MAX_STREAM_ITEMS)) return;
    // A long call raises emergencies whose evidence goes out of reach before it ends.
    this.#describe();
    let swallowed = 0;
    while (
      first !== undefined &&
      swallowed < this.#items.length - 1 &&
      (first.t < oldestT || this.#items.length - swallowed > MAX_STREAM_ITEMS)
    ) {
      this.#checkpoint = this.#kind.advance(this.#checkpoint, first, this.#sink.config, []);
      this.#floorT = first.t;
      first = this.#items[++swallowed];
    }
    this.#items.splice(0, swallowed);
    if (this.#floorT !== null) this.#book.forget(this.#floorT);
  }
}

const isRecovery = (transition: Transition): transition is Ended =>
  transition.kind === 'ended' && transition.reason === 'recovered';

const foundNow = ({ rule, start, raisedAt }: Extract<Transition, { kind: 'started' }>): FoundEpisode => ({
  rule,
  start,
  raisedAt,
  end: null,
  reason: null,
});
