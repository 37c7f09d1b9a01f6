import type { Evidence } from '../../model/events.js';
import { NOTHING_HEARD, type Heard, type SilenceState } from './heard.js';

/** What version 1 kept of a device. */
interface HeardV1 {
  readonly lastMs: number;
  readonly last: Evidence;
  readonly live: number;
  readonly countedFrom: number;
  readonly toldFrom: number | null;
}

/** Version 2 of a state: a silence that lasts goes on under its id. */
export function migrateV1(streams: unknown): SilenceState {
  // Written by version 1 of this rule.
  const devices = streams as Readonly<Record<string, HeardV1>>;
  const heardOf = ({ lastMs, last, live, toldFrom }: HeardV1): Heard => ({
    ...{ lastMs, last, live, liveMs: lastMs, backlogMs: null, refused: false, implausible: false },
    told: toldFrom === null ? null : { start: toldFrom, at: toldFrom, marks: [] },
    clock: null,
  });
  return {
    ...NOTHING_HEARD,
    devices: Object.fromEntries(Object.entries(devices).map(([id, heard]) => [id, heardOf(heard)])),
  };
}
