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

/** `make`, called once for the same two objects, which are never changed in place. */
function madeOnce<T extends object>(
  make: (base: ClinicalConfig, history: SettingsHistory) => T,
): (base: ClinicalConfig, history: SettingsHistory) => T {
  const byBase = new WeakMap<ClinicalConfig, WeakMap<SettingsHistory, T>>();
  return (base, history) => {
    const known = byBase.get(base) ?? new WeakMap<SettingsHistory, T>();
    byBase.set(base, known);
    const found = known.get(history) ?? make(base, history);
    known.set(history, found);
    return found;
  };
}

/** One and the same function for the same two objects: whoever keeps what came of it can tell whether it still holds. */
export const configAtOf = madeOnce(newConfigAt);

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
export const configsBetweenOf = madeOnce(newConfigsBetween);

function newConfigsBetween(base: ClinicalConfig, { versions }: SettingsHistory): ConfigsBetween {
  const spans = [undefined, ...versions].map((version, i): ConfigSpan => ({
    from: version?.from ?? -Infinity,
    until: versions[i]?.from ?? Infinity,
    config: version === undefined ? base : configOf(base, version),
  }));
  // What is asked for is recent, however long the history is.
  return (start, end) => {
    const last = spans.findLastIndex(({ from }) => from <= end);
    let first = last;
    while (first > 0 && start < (spans[first - 1]?.until ?? -Infinity)) first--;
    return spans.slice(Math.max(first, 0), last + 1).filter(({ until }) => start < until);
  };
}

/** From when on records have which period. Milliseconds. */
export interface RecordPeriod {
  readonly from: number;
  readonly windowMs: number;
}

/** Every change of the period of records; the first is of ever. */
export const recordPeriods = madeOnce(newRecordPeriods);

function newRecordPeriods(base: ClinicalConfig, { versions }: SettingsHistory): readonly RecordPeriod[] {
  const periods: RecordPeriod[] = [{ from: -Infinity, windowMs: base.windowMs }];
  for (const version of versions) {
    const { windowMs } = configOf(base, version);
    if (windowMs !== periods.at(-1)?.windowMs) periods.push({ from: version.from, windowMs });
  }
  return periods;
}
