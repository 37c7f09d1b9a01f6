import {
  SettingsHistory,
  clinicalConfig,
  configAtOf,
  type ClinicalConfig,
  type ClinicalOverrides,
  type ConfigAt,
  type SettingsLayers,
  type SettingsVersion,
} from '@careledger/clinical';
import { clinicalSettings, settingsStatement } from './stated.js';
import type { SettingsStore, StoredSettings } from './store.js';

/** What nobody has said anything about yet. */
export const NOTHING_STATED: SettingsLayers = { patient: {}, authority: {}, by: 'patient' };

/** A version on top of what was stated before. */
function nextVersion(
  before: SettingsLayers,
  { version, hash, fromMs, statement }: StoredSettings,
): SettingsVersion {
  const { by, body } = settingsStatement(statement);
  const { patient, authority } = before;
  return { version, hash, from: fromMs, patient, authority, by, [by]: clinicalSettings(body.settings) };
}

/** Each patient's settings in memory: read once, so that no reading asks the store. */
export class SettingsHistories {
  readonly #store: Pick<SettingsStore, 'page'>;
  readonly #base: ClinicalConfig;
  readonly #known = new Map<number, SettingsHistory>();

  /** @param overrides of the published values: what judges where a patient's settings say nothing */
  constructor(store: Pick<SettingsStore, 'page'>, overrides: ClinicalOverrides = {}) {
    this.#store = store;
    this.#base = clinicalConfig(overrides);
  }

  /** What judges a patient's readings at a rule time. */
  configAt(patientNo: number): ConfigAt {
    return configAtOf(this.#base, this.of(patientNo));
  }

  of(patientNo: number): SettingsHistory {
    const known = this.#known.get(patientNo) ?? this.#read(patientNo);
    this.#known.set(patientNo, known);
    return known;
  }

  /** A version that was just written. */
  add(patientNo: number, stored: StoredSettings): SettingsVersion {
    const { versions } = this.of(patientNo);
    const version = nextVersion(versions.at(-1) ?? NOTHING_STATED, stored);
    this.#known.set(patientNo, new SettingsHistory([...versions, version]));
    return version;
  }

  #read(patientNo: number): SettingsHistory {
    const versions: SettingsVersion[] = [];
    for (const stored of this.#store.page(patientNo, 0, Number.MAX_SAFE_INTEGER))
      versions.push(nextVersion(versions.at(-1) ?? NOTHING_STATED, stored));
    return new SettingsHistory(versions);
  }
}
