import { MAX_ABSENCES, RETURN_MS } from '../../model/limits.js';
import type { ClosedSpan } from '../../model/span.js';

/**
 * When a device of which nothing was heard since `lastMs` has been silent for `limitMs`: time in which the gateway was away
 * does not count, and after it the device has a while to come back.
 */
export function silentAt(lastMs: number, limitMs: number, absences: readonly ClosedSpan[]): number {
  const returnMs = Math.min(limitMs, RETURN_MS);
  let at = lastMs + limitMs;
  for (const { from, until } of absences) {
    if (until <= lastMs || from >= at) continue;
    at = Math.max(at + until - Math.max(from, lastMs), until + returnMs);
  }
  return at;
}

/** Both lists as one, in order, each absence once; the oldest are forgotten. */
export function joinedAbsences(known: readonly ClosedSpan[], more: readonly ClosedSpan[]): ClosedSpan[] {
  const byStart = new Map([...known, ...more].map((absence) => [absence.from, absence]));
  return [...byStart.values()].sort((a, b) => a.from - b.from).slice(-MAX_ABSENCES);
}
