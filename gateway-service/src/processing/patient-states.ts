import {
  clinicalConfig,
  initialState,
  kindOfType,
  withAbsences,
  withOverrides,
  type ClinicalOverrides,
  type ClosedSpan,
  type DeviceDescription,
  type PatientState,
  type SettingsHistory,
} from '@careledger/clinical';
import type { GatewayCore } from '../core.js';
import type { DevicePauses } from './device-pauses.js';
import type { ProcessingStore } from './store.js';

export interface PatientStatesOptions {
  readonly core: Pick<GatewayCore, 'patients' | 'devices'>;
  readonly store: ProcessingStore;
  readonly pauses: DevicePauses;
  readonly overrides: ClinicalOverrides;
  /** Each patient's settings, in memory. */
  readonly settings: { of(patientNo: number): SettingsHistory };
}

/** What the clinical rules know of each patient, by the patient's number. It runs ahead of the store until `save`. */
export class PatientStates implements Iterable<[number, PatientState]> {
  readonly #options: PatientStatesOptions;
  readonly #states = new Map<number, PatientState>();
  readonly #unsaved = new Set<number>();

  constructor(options: PatientStatesOptions) {
    this.#options = options;
    for (const patientNo of options.store.patients()) this.of(patientNo);
  }

  /** A new patient's is made. */
  of(patientNo: number): PatientState {
    let state = this.#states.get(patientNo);
    if (state === undefined) {
      const { core, store, overrides } = this.#options;
      state = store.state(patientNo) ?? initialState(core.patients.byNo(patientNo).patientId, overrides);
      this.#states.set(patientNo, state);
    }
    return state;
  }

  /** Undefined of a patient of whom nothing was processed. */
  known(patientNo: number): PatientState | undefined {
    return this.#states.get(patientNo);
  }

  [Symbol.iterator](): MapIterator<[number, PatientState]> {
    return this.#states.entries();
  }

  set(patientNo: number, state: PatientState): void {
    if (state === this.#states.get(patientNo)) return;
    this.#states.set(patientNo, state);
    this.#unsaved.add(patientNo);
  }

  settingsOf(patientNo: number): SettingsHistory {
    return this.#options.settings.of(patientNo);
  }

  /** Says to a patient's rules what these devices are, where that is new or has changed. */
  describe(patientNo: number, deviceIds: Iterable<string>): void {
    const state = this.of(patientNo);
    const { devices } = state.config;
    let next = devices;
    for (const deviceId of deviceIds) {
      const description = this.#descriptionOf(deviceId);
      const known = devices[deviceId];
      if (description === undefined || isSame(known, description)) continue;
      next = { ...next, [deviceId]: { ...known, ...description } };
    }
    if (next !== devices)
      this.set(patientNo, withOverrides(state, { ...this.#options.overrides, devices: next }));
  }

  /** Tells everybody's rules when the gateway was away. */
  tellAbsences(absences: readonly ClosedSpan[]): void {
    const spans = absences.map(({ from, until }) => ({ from, until }));
    for (const [patientNo, state] of this)
      this.set(patientNo, withAbsences(state, spans, this.settingsOf(patientNo)));
  }

  /**
   * Thresholds and period as configured now.
   * @param beforePeriodChanges a changed period begins with windows that are closed
   */
  configure(beforePeriodChanges: (patientNo: number, state: PatientState) => void): void {
    for (const [patientNo, state] of this) {
      const overrides = { ...this.#options.overrides, devices: state.config.devices };
      const wanted = clinicalConfig(overrides);
      if (JSON.stringify(state.config) === JSON.stringify(wanted)) continue;
      if (state.config.windowMs !== wanted.windowMs) beforePeriodChanges(patientNo, state);
      this.set(patientNo, withOverrides(this.of(patientNo), overrides));
    }
  }

  get isSaved(): boolean {
    return this.#unsaved.size === 0;
  }

  /** Within a transaction; `saved` follows it. */
  save(): void {
    for (const patientNo of this.#unsaved) this.#options.store.saveState(patientNo, this.of(patientNo));
  }

  /** The transaction of `save` was committed. */
  saved(): void {
    this.#unsaved.clear();
  }

  #descriptionOf(deviceId: string): DeviceDescription | undefined {
    const { core, pauses } = this.#options;
    const device = core.devices.find(deviceId);
    return device && { kind: kindOfType(device.type), notAwaited: pauses.spansOf(deviceId) };
  }
}

/** Whether the rules know that of a device. */
const isSame = (known: DeviceDescription | undefined, description: DeviceDescription): boolean =>
  known?.kind === description.kind &&
  JSON.stringify(known?.notAwaited ?? []) === JSON.stringify(description.notAwaited);
