import type { Part } from '../../engine/machine.js';
import type { OpenEpisode } from '../../engine/open-episode.js';
import type { StreamPair } from '../../engine/stream-pair.js';
import { migratePair, type MachineV1, type StreamPairV1 } from '../../engine/v1.js';
import { levelOf, type Level } from '../../model/alarm.js';
import type { RuleName } from '../../model/events.js';
import type { GlucoseContext, SensorState } from './context.js';
import type { GlucoseItem } from './value.js';

interface ItemV1 {
  readonly t: number;
  readonly deviceId: string;
}

interface ContextV1 {
  readonly low: MachineV1;
  readonly high: MachineV1;
  readonly previous: Readonly<Record<string, { readonly t: number; readonly value: number }>>;
}

const HIGH_RULE: RuleName = 'glucose-very-high';

/** What version 1 had said: very low at once, very high after 15 min. */
const levelOfOpen = (rule: RuleName): Level => levelOf(rule === HIGH_RULE ? 'medium' : 'high');

const partOf = ({ runStart, recoveredSince, open }: MachineV1): Part => ({
  runStart,
  recoveredSince,
  isOpen: open !== null,
});

const episodeOf = ({ open }: MachineV1, level: Level): OpenEpisode | null =>
  open && { ...open, level, lastEnd: null };

/** One machine for all sensors becomes a part of each sensor that it last heard of. */
function contextOf({ low, high, previous }: ContextV1): GlucoseContext {
  const sensors: Record<string, SensorState> = {};
  for (const [deviceId, { t, value }] of Object.entries(previous)) {
    sensors[deviceId] = { lastT: t, lowest: value, low: partOf(low), high: partOf(high) };
  }
  const isAnyHeard = Object.keys(sensors).length > 0;
  return {
    sensors,
    low: isAnyHeard ? episodeOf(low, levelOfOpen('glucose-very-low')) : null,
    high: isAnyHeard ? episodeOf(high, levelOfOpen(HIGH_RULE)) : null,
    doubtfulLowAt: null,
  };
}

/** From version 1: items become part of the context; parts are per sensor. */
export function glucoseFromV1(state: unknown): StreamPair<GlucoseItem, GlucoseContext> {
  // Written by the first release alone; what it wrote is checked by `migration.test.ts`.
  const pair = state as StreamPairV1<ItemV1, ContextV1>;
  return migratePair(pair, ({ head }) => contextOf(head), levelOfOpen);
}
