import type { Allowances } from './allowances.js';
import type { Episode, ProcessingStore } from './store.js';

const RULE = 'device-flood';
/** A device that kept to its allowance for so long plays havoc no more. */
const QUIET_MS = 60 * 60_000;

/** A patient's device that went beyond its allowance. */
export interface FloodingDevice {
  readonly patientId: string;
  readonly patientNo: number;
  readonly deviceId: string;
}

/**
 * The alarm of a device that plays havoc: technical, low, one from the first record that is put off until an hour without
 * one. The bound itself is `Allowances`. What writes must run within a transaction.
 */
export class DeviceFloods {
  readonly #store: ProcessingStore;
  readonly #allowances: Pick<Allowances, 'overOf'>;
  readonly #open = new Map<string, Episode>();

  constructor(store: ProcessingStore, allowances: Pick<Allowances, 'overOf'>) {
    this.#store = store;
    this.#allowances = allowances;
    for (const episode of store.openEpisodes(RULE)) this.#open.set(deviceOf(episode), episode);
  }

  raise({ patientId, patientNo, deviceId }: FloodingDevice, nowMs: number): void {
    if (this.#open.has(deviceId)) return;
    const episode: Episode = {
      ...{ episodeId: `${patientId}/${RULE}/${nowMs}/${deviceId}`, patientNo, rule: RULE },
      ...{ type: 'technical', priority: 'low', unconfirmed: false, late: false, marks: [], status: 'open' },
      ...{ startMs: nowMs, raisedMs: nowMs, endMs: null, endReason: null, arrivedMs: nowMs },
      ...{ evidence: [], news2: null },
    };
    this.#store.saveEpisode(episode);
    this.#open.set(deviceId, episode);
  }

  /** Ends the alarms that are over by `nowMs`. */
  endQuiet(nowMs: number): void {
    for (const [deviceId, episode] of this.#open) {
      const endMs = this.#quietSince(deviceId);
      if (endMs > nowMs) continue;
      this.#store.saveEpisode({ ...episode, status: 'ended', endMs, endReason: 'recovered' });
      this.#open.delete(deviceId);
    }
  }

  #quietSince(deviceId: string): number {
    return (this.#allowances.overOf(deviceId)?.deferredMs ?? 0) + QUIET_MS;
  }
}

const deviceOf = ({ episodeId }: Episode): string => episodeId.slice(episodeId.lastIndexOf('/') + 1);
