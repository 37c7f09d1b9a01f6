import { LAG_TOLERANCE_MS } from './limits.js';

/** When a frame was sent, by its device's clock, and how much later it came, by the gateway's. Milliseconds. */
interface OrderedFrame {
  readonly seq: number;
  readonly sentMs: number;
  readonly lagMs: number;
}

/** Frames in the order of their chain: a clock that nobody sets goes forwards along it, whenever they come. */
export class SentOrder {
  #last: OrderedFrame | undefined;

  /**
   * Takes the next frame that came.
   * @param offsetMs in force before it
   * @returns whether the one that it follows came in time by that offset, and whether the clock was set back between them
   */
  next(frame: OrderedFrame, offsetMs: number): { readonly wasInTime: boolean; readonly isSetBack: boolean } {
    const last = this.#last;
    // A filler comes late, and is of before; 0 begins an epoch.
    if (last !== undefined && frame.seq < last.seq && frame.seq > 0)
      return { wasInTime: false, isSetBack: false };
    this.#last = frame;
    return {
      wasInTime: last !== undefined && Math.abs(last.lagMs - offsetMs) <= LAG_TOLERANCE_MS,
      isSetBack: last !== undefined && frame.sentMs < last.sentMs - LAG_TOLERANCE_MS,
    };
  }
}
