import type { Device } from '../devices/index.js';
import { DISTRUSTED_INTERVAL_MS } from './limits.js';

/**
 * Whose word is taken that a frame is urgent, before its signature is checked. A device whose last urgent frame turned
 * out to be none, forged or sent before, has one a second taken at its word, and is trusted again with the first that
 * holds: whoever sends rubbish in its name neither fills the queue of urgent frames nor shuts the device out of it.
 */
export class UrgentTrust {
  /** Devices that are not trusted, with when one of their frames last went fast. */
  readonly #distrusted = new WeakMap<Device, number>();

  /** Whether a frame that says it is urgent goes fast now. */
  mayGoFirst(device: Device, nowMs: number): boolean {
    const lastMs = this.#distrusted.get(device);
    if (lastMs === undefined) return true;
    if (nowMs - lastMs < DISTRUSTED_INTERVAL_MS) return false;
    this.#distrusted.set(device, nowMs);
    return true;
  }

  /** What came of a frame that said it was urgent. */
  note(device: Device, isTrue: boolean, nowMs: number): void {
    if (isTrue) this.#distrusted.delete(device);
    else if (!this.#distrusted.has(device)) this.#distrusted.set(device, nowMs);
  }
}
