import type { ConfigAt } from '../settings/history.js';
import type { Stream, StreamItem } from './stream.js';
import type { Transition } from './transition.js';

/** Items from one kept context to the next: what a late item costs at least, against the memory of a context. */
const CONTEXT_EVERY = 16;

/** The context before an item. Positions count from the first item that a trail has ever had. */
interface Waypoint<Context> {
  readonly position: number;
  readonly context: Context;
}

/**
 * What the rules made of a stream's items on the way: some of the contexts between them, and every transition. With it, a late
 * item makes the rules run again from shortly before its place; without it, from the checkpoint, with the same outcome.
 */
export class Trail<Context> {
  #waypoints: Waypoint<Context>[] = [];
  #outs: { readonly position: number; readonly out: readonly Transition[] }[] = [];
  /** Position of the stream's first item. */
  #first = 0;

  /** The item at `index`, the next one, brought about `out`; `before` is the context before it. */
  add(index: number, before: Context, out: readonly Transition[]): void {
    const position = this.#first + index;
    const last = this.#waypoints.at(-1);
    if (last === undefined || position - last.position >= CONTEXT_EVERY) {
      this.#waypoints.push({ position, context: before });
    }
    if (out.length > 0) this.#outs.push({ position, out });
  }

  /** Forgets what came of the items from the last waypoint at or before `index` on. Undefined: there is none. */
  rewind(index: number): { readonly index: number; readonly context: Context } | undefined {
    const position = this.#first + index;
    this.#waypoints = this.#waypoints.slice(
      0,
      this.#waypoints.findLastIndex((w) => w.position <= position) + 1,
    );
    const waypoint = this.#waypoints.at(-1);
    const from = waypoint?.position ?? this.#first;
    this.#outs = this.#outs.filter((known) => known.position < from);
    return waypoint && { index: from - this.#first, context: waypoint.context };
  }

  /** Whatever the items up to here brought about. */
  transitions(): readonly Transition[] {
    return this.#outs.flatMap(({ out }) => out);
  }

  /** The last item, grown, brings about `out`. */
  replaceLast(index: number, out: readonly Transition[]): void {
    const position = this.#first + index;
    if (this.#outs.at(-1)?.position === position) this.#outs.pop();
    if (out.length > 0) this.#outs.push({ position, out });
  }

  /** The first `count` items are gone. */
  drop(count: number): void {
    this.#first += count;
    while ((this.#waypoints[0]?.position ?? Infinity) < this.#first) this.#waypoints.shift();
    while ((this.#outs[0]?.position ?? Infinity) < this.#first) this.#outs.shift();
  }
}

/** A stream in memory, with its trail. That is no part of the state, since it follows from it: JSON and copies go without. */
export class TrailedStream<Item extends StreamItem, Context> implements Stream<Item, Context> {
  readonly checkpoint: Context;
  readonly before: Context;
  readonly head: Context;
  readonly items: readonly Item[];
  readonly floorT: number | null;
  readonly known: Stream<Item, Context>['known'];
  readonly past: Stream<Item, Context>['past'];
  readonly lastOut: readonly Transition[];
  readonly isPending: boolean;
  readonly #configAt: ConfigAt;
  #trail: Trail<Context> | null;

  /** @param configAt the settings under which the trail was made */
  constructor(stream: Stream<Item, Context>, trail: Trail<Context> | null, configAt: ConfigAt) {
    this.checkpoint = stream.checkpoint;
    this.before = stream.before;
    this.head = stream.head;
    this.items = stream.items;
    this.floorT = stream.floorT;
    this.known = stream.known;
    this.past = stream.past;
    this.lastOut = stream.lastOut;
    this.isPending = stream.isPending;
    this.#trail = trail;
    this.#configAt = configAt;
  }

  /** Hands out a stream's trail, once, for it goes on with the stream; null if there is none under these settings. */
  static takeTrail<Item extends StreamItem, Context>(
    stream: Stream<Item, Context>,
    configAt: ConfigAt,
  ): Trail<Context> | null {
    if (stream.items.length === 0) return new Trail<Context>();
    if (!isTrailed(stream)) return null;
    const trail = stream.#trail;
    stream.#trail = null;
    return stream.#configAt === configAt ? trail : null;
  }
}

const isTrailed = <Item extends StreamItem, Context>(
  stream: Stream<Item, Context>,
): stream is TrailedStream<Item, Context> => stream instanceof TrailedStream;
