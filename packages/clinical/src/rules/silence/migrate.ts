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

/** A silence of version 1 that lasts goes on under its id. */
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

/** Version 3: refused frames of devices that are not waited for count from now on. */
export const migrateV2 = (streams: unknown): SilenceState => ({
  ...NOTHING_HEARD,
  // Written by version 2 of this rule.
  ...(streams as Omit<SilenceState, 'refused'>),
});
