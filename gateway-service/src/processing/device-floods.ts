import { typeOfRule } from '@careledger/clinical';
import type { Allowances } from './allowances.js';
import { applyEvent, type PatientEvent, type EventTarget } from './due-of-event.js';
import type { Episode } from './store.js';

const RULE = 'device-flood';
/** A device that kept to its allowance for so long plays havoc no more. */
const QUIET_MS = 60 * 60_000;

/** A patient's device that went beyond its allowance. */
export interface FloodingDevice {
  readonly patientId: string;
  readonly patientNo: number;
  readonly deviceId: string;
}

export interface DeviceFloodsOptions extends Pick<EventTarget, 'store' | 'alarms' | 'readers'> {
  readonly allowances: Pick<Allowances, 'overOf'>;
}

/**
 * The alarm of a device that plays havoc: technical, low, one from the first record that is put off until an hour without
 * one. The bound itself is `Allowances`. What lasts is in the store alone, so that a transaction that fails leaves nothing
 * here. What writes must run within a transaction.
 */
export class DeviceFloods {
  readonly #options: DeviceFloodsOptions;

  constructor(options: DeviceFloodsOptions) {
    this.#options = options;
  }

  raise({ patientId, patientNo, deviceId }: FloodingDevice, nowMs: number): void {
    if (this.#open().some((episode) => deviceOf(episode) === deviceId)) return;
    this.#apply(patientNo, nowMs, {
      ...{ kind: 'episode-started', episodeId: `${patientId}/${RULE}/${nowMs}/${deviceId}`, rule: RULE },
      ...{ type: typeOfRule(RULE), priority: 'low', unconfirmed: false, late: false, marks: [] },
      ...{ start: nowMs, raisedAt: nowMs, evidence: [], news2: null },
    });
  }

  /** Ends the alarms that are over by `nowMs`. */
  endQuiet(nowMs: number): void {
    for (const episode of this.#open()) {
      const { episodeId, patientNo, startMs: start } = episode;
      const end = this.#quietSince(deviceOf(episode));
      if (end > nowMs) continue;
      this.#apply(patientNo, nowMs, {
        ...{ kind: 'episode-ended', episodeId, rule: RULE, start, end, reason: 'recovered' },
      });
    }
  }

  #open(): Episode[] {
    return this.#options.store.openEpisodes(RULE);
  }

  /** As an event of the rules: the same is written down of it. No record becomes due, since authorities are not told. */
  #apply(patientNo: number, nowMs: number, event: PatientEvent['event']): void {
    const { store, alarms, readers } = this.#options;
    applyEvent({ store, alarms, readers, nowMs }, { patientNo, event, arrivedMs: nowMs, trace: null });
  }

  #quietSince(deviceId: string): number {
    return (this.#options.allowances.overOf(deviceId)?.deferredMs ?? 0) + QUIET_MS;
  }
}

const deviceOf = ({ episodeId }: Episode): string => episodeId.slice(episodeId.lastIndexOf('/') + 1);
