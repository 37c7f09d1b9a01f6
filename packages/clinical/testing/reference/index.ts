import type { ClinicalOverrides } from '../../src/model/config.js';
import type { ClinicalReading } from '../../src/model/reading.js';
import type { SettingsVersion } from '../../src/model/settings.js';
import { byStart, type FinalEpisode } from '../replay.js';
import { glucoseEpisodes } from './glucose.js';
import { judgingAt, windowStartAt } from './judging.js';
import { news2Episodes } from './news2.js';
import { prepare } from './prepared.js';
import { thresholdEpisodes } from './thresholds.js';
import { zeroEpisodes } from './zeros.js';

/**
 * What must come out, computed the long way round from `spec/clinical.md`: everything at once, sorted by rule time,
 * looking back over all of it for each instant. Shares only the code table with what it checks.
 */
export interface Reference {
  readonly episodes: readonly FinalEpisode[];
  readonly windows: readonly number[];
  /** By row, sorted; rows without any are left out. */
  readonly flags: ReadonlyMap<number, readonly string[]>;
}

export function reference(
  readings: readonly ClinicalReading[],
  overrides: ClinicalOverrides = {},
  versions: readonly SettingsVersion[] = [],
): Reference {
  const judging = judgingAt(overrides, versions);
  const prepared = prepare(readings, judging);
  const glucose = glucoseEpisodes(prepared, judging);
  const flags = new Map<number, string[]>();
  const flag = (rowId: number, name: string) => flags.set(rowId, [...(flags.get(rowId) ?? []), name].sort());
  for (const { rowId, flags: own } of prepared) for (const name of own) flag(rowId, name);
  for (const rowId of glucose.jumps) flag(rowId, 'RATE_OF_CHANGE');
  const leftOut = ['SENSOR_OFF', 'OUT_OF_RANGE', 'UNIT_DOUBTFUL', 'FUTURE_READING', 'DUPLICATE'];
  const counted = prepared.filter((reading) => !reading.flags.some((name) => leftOut.includes(name)));
  return {
    episodes: [
      ...glucose.episodes,
      ...news2Episodes(prepared, judging),
      ...zeroEpisodes(prepared),
      ...thresholdEpisodes(prepared, judging),
    ].sort(byStart),
    windows: [...new Set(counted.map(({ at }) => windowStartAt(at, overrides, versions)))].sort(
      (a, b) => a - b,
    ),
    flags,
  };
}
