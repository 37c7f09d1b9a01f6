import type { Level } from '../model/alarm.js';
import type { ClinicalConfig } from '../model/config.js';
import { typeOfRule, type EpisodeEndReason, type Evidence, type RuleName } from '../model/events.js';
import type { ReadingFlag } from '../model/flags.js';
import type { News2Score } from '../model/news2-score.js';
import type { ConfigAt } from '../settings/history.js';
import type { Transition } from './transition.js';

/** What was measured at one instant of rule time. */
export interface StreamItem {
  readonly t: number;
}

/** An episode that was raised and may still change by late readings. */
export interface KnownEpisode {
  readonly id: string;
  readonly rule: RuleName;
  readonly start: number;
  readonly raisedAt: number;
  /** Everything that was said of it. */
  readonly level: Level;
  readonly end: number | null;
  readonly reason: EpisodeEndReason | null;
  /** Time of the item that showed its end. */
  readonly endedAt: number | null;
  /** Belongs to an alarm already raised elsewhere: no event. */
  readonly silent: boolean;
}

/** Whether it is an alarm about the patient that lasts. */
export const isOpenAlarm = ({ rule, end, silent }: KnownEpisode): boolean =>
  end === null && !silent && typeOfRule(rule) === 'physiological';

/** An episode out of reach of late readings. */
export interface PastEpisode {
  readonly rule: RuleName;
  readonly start: number;
  readonly end: number | null;
}

/**
 * A group of rules that share a context, over rule time. `items` are the newest instants in order, `checkpoint` the rules' context
 * before the first of them, `before` and `head` the contexts before and after the last. In order, an instant costs
 * one step of `head`. A late one is inserted in order and the rules run again from `checkpoint`, so that everything comes
 * out as if it had come in order; what differs from the events emitted before becomes revisions.
 */
export interface Stream<Item extends StreamItem, Context> {
  readonly checkpoint: Context;
  readonly before: Context;
  readonly head: Context;
  readonly items: readonly Item[];
  /** Rule time of the newest item that `checkpoint` has swallowed. Nothing at or before it can be inserted. */
  readonly floorT: number | null;
  readonly known: readonly KnownEpisode[];
  readonly past: readonly PastEpisode[];
  /** What the last item brought about. */
  readonly lastOut: readonly Transition[];
  /** Recoveries that the last item completes wait until the next: this one may get more values. */
  readonly isPending: boolean;
}

/** What distinguishes one group of rules from another. */
export interface StreamKind<Item extends StreamItem, Context> {
  readonly initial: Context;
  /** Late items within this span of the newest are inserted in order. Milliseconds of rule time. */
  readonly horizonMs: number;
  /** Items grow parameter by parameter: a recovery counts only once the next item has come. */
  readonly growingItems: boolean;
  compare(a: Item, b: Item): number;
  /** The item as it must be seen after `context`: itself, or a copy with other flags. */
  judge(context: Context, item: Item): Item;
  /** @param config in force at the item's rule time */
  advance(context: Context, item: Item, config: ClinicalConfig, out: Transition[]): Context;
  /** Episodes open in `context`. */
  open(context: Context): { rule: RuleName; start: number; raisedAt: number; level: Level }[];
  /** What an episode's alarm rests on. */
  evidence(
    stream: { readonly checkpoint: Context; readonly items: readonly Item[] },
    episode: { readonly rule: RuleName; readonly start: number; readonly raisedAt: number },
    configAt: ConfigAt,
  ): { readonly evidence: readonly Evidence[]; readonly news2: News2Score | null };
  /** Flags of an item's rows, those without any among them. */
  flags(item: Item): Iterable<readonly [rowId: number, flags: readonly ReadingFlag[]]>;
}

export function emptyStream<Item extends StreamItem, Context>(
  kind: StreamKind<Item, Context>,
): Stream<Item, Context> {
  return streamFrom(kind.initial);
}

/** A stream that begins with `context`. */
export const streamFrom = <Item extends StreamItem, Context>(context: Context): Stream<Item, Context> => ({
  checkpoint: context,
  before: context,
  head: context,
  items: [],
  floorT: null,
  known: [],
  past: [],
  lastOut: [],
  isPending: false,
});
