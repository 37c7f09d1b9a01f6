import { IDLE_PART } from '../../engine/machine.js';
import type { StreamPair } from '../../engine/stream-pair.js';
import { migratePair, type MachineV1, type StreamPairV1, type StreamV1 } from '../../engine/v1.js';
import type { Level } from '../../model/alarm.js';
import type { VitalsContext } from './context.js';
import { NEWS2_DEFAULTS } from './defaults.js';
import { scoreAt, withNewest, type Newest } from './newest.js';
import { levelOfScore, withBad } from './score-episode.js';
import type { VitalsItem } from './vitals.js';
import { NO_ZEROS } from './zeros.js';

interface ItemV1 {
  readonly t: number;
  readonly values: Readonly<Record<string, readonly [value: number, rowId: number]>>;
}

/** Version 1 did not keep who measured. */
const UNKNOWN_DEVICE = '';

const SCALE = NEWS2_DEFAULTS.spo2Scale;

function newestOf({ items }: StreamV1<ItemV1, MachineV1>): Newest {
  let newest: Newest = {};
  for (const { t, values } of items) {
    const vitals = Object.entries(values).map(([code, [value, rowId]]) => ({
      ...{ rowId, deviceId: UNKNOWN_DEVICE, code, value },
    }));
    newest = withNewest(newest, { t, values: vitals }, SCALE);
  }
  return newest;
}

/** What the last score says now: nothing of it is news. */
function levelOfOpen(_rule: string, stream: StreamV1<ItemV1, MachineV1>): Level {
  const t = stream.items.at(-1)?.t ?? 0;
  const scored = scoreAt(newestOf(stream), t, SCALE, { carried: true });
  return levelOfScore(scored, NEWS2_DEFAULTS);
}

function contextOf(stream: StreamV1<ItemV1, MachineV1>): VitalsContext {
  const { lastT, runStart, recoveredSince, open } = stream.head;
  const newest = newestOf(stream);
  const fresh = scoreAt(newest, lastT ?? 0, SCALE, { carried: false });
  return {
    newest,
    zeros: NO_ZEROS,
    score: {
      lastT,
      part: { ...IDLE_PART, runStart, recoveredSince, isOpen: open !== null },
      episode: open && { ...open, level: levelOfOpen('news2', stream), lastEnd: null },
      bad: open === null ? {} : withBad({}, fresh),
    },
  };
}

/** From version 1: items become part of the context, as the newest values. */
export function news2FromV1(state: unknown): StreamPair<VitalsItem, VitalsContext> {
  // Written by the first release alone; what it wrote is checked by `migration.test.ts`.
  return migratePair(state as StreamPairV1<ItemV1, MachineV1>, contextOf, levelOfOpen);
}
