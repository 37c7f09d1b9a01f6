import type { ClinicalConfig } from '../model/config.js';
import type { SettingsVersion } from '../model/settings.js';
import { configUnder } from './in-force.js';

/** Every version of a patient's settings: which one judged at what rule time. */
export class SettingsHistory {
  readonly versions: readonly SettingsVersion[];

  /** @param versions in their order, each from later on than the one before */
  constructor(versions: readonly SettingsVersion[]) {
    if (versions.some(({ from }, i) => from <= (versions[i - 1]?.from ?? -Infinity)))
      throw new RangeError('Versions of settings follow one another in time');
    this.versions = versions;
  }

  /** The one in force at `t`; undefined before the first. */
  at(t: number): SettingsVersion | undefined {
    return this.versions.findLast(({ from }) => from <= t);
  }

  /** Those in force at any moment from `start` until just before `end`. */
  between(start: number, end: number): readonly SettingsVersion[] {
    return this.versions.filter(
      ({ from }, i) => from < end && start < (this.versions[i + 1]?.from ?? Infinity),
    );
  }
}

export const NO_SETTINGS = new SettingsHistory([]);

const made = new WeakMap<ClinicalConfig, WeakMap<SettingsVersion, ClinicalConfig>>();

/** `configUnder`, made once for each pair of objects: neither is ever changed in place. */
function configOf(base: ClinicalConfig, version: SettingsVersion): ClinicalConfig {
  const known = made.get(base) ?? new WeakMap<SettingsVersion, ClinicalConfig>();
  made.set(base, known);
  const config = known.get(version) ?? configUnder(base, version);
  known.set(version, config);
  return config;
}

/** What is in force at a rule time. */
export type ConfigAt = (t: number) => ClinicalConfig;

const found = new WeakMap<ClinicalConfig, WeakMap<SettingsHistory, ConfigAt>>();

/** One and the same function for the same two objects: whoever keeps what came of it can tell whether it still holds. */
export function configAtOf(base: ClinicalConfig, history: SettingsHistory): ConfigAt {
  const known = found.get(base) ?? new WeakMap<SettingsHistory, ConfigAt>();
  found.set(base, known);
  const configAt = known.get(history) ?? newConfigAt(base, history);
  known.set(history, configAt);
  return configAt;
}

function newConfigAt(base: ClinicalConfig, history: SettingsHistory): ConfigAt {
  if (history.versions.length === 0) return () => base;
  return (t) => {
    const version = history.at(t);
    return version === undefined ? base : configOf(base, version);
  };
}

/** What was in force from one change of the settings until the next; half-open, milliseconds. */
export interface ConfigSpan {
  readonly from: number;
  readonly until: number;
  readonly config: ClinicalConfig;
}

/** What was in force at any time from `start` until and with `end`, in order. */
export type ConfigsBetween = (start: number, end: number) => readonly ConfigSpan[];

/** Every change that lies in a time: for what lasts, and is judged by each as long as it is in force. */
export function configsBetweenOf(base: ClinicalConfig, { versions }: SettingsHistory): ConfigsBetween {
  const spans = [undefined, ...versions].map((version, i): ConfigSpan => ({
    from: version?.from ?? -Infinity,
    until: versions[i]?.from ?? Infinity,
    config: version === undefined ? base : configOf(base, version),
  }));
  return (start, end) => spans.filter(({ from, until }) => from <= end && start < until);
}

/** From when on records have which period. Milliseconds. */
export interface RecordPeriod {
  readonly from: number;
  readonly windowMs: number;
}

/** Every change of the period of records; the first is of ever. */
export function recordPeriods(base: ClinicalConfig, { versions }: SettingsHistory): readonly RecordPeriod[] {
  const periods: RecordPeriod[] = [{ from: -Infinity, windowMs: base.windowMs }];
  for (const version of versions) {
    const { windowMs } = configOf(base, version);
    if (windowMs !== periods.at(-1)?.windowMs) periods.push({ from: version.from, windowMs });
  }
  return periods;
}
