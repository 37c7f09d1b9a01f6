/** One look at both clocks. */
export interface Instant {
  /** Milliseconds since 1970; somebody may set this clock. */
  readonly wallMs: number;
  /** Milliseconds since some moment of this process; nobody sets this clock, but it may stand while a host is suspended. */
  readonly monotonicMs: number;
}

/** What time it is. Tests move it. */
export type Clock = () => Instant;

export const systemClock: Clock = () => ({ wallMs: Date.now(), monotonicMs: performance.now() });

/** How long ago an instant was: by whichever clock says longer, so that no single clock can shorten it. */
export function elapsedMs(since: Instant, now: Instant): number {
  return Math.max(now.wallMs - since.wallMs, now.monotonicMs - since.monotonicMs);
}
