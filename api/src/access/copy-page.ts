import { setImmediate as turn } from 'node:timers/promises';

/** Candidates that are looked at, and opened, before others have their turn. */
const TURN_CANDIDATES = 100;

/** Which of the candidates are on a page. */
export interface PageWanted<C> {
  /** 0: all are counted, and none is shown. */
  readonly limit: number;
  /** Whether all that may be seen are counted. */
  readonly isCounted: boolean;
  /** Of what the page before has, which is counted alone, it is not so. */
  readonly isAfter?: (of: C) => boolean;
  /** Whether the copy has ended meanwhile: then nothing more of it is opened. */
  readonly isOver: () => boolean;
}

/** A page of what may be seen; nobody has been let to it yet. */
export interface PickedPage<C, U> {
  readonly seen: readonly { readonly of: C; readonly unread: U }[];
  /** Of which the answer says something: what is on the page, or all that is counted where nothing is shown. */
  readonly told: readonly C[];
  readonly hasMore: boolean;
  /** Of all that may be seen; undefined where it was not counted. */
  readonly total: number | undefined;
}

/**
 * Looks at candidates in their order, as far as the page needs it.
 * @param open undefined for what may not be seen
 * @returns undefined where the copy has ended meanwhile
 */
export async function pickPage<C, U>(
  candidates: Iterable<C>,
  open: (of: C) => U | undefined,
  { limit, isCounted, isAfter, isOver }: PageWanted<C>,
): Promise<PickedPage<C, U> | undefined> {
  const seen: { readonly of: C; readonly unread: U }[] = [];
  const told: C[] = [];
  let [looked, total, onPage] = [0, 0, 0];
  for (const of of candidates) {
    if (looked > 0 && looked % TURN_CANDIDATES === 0) {
      await turn();
      if (isOver()) return undefined;
    }
    looked += 1;
    const unread = open(of);
    if (unread === undefined) continue;
    total += 1;
    if (isAfter?.(of) === false) continue;
    onPage += 1;
    if (onPage <= limit || limit === 0) told.push(of);
    if (onPage <= limit) seen.push({ of, unread });
    else if (!isCounted) break;
  }
  return { seen, told, hasMore: onPage > limit, total: isCounted ? total : undefined };
}
