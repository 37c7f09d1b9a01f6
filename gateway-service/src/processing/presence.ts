import { MAX_ABSENCES, type ClosedSpan } from '@careledger/clinical';
import type { GatewayCore } from '../core.js';
import type { Device } from '../devices/index.js';
import type { DevicePauses } from './device-pauses.js';
import type { GatewayLife } from './gateway-life.js';
import { ALIVE_INTERVAL_MS, STALL_MS } from './limits.js';

export interface PresenceOptions {
  readonly core: Pick<GatewayCore, 'store' | 'devices'>;
  readonly life: GatewayLife;
  readonly pauses: DevicePauses;
  readonly clock: () => number;
}

/** When the gateway was there to hear devices, and which of them it waits for: written down as it goes. */
export class Presence {
  readonly #options: PresenceOptions;
  #aliveMs = Number.NEGATIVE_INFINITY;
  /** The last look: by the gateway's clock, and by one that nobody sets. */
  #looked: { readonly nowMs: number; readonly monotonicMs: number } | undefined;

  constructor(options: PresenceOptions) {
    this.#options = options;
  }

  /** Notes that the gateway is there again. Returns when it was not. */
  begin(): readonly ClosedSpan[] {
    const { core, life, pauses, clock } = this.#options;
    const { read } = core.store;
    const last = read.frame(read.lastFrameRow());
    core.store.transaction(() => {
      life.begin(clock(), last?.receivedMs);
      for (const device of core.devices.list()) pauses.follow(device);
    });
    return life.absences(MAX_ABSENCES);
  }

  /**
   * Notes now and then that the gateway is there. Returns since when it could not hear anybody although it ran.
   * @param besides what is written in the same transaction
   * @param onStoreError told when it could not be written; the next look writes it
   */
  note(nowMs: number, besides: () => void, onStoreError: (error: unknown) => void): ClosedSpan | undefined {
    const { core, life } = this.#options;
    const before = this.#looked;
    const monotonicMs = performance.now();
    this.#looked = { nowMs, monotonicMs };
    const isStalled = before !== undefined && monotonicMs - before.monotonicMs > STALL_MS;
    if (!isStalled && nowMs - this.#aliveMs < ALIVE_INTERVAL_MS) return undefined;
    const stalled =
      isStalled && before.nowMs < nowMs ? ({ from: before.nowMs, until: nowMs } as const) : undefined;
    try {
      core.store.deferred(() => {
        besides();
        life.alive(nowMs);
        if (stalled !== undefined) life.record({ ...stalled, cause: 'stalled' });
      });
      this.#aliveMs = nowMs;
    } catch (error) {
      onStoreError(error);
    }
    return stalled;
  }

  /** A device that is suspended is not waited for. */
  follow(device: Device): void {
    const { core, pauses } = this.#options;
    core.store.transaction(() => pauses.follow(device));
  }

  end(): void {
    const { core, life, clock } = this.#options;
    core.store.transaction(() => life.stopped(clock()));
  }
}
