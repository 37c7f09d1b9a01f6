import type { ClinicalConfig } from '../../model/config.js';
import { MAX_ABSENCES, RETURN_MS } from '../../model/limits.js';
import type { ClosedSpan } from '../../model/span.js';
import type { ConfigSpan } from '../../settings/history.js';

/**
 * When a device of which nothing was heard since `lastMs` has been silent for its limit: the first time at which it has been
 * for as long as the limit that is in force then. Time in which the gateway was away does not count, and after it the
 * device has a while to come back. Infinity where no limit was reached.
 */
export function silentAt(
  lastMs: number,
  configs: readonly ConfigSpan[],
  limitOf: (config: ClinicalConfig) => number | null,
  absences: readonly ClosedSpan[],
): number {
  for (const { from, until, config } of configs) {
    const limitMs = limitOf(config);
    if (limitMs === null) continue;
    const at = silentFor(lastMs, limitMs, from, absences);
    if (at < until) return at;
  }
  return Infinity;
}

/** @param notBeforeMs since when the limit is in force */
function silentFor(
  lastMs: number,
  limitMs: number,
  notBeforeMs: number,
  absences: readonly ClosedSpan[],
): number {
  const returnMs = Math.min(limitMs, RETURN_MS);
  let reachedMs = lastMs + limitMs;
  let at = Math.max(reachedMs, notBeforeMs);
  for (const { from, until } of absences) {
    if (until <= lastMs || from >= at) continue;
    if (from < reachedMs) reachedMs += until - Math.max(from, lastMs);
    at = Math.max(reachedMs, notBeforeMs, until + returnMs);
  }
  return at;
}

/** Both lists as one, in order, each absence once; the oldest are forgotten. */
export function joinedAbsences(known: readonly ClosedSpan[], more: readonly ClosedSpan[]): ClosedSpan[] {
  const byStart = new Map([...known, ...more].map((absence) => [absence.from, absence]));
  return [...byStart.values()].sort((a, b) => a.from - b.from).slice(-MAX_ABSENCES);
}
