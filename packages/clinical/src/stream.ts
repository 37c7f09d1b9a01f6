import type { ClinicalConfig } from './config.js';
import type { Transition } from './episode.js';
import type { EpisodeEndReason, Evidence, RuleName } from './events.js';
import type { News2Score } from './news2.js';

/** A measurement, or all parameters of one time. */
export interface StreamItem {
  readonly t: number;
}

/** An episode that was raised and may still change by late readings. */
export interface KnownEpisode {
  readonly id: string;
  readonly rule: RuleName;
  readonly start: number;
  readonly raisedAt: number;
  readonly end: number | null;
  readonly reason: EpisodeEndReason | null;
  /** Belongs to an emergency already raised elsewhere: no event. */
  readonly silent: boolean;
}

/** An episode out of reach of late readings. */
export interface PastEpisode {
  readonly rule: RuleName;
  readonly start: number;
  readonly end: number | null;
}

/**
 * A group of rules that share a context, over measured time. `items` are the newest measurements in order, `checkpoint` the rules' context
 * before the first of them, `before` and `head` the contexts before and after the last. In order, a measurement costs
 * one step of `head`. A late one is inserted in order and the rules run again from `checkpoint`, so that everything comes
 * out as if it had come in order; what differs from the events emitted before becomes revisions.
 */
export interface Stream<Item extends StreamItem, Context> {
  readonly checkpoint: Context;
  readonly before: Context;
  readonly head: Context;
  readonly items: readonly Item[];
  /** Measured time of the newest item that `checkpoint` has swallowed. Nothing at or before it can be inserted. */
  readonly floorT: number | null;
  readonly known: readonly KnownEpisode[];
  readonly past: readonly PastEpisode[];
  /** Recoveries that the last item completes unless more parameters of its time arrive. */
  readonly pending: readonly Extract<Transition, { kind: 'ended' }>[];
  /** The last item raised an episode. */
  readonly lastStarted: boolean;
  /** `pending` was settled although the last item may still get parameters. */
  readonly settledEarly: boolean;
}

/** What distinguishes one group of rules from another. */
export interface StreamKind<Item extends StreamItem, Context> {
  readonly initial: Context;
  /** Late items within this span of the newest are inserted in order. Milliseconds of measured time. */
  readonly horizonMs: number;
  /** Items grow parameter by parameter: a recovery counts only once the next item has come. */
  readonly growingItems: boolean;
  compare(a: Item, b: Item): number;
  /** The item as it must be seen after `context`: itself, or a copy with another plausibility. */
  judge(context: Context, item: Item): Item;
  advance(context: Context, item: Item, config: ClinicalConfig, out: Transition[]): Context;
  /** Episodes open in `context`. */
  open(context: Context): { rule: RuleName; start: number; raisedAt: number }[];
  /** What an episode's emergency rests on. */
  evidence(
    items: readonly Item[],
    start: number,
    raisedAt: number,
    config: ClinicalConfig,
  ): { evidence: Evidence[]; news2: News2Score | null };
}

export function emptyStream<Item extends StreamItem, Context>(
  kind: StreamKind<Item, Context>,
): Stream<Item, Context> {
  return {
    checkpoint: kind.initial,
    before: kind.initial,
    head: kind.initial,
    items: [],
    floorT: null,
    known: [],
    past: [],
    pending: [],
    lastStarted: false,
    settledEarly: false,
  };
}
