import { records, type ReadingAnchorState } from '@careledger/contracts';
import { everyRow } from '@careledger/ledger';
import type { Channel } from '../ledger-port.js';
import { DAY_GRACE_MS } from './reading-anchors.js';
import { dayOf, type ReadingDay, type ReadingLog } from './reading-log.js';

/**
 * How a day of the log stands: as it was anchored; otherwise than it was anchored, since lines were changed, removed or added;
 * over, and not anchored; not over, so that it cannot be.
 */
export const DAY_VERDICTS = ['matches', 'differs', 'unanchored', 'open'] as const;

/** A day of the log, held against the ledger. */
export interface CheckedDay extends ReadingDay {
  readonly anchor: ReadingAnchorState | null;
  readonly verdict: (typeof DAY_VERDICTS)[number];
}

export interface ReadingDaysOptions {
  readonly authorityId: string;
  readonly authorities: Channel;
  readonly readingLog: ReadingLog;
  /** Default: Date.now. */
  readonly clock?: () => number;
}

/**
 * Days after one ('' for the first) of which the log has a line, or the ledger an anchor.
 * @throws LedgerError
 */
export async function checkedDays(
  { authorityId, authorities, readingLog, clock = Date.now }: ReadingDaysOptions,
  after: string,
  limit: number,
): Promise<CheckedDay[]> {
  const anchors = new Map<string, ReadingAnchorState>();
  const filter = { authorityId, ...(after !== '' && { from: after }) };
  for await (const row of everyRow((page) =>
    authorities.evaluate(records, 'ListReadingAnchors', { ...filter, ...page }),
  )) {
    if (row.day > after) anchors.set(row.day, row);
    if (anchors.size >= limit) break;
  }
  const days = [...new Set([...anchors.keys(), ...readingLog.daysAfter(after, limit)])]
    .sort()
    .slice(0, limit);
  const today = dayOf(clock() - DAY_GRACE_MS);
  const checked: CheckedDay[] = [];
  for (const day of days) {
    const own = await readingLog.of(day);
    const anchor = anchors.get(day) ?? null;
    checked.push({ ...own, anchor, verdict: verdictOf(own, anchor, today) });
  }
  return checked;
}

function verdictOf(
  { day, hash }: ReadingDay,
  anchor: ReadingAnchorState | null,
  today: string,
): CheckedDay['verdict'] {
  if (anchor !== null) return anchor.hash === hash ? 'matches' : 'differs';
  return day < today ? 'unanchored' : 'open';
}
