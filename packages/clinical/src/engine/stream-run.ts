import type { ClinicalEvent, RuleName } from '../model/events.js';
import { MAX_STREAM_ITEMS } from '../model/limits.js';
import { adds, joined } from '../model/alarm.js';
import type { ConfigAt } from '../settings/history.js';
import { EpisodeBook, foundOf, type FoundEpisode } from './episode-book.js';
import { isOpenAlarm, type PastEpisode, type Stream, type StreamItem, type StreamKind } from './stream.js';
import { Trail, TrailedStream } from './trail.js';
import type { Ended, Escalated, Transition } from './transition.js';

/** Where a run of a stream puts what it finds. */
export interface StreamSink<Item> {
  readonly patientId: string;
  /** What is in force at a rule time. */
  readonly configAt: ConfigAt;
  readonly events: ClinicalEvent[];
  /** Whether what was measured at `t` is news no more. */
  isLate(t: number): boolean;
  /** An item has other flags because a late one came before it. */
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
  #lastOut: readonly Transition[];
  #isPending: boolean;
  /** Null: not known, until the rules run from the checkpoint. */
  #trail: Trail<Context> | null;

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
      isLate: (t) => sink.isLate(t),
    });
    this.#checkpoint = stream.checkpoint;
    this.#before = stream.before;
    this.#head = stream.head;
    this.#items = stream.items.slice();
    this.#floorT = stream.floorT;
    this.#lastOut = stream.lastOut;
    this.#isPending = stream.isPending;
    this.#trail = TrailedStream.takeTrail(stream, sink.configAt);
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

  /** Whether an alarm about the patient lasts. */
  hasOpen(): boolean {
    return this.#book.known.some(isOpenAlarm);
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
    this.#rerun(index);
    const judged = this.#items[index] ?? item;
    this.#trim(last.t);
    return judged;
  }

  /** Replaces the item that `find` found by `item`; returns it as judged there. */
  replace(item: Item): Item {
    const index = this.#indexOf(item);
    this.#items[index] = item;
    if (index < this.#items.length - 1) {
      this.#rerun(index);
      return this.#items[index] ?? item;
    }
    const judged = this.#kind.judge(this.#before, item);
    this.#items[index] = judged;
    const out: Transition[] = [];
    const head = this.#advance(this.#before, judged, out);
    if (!this.#onlyAdds(out)) {
      this.#rerun(index);
      return judged;
    }
    this.#trail?.replaceLast(index, out);
    this.#head = head;
    const wasStarted = new Set(this.#lastOut.flatMap((was) => (was.kind === 'started' ? [was.rule] : [])));
    this.#lastOut = out;
    this.#isPending = this.#kind.growingItems && out.some(isRecovery);
    for (const transition of out) {
      if (transition.kind === 'ended') continue;
      if (transition.kind === 'started' && !wasStarted.has(transition.rule)) {
        this.#book.raise(foundOf(transition));
      } else this.#book.escalate(asEscalated(transition));
    }
    return judged;
  }

  /** Lets recoveries count that wait: the last item's time is taken to be complete. */
  settle(): void {
    if (!this.#isPending) return;
    this.#isPending = false;
    for (const transition of this.#lastOut) if (isRecovery(transition)) this.#book.end(transition);
  }

  finish(): Stream<Item, Context> {
    this.describe();
    const stream: Stream<Item, Context> = {
      checkpoint: this.#checkpoint,
      before: this.#before,
      head: this.#head,
      items: this.#items,
      floorT: this.#floorT,
      known: this.#book.known,
      past: this.#book.past,
      lastOut: this.#lastOut,
      isPending: this.#isPending,
    };
    return new TrailedStream(stream, this.#trail, this.#sink.configAt);
  }

  /**
   * Whether the last item, grown, brings about what it did before, and possibly more to raise. Recoveries that still wait
   * may come and go.
   */
  #onlyAdds(out: readonly Transition[]): boolean {
    const wasEnded = this.#lastOut.filter(
      (was) => was.kind === 'ended' && !(this.#isPending && isRecovery(was)),
    );
    const isEnded = out.filter((is) => is.kind === 'ended' && !(this.#kind.growingItems && isRecovery(is)));
    const isStarted = (was: Transition): boolean =>
      was.kind !== 'started' ||
      out.some((is) => is.kind === 'started' && is.rule === was.rule && is.start === was.start);
    return JSON.stringify(wasEnded) === JSON.stringify(isEnded) && this.#lastOut.every(isStarted);
  }

  /** Completes the alarms so far by what they rest on: no more is to come of what came with them. */
  describe(): void {
    const stream = { checkpoint: this.#checkpoint, items: this.#items };
    this.#book.describe((episode) => this.#kind.evidence(stream, episode, this.#sink.configAt));
  }

  #advance(context: Context, item: Item, out: Transition[]): Context {
    return this.#kind.advance(context, item, this.#sink.configAt(item.t), out);
  }

  #append(item: Item): Item {
    this.settle();
    this.#before = this.#head;
    const judged = this.#kind.judge(this.#before, item);
    const out: Transition[] = [];
    this.#head = this.#advance(this.#before, judged, out);
    this.#trail?.add(this.#items.length, this.#before, out);
    this.#items.push(judged);
    this.#lastOut = out;
    for (const transition of out) {
      if (transition.kind === 'started') this.#book.raise(foundOf(transition));
      else if (transition.kind === 'escalated') this.#book.escalate(transition);
      else if (this.#kind.growingItems && isRecovery(transition)) this.#isPending = true;
      else this.#book.end(transition);
    }
    this.#trim(judged.t);
    return judged;
  }

  /** Runs the rules again over the items from `index` on, and emits what came out differently. */
  #rerun(index: number): void {
    const rewound = this.#trail?.rewind(index);
    const trail = (this.#trail ??= new Trail());
    let context = rewound?.context ?? this.#checkpoint;
    const found: FoundEpisode[] = this.#kind.open(this.#checkpoint).map(foundOf);
    for (const transition of trail.transitions()) noteFound(found, transition);
    this.#isPending = false;
    const lastIndex = this.#items.length - 1;
    let at = rewound?.index ?? 0;
    for (const item of this.#items.slice(at)) {
      const judged = this.#kind.judge(context, item);
      if (judged !== item) this.#sink.rejudged(judged);
      this.#items[at] = judged;
      const out: Transition[] = [];
      this.#before = context;
      context = this.#advance(context, judged, out);
      this.#lastOut = out;
      trail.add(at, this.#before, out);
      for (const transition of out) {
        if (transition.kind === 'ended' && at === lastIndex && this.#waits(transition)) {
          this.#isPending = true;
        } else noteFound(found, transition);
      }
      at++;
    }
    this.#head = context;
    this.#book.reconcile(found);
  }

  /** A recovery by an item that may still grow. */
  #waits(transition: Ended): boolean {
    return this.#kind.growingItems && isRecovery(transition);
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
    this.describe();
    let swallowed = 0;
    while (
      first !== undefined &&
      swallowed < this.#items.length - 1 &&
      (first.t < oldestT || this.#items.length - swallowed > MAX_STREAM_ITEMS)
    ) {
      this.#checkpoint = this.#advance(this.#checkpoint, first, []);
      this.#floorT = first.t;
      first = this.#items[++swallowed];
    }
    this.#items.splice(0, swallowed);
    this.#trail?.drop(swallowed);
    if (this.#floorT !== null) this.#book.forget(this.#floorT);
  }
}

const isRecovery = (transition: Transition): transition is Ended =>
  transition.kind === 'ended' && transition.reason === 'recovered';

const asEscalated = (transition: Exclude<Transition, Ended>): Escalated =>
  transition.kind === 'escalated'
    ? transition
    : { kind: 'escalated', rule: transition.rule, at: transition.raisedAt, level: transition.level };

/** Writes down what a transition means for the episodes found so far. */
function noteFound(found: FoundEpisode[], transition: Transition): void {
  if (transition.kind === 'started') {
    found.push(foundOf(transition));
    return;
  }
  const open = lastOpen(found, transition.rule);
  if (open === undefined) return;
  if (transition.kind === 'ended') {
    const { end, reason, at } = transition;
    Object.assign(open, { end, reason, endedAt: at });
  } else if (adds(open.level, transition.level)) {
    Object.assign(open, { level: joined(open.level, transition.level), levelAt: transition.at });
  }
}

const lastOpen = (found: readonly FoundEpisode[], rule: RuleName): FoundEpisode | undefined =>
  found.findLast((episode) => episode.rule === rule && episode.end === null);
