import { LAG_FRAMES, LAG_TOLERANCE_MS, LIVE_PACE } from './limits.js';

/** When a frame was sent, by its device's clock, and when it came, by the gateway's. Milliseconds. */
export interface SentFrame {
  readonly sentMs: number;
  readonly receivedMs: number;
}

/**
 * Frames in a row whose lag (received less sent) stays the same. A clock that is off makes such a run, and so does a device
 * that is in time; a backlog does not: its lag shrinks, since it arrives faster than it was sent.
 */
export class LagRun {
  #first: SentFrame | undefined;
  #leastMs = 0;
  #frames = 0;

  /** The lag of the run that the frame continues, once that is long enough: the least one, which had the shortest way. */
  add(frame: SentFrame): number | undefined {
    const lagMs = lagOf(frame);
    if (this.#first === undefined || !isSameClock(this.#first, frame)) {
      this.#first = frame;
      this.#leastMs = lagMs;
      this.#frames = 1;
      return undefined;
    }
    this.#leastMs = Math.min(this.#leastMs, lagMs);
    this.#frames += 1;
    return this.#frames >= LAG_FRAMES ? this.#leastMs : undefined;
  }

  clear(): void {
    this.#first = undefined;
  }
}

const lagOf = ({ sentMs, receivedMs }: SentFrame): number => receivedMs - sentMs;

function isSameClock(first: SentFrame, next: SentFrame): boolean {
  if (Math.abs(lagOf(next) - lagOf(first)) > LAG_TOLERANCE_MS) return false;
  return next.receivedMs - first.receivedMs >= (next.sentMs - first.sentMs) * LIVE_PACE;
}
