import { clinicalConfig } from './config.js';
import type { RuleState } from './engine/rule.js';
import type { ClinicalConfig, ClinicalOverrides } from './model/config.js';
import { RULES } from './rules/registry.js';
import { NO_WINDOWS, type WindowState } from './windows.js';

/**
 * Everything the processing knows about one patient: plain JSON, bounded, never changed in place. Persist it in the
 * transaction that stores the readings (or now and then, with the last row it has seen, and process the rest again:
 * ids are determined by the readings).
 */
export interface PatientState {
  readonly v: 2;
  readonly patientId: string;
  readonly config: ClinicalConfig;
  readonly windows: WindowState;
  /** By name of the rule. */
  readonly rules: Readonly<Record<string, RuleState>>;
}

/** A state as any release so far has written it. */
export type StoredState = PatientState | StateV1;

/** The first release: each rule's streams stand in the state itself. */
export interface StateV1 {
  readonly v: 1;
  readonly patientId: string;
  readonly config: ClinicalOverrides;
  readonly windows: WindowState;
  readonly glucose: unknown;
  readonly news2: unknown;
}

/** The state of a patient of whom nothing has been measured yet. Throws ClinicalConfigError. */
export function initialState(patientId: string, overrides: ClinicalOverrides = {}): PatientState {
  return {
    v: 2,
    patientId,
    config: clinicalConfig(overrides),
    windows: NO_WINDOWS,
    rules: Object.fromEntries(RULES.map((rule) => [rule.name, rule.initial()])),
  };
}

/** The same patient under other thresholds, from the next reading on. A changed `windowMs` must wait for a flush. */
export const withOverrides = (state: PatientState, overrides: ClinicalOverrides): PatientState => ({
  ...state,
  config: clinicalConfig(overrides),
});

/**
 * A stored state as this release has it. What was raised is not raised again, and what lasts goes on; rules that are new
 * begin now. Throws RangeError for a state of a later release.
 */
export function migrateState(stored: StoredState): PatientState {
  const { patientId, windows } = stored;
  const { rules, config } = partsOf(stored);
  return {
    ...{ v: 2, patientId, windows, config },
    rules: Object.fromEntries(
      RULES.map((rule) => {
        const state = rules[rule.name];
        return [rule.name, state === undefined ? rule.initial() : rule.migrate(state)];
      }),
    ),
  };
}

function partsOf(stored: StoredState): Pick<PatientState, 'config'> & {
  readonly rules: Readonly<Record<string, RuleState | undefined>>;
} {
  // Members that are new since have their defaults.
  if (stored.v === 2) return { config: clinicalConfig(stored.config), rules: stored.rules };
  const { config, glucose, news2 } = stored;
  const { windowMs, allowedLatenessMs } = config;
  return {
    // Thresholds of the first release were defaults alone: those of this one come in their place.
    config: clinicalConfig({ windowMs, allowedLatenessMs }),
    rules: { glucose: { v: 1, streams: glucose }, news2: { v: 1, streams: news2 } },
  };
}
