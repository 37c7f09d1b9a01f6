import type { Level } from '../model/alarm.js';
import type { EpisodeEndReason, RuleName } from '../model/events.js';
import type { StreamPair } from './stream-pair.js';
import { streamFrom, type KnownEpisode, type PastEpisode, type Stream, type StreamItem } from './stream.js';
import type { Ended } from './transition.js';

/** Where a rule stood, in states of version 1. */
export interface MachineV1 {
  readonly lastT: number | null;
  readonly runStart: number | null;
  readonly recoveredSince: number | null;
  readonly open: { readonly start: number; readonly raisedAt: number } | null;
}

/** A stream as states of version 1 have it. */
export interface StreamV1<Item, Context> {
  readonly head: Context;
  readonly items: readonly Item[];
  readonly floorT: number | null;
  readonly known: readonly {
    readonly id: string;
    readonly rule: RuleName;
    readonly start: number;
    readonly raisedAt: number;
    readonly end: number | null;
    readonly reason: EpisodeEndReason | null;
    readonly silent: boolean;
  }[];
  readonly past: readonly PastEpisode[];
  /** Recoveries that wait for the next item. */
  readonly pending: readonly Omit<Ended, 'at'>[];
}

export interface StreamPairV1<Item, Context> {
  readonly main: StreamV1<Item, Context>;
  readonly backlog: StreamV1<Item, Context> | null;
}

/**
 * A stream of version 1 that goes on from where it stood: what it has judged stays judged, so that the new rules neither
 * raise it again nor end it. Late readings of that time are judged as a backlog.
 */
function migrateStream<ItemV1 extends StreamItem, ContextV1, Item extends StreamItem, Context>(
  stream: StreamV1<ItemV1, ContextV1>,
  contextOf: (stream: StreamV1<ItemV1, ContextV1>) => Context,
  levelOfOpen: (rule: RuleName, stream: StreamV1<ItemV1, ContextV1>) => Level,
): Stream<Item, Context> {
  const open = stream.known.filter(({ end }) => end === null);
  const over = stream.known.filter(({ end }) => end !== null);
  return {
    ...streamFrom<Item, Context>(contextOf(stream)),
    floorT: stream.items.at(-1)?.t ?? stream.floorT,
    known: open.map((known): KnownEpisode => ({
      ...known,
      endedAt: null,
      level: levelOfOpen(known.rule, stream),
    })),
    lastOut: stream.pending.map((ended) => ({ ...ended, at: ended.end })),
    isPending: stream.pending.length > 0,
    past: [...stream.past, ...over.map(({ rule, start, end }) => ({ rule, start, end }))],
  };
}

/** Both streams of a pair of version 1. */
export function migratePair<ItemV1 extends StreamItem, ContextV1, Item extends StreamItem, Context>(
  { main, backlog }: StreamPairV1<ItemV1, ContextV1>,
  contextOf: (stream: StreamV1<ItemV1, ContextV1>) => Context,
  levelOfOpen: (rule: RuleName, stream: StreamV1<ItemV1, ContextV1>) => Level,
): StreamPair<Item, Context> {
  return {
    main: migrateStream(main, contextOf, levelOfOpen),
    backlog: backlog && migrateStream(backlog, contextOf, levelOfOpen),
  };
}
