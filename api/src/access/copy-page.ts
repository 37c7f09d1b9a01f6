import { setImmediate as turn } from 'node:timers/promises';

/** Candidates that are looked at, and opened, before others have their turn; fewer where that takes longer, milliseconds. */
const TURN_CANDIDATES = 100;
const TURN_MAX_MS = 20;

/** What is looked into and not meant, after which a page ends: whoever looks for what is not there is led on, too. */
const PASSED_MAX = 1_000;
/** Said of what may be seen and is not meant, by what it says. */
export const NOT_MEANT = Symbol('not meant');

/** What is shown beside the page, after which the page ends; beside one that is on it there may be more. */
const LINKED_MAX = 1_000;

/** Which of the candidates are on a page. */
export interface PageWanted<C> {
  /** 0: all are counted, and none is shown. */
  readonly limit: number;
  /** Whether all that may be seen are counted. */
  readonly isCounted: boolean;
  /** Of what the page before has, which is counted alone, it is not so. */
  readonly isAfter?: (of: C) => boolean;
  /** Told of each that is counted, whatever of it is shown: how many there are says what they say. */
  readonly counted?: (of: C) => void;
  /** What is to be shown beside something on the page. */
  readonly linkedTo?: (of: C) => Iterable<C>;
  /** By which candidates are told apart. */
  readonly idOf: (of: C) => unknown;
  /** Whether the copy has ended meanwhile: then nothing more of it is opened. */
  readonly isOver: () => boolean;
}

/** Something that may be seen. */
export interface Seen<C, U> {
  readonly of: C;
  readonly unread: U;
}

/** A page of what may be seen; nobody has been let to it yet. */
export interface PickedPage<C, U> {
  readonly seen: readonly Seen<C, U>[];
  /** What is shown beside it. */
  readonly linked: readonly Seen<C, U>[];
  readonly hasMore: boolean;
  /** The last that was looked at, where the page ends at something that is not meant. */
  readonly passed: C | undefined;
  /** Of all that may be seen; undefined where it was not counted. */
  readonly total: number | undefined;
}

/**
 * Looks at candidates in their order, as far as the page needs it.
 * @param candidates undefined for what is looked at and not meant
 * @param open undefined for what may not be seen: that a page ends is said by nothing of it
 * @returns undefined where the copy has ended meanwhile
 */
export async function pickPage<C, U>(
  candidates: Iterable<C | undefined>,
  open: (of: C) => U | typeof NOT_MEANT | undefined,
  wanted: PageWanted<C>,
): Promise<PickedPage<C, U> | undefined> {
  const { limit, isCounted, counted, isAfter, isOver } = wanted;
  const seen: Seen<C, U>[] = [];
  let [looked, total, onPage, notMeant] = [0, 0, 0, 0];
  let passed: C | undefined;
  let sinceMs = performance.now();
  for (const of of candidates) {
    const isLong = performance.now() - sinceMs > TURN_MAX_MS;
    if (looked > 0 && (isLong || looked % TURN_CANDIDATES === 0)) {
      await turn();
      if (isOver()) return undefined;
      sinceMs = performance.now();
    }
    looked += 1;
    const unread = of === undefined ? undefined : open(of);
    if (of === undefined || unread === undefined) continue;
    if (unread === NOT_MEANT) {
      notMeant += 1;
      if (isCounted || notMeant < PASSED_MAX) continue;
      passed = of;
      break;
    }
    total += 1;
    if (isCounted) counted?.(of);
    if (isAfter?.(of) === false) continue;
    onPage += 1;
    if (onPage <= limit) seen.push({ of, unread });
    else if (!isCounted) break;
  }
  const beside = await pickLinked(seen, open, wanted);
  if (beside === undefined) return undefined;
  const { linked, isWhole } = beside;
  return {
    ...{ seen: seen.slice(0, beside.shown), linked, passed: isWhole ? passed : undefined },
    hasMore: onPage > limit || !isWhole || passed !== undefined,
    total: isCounted ? total : undefined,
  };
}

/** What is linked to the first of what is on the page, each once, and to how many of it. */
async function pickLinked<C, U>(
  seen: readonly Seen<C, U>[],
  open: (of: C) => U | typeof NOT_MEANT | undefined,
  { linkedTo, idOf, isOver }: PageWanted<C>,
) {
  const linked: Seen<C, U>[] = [];
  if (linkedTo === undefined) return { linked, shown: seen.length, isWhole: true };
  const ids = new Set(seen.map(({ of }) => idOf(of)));
  for (const [index, { of }] of seen.entries()) {
    await turn();
    if (isOver()) return undefined;
    for (const each of linkedTo(of)) {
      if (ids.has(idOf(each))) continue;
      ids.add(idOf(each));
      const unread = open(each);
      if (unread !== undefined && unread !== NOT_MEANT) linked.push({ of: each, unread });
    }
    const shown = index + 1;
    if (linked.length > LINKED_MAX && shown < seen.length) return { linked, shown, isWhole: false };
  }
  return { linked, shown: seen.length, isWhole: true };
}
