import type { Span } from '../../model/span.js';
import type { ConfigSpan } from '../../settings/history.js';
import type { Heard } from './heard.js';

/**
 * When nobody waits for a device, in order: suspended or revoked, as it is registered; a new sensor, which begins anew; and a
 * pause, from when the settings say so until it is over or they say otherwise. Nothing of it counts before it was said.
 * @param configs what was in force meanwhile
 */
export function notAwaited(configs: readonly ConfigSpan[], deviceId: string): readonly Span[] {
  const registered = configs.at(-1)?.config.devices[deviceId]?.notAwaited ?? [];
  const stated = configs.flatMap(({ from, until, config }): Span[] => {
    const { sensorSince, pausedUntil } = config.devices[deviceId] ?? {};
    return [
      ...(sensorSince !== undefined && sensorSince < until
        ? [{ from: Math.max(from, sensorSince), until: sensorSince }]
        : []),
      ...(pausedUntil !== undefined && pausedUntil > from
        ? [{ from, until: Math.min(pausedUntil, until) }]
        : []),
    ];
  });
  if (stated.length === 0) return registered;
  return [...registered, ...stated].sort((a, b) => a.from - b.from);
}

/** Whether somebody waits for the device at `ms`. */
export const isAwaitedAt = (spans: readonly Span[], ms: number): boolean =>
  !spans.some(({ from, until }) => from <= ms && ms < (until ?? Infinity));

/** When the device was not waited for any more, if that was after `sinceMs` and up to `ms`. */
export const freedAt = (spans: readonly Span[], sinceMs: number, ms: number): number | undefined =>
  spans.find(({ from, until }) => (until ?? Infinity) > sinceMs && from <= ms)?.from;

/** The same since its newest live reading. */
export const disarmedAt = (
  { live, liveMs }: Heard,
  spans: readonly Span[],
  ms: number,
): number | undefined => (live === 0 ? undefined : freedAt(spans, liveMs, ms));
