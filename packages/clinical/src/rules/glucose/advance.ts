import { IDLE_PART, isGap, stepPart, type Part } from '../../engine/machine.js';
import { closePart, escalate, openEpisode, type OpenEpisode } from '../../engine/open-episode.js';
import type { Transition } from '../../engine/transition.js';
import { levelOf } from '../../model/alarm.js';
import type { GlucoseThresholds } from '../../model/config.js';
import type { EpisodeEndReason, RuleName } from '../../model/events.js';
import { CONFIRMATION_MS } from '../../model/limits.js';
import type { GlucoseContext, SensorState } from './context.js';
import { confirmsLow, gradeHigh, gradeLow, meetsHigh, meetsLow, type Earlier } from './grade.js';
import type { GlucoseItem } from './value.js';

type Side = 'low' | 'high';
export const SIDES: readonly Side[] = ['low', 'high'];

export const RULE = { low: 'glucose-very-low', high: 'glucose-very-high' } as const satisfies Record<
  Side,
  RuleName
>;
const GRADE = { low: gradeLow, high: gradeHigh };
export const MEETS = { low: meetsLow, high: meetsHigh };

/** A context that changes while one instant is worked in. */
interface Draft {
  sensors: Record<string, SensorState>;
  low: OpenEpisode | null;
  high: OpenEpisode | null;
  doubtfulLowAt: number | null;
}

function endPart(
  draft: Draft,
  side: Side,
  { end, reason, at }: { end: number; reason: EpisodeEndReason; at: number },
  out: Transition[],
): void {
  const episode = draft[side];
  if (episode === null) return;
  const isLast = !Object.values(draft.sensors).some((sensor) => sensor[side].isOpen);
  draft[side] = closePart(episode, { rule: RULE[side], end, reason, at, isLast }, out);
}

function hasSilent(sensors: GlucoseContext['sensors'], t: number): boolean {
  for (const id in sensors) if (isGap(sensors[id]?.lastT ?? t, t)) return true;
  return false;
}

/** Forgets sensors of which nothing came for too long, and ends their parts; in the order of their last readings. */
function dropSilent(draft: Draft, t: number, out: Transition[]): void {
  if (!hasSilent(draft.sensors, t)) return;
  const silent = Object.entries(draft.sensors)
    .filter(([, { lastT }]) => isGap(lastT, t))
    .sort(([a, x], [b, y]) => x.lastT - y.lastT || (a < b ? -1 : 1));
  for (const [id, sensor] of silent) {
    draft.sensors = Object.fromEntries(Object.entries(draft.sensors).filter(([other]) => other !== id));
    for (const side of SIDES) {
      if (sensor[side].isOpen) endPart(draft, side, { end: sensor.lastT, reason: 'gap', at: t }, out);
    }
  }
}

/** What a sensor had before the instant in question; of an instant there is one item. */
export const earlierOf = (sensor: SensorState | undefined): Earlier | null =>
  sensor === undefined ? null : { t: sensor.lastT, mgPerDl: sensor.lowest };

interface SideStep {
  readonly sensor: Part;
  readonly earlier: Earlier | null;
  readonly thresholds: GlucoseThresholds;
  readonly out: Transition[];
}

function stepSide(
  draft: Draft,
  side: Side,
  item: GlucoseItem,
  { sensor, earlier, thresholds, out }: SideStep,
): { part: Part; counted: boolean; recovered: boolean } {
  const verdict = GRADE[side](item, earlier, thresholds);
  if (verdict === null) return { part: sensor, counted: false, recovered: false };
  const onsetMs = side === 'low' || verdict.isAtOnce ? 0 : thresholds.veryHighDurationMs;
  const { part, opened, recovered } = stepPart(sensor, item.t, verdict.grade, onsetMs);
  const rule = RULE[side];
  const { level } = verdict;
  const episode = draft[side];
  if (episode === null) {
    if (opened !== null) draft[side] = openEpisode(null, { rule, start: opened, t: item.t, level }, out);
  } else if (verdict.grade === 'emergency' && !level.unconfirmed) {
    draft[side] = escalate(episode, { rule, at: item.t, level: levelOf(level.priority) }, out);
  }
  if (side === 'low' && verdict.grade === 'emergency' && level.unconfirmed) draft.doubtfulLowAt = item.t;
  return { part, counted: true, recovered };
}

/** A second low value within 15 min of a doubtful one: it is no doubt any more. */
function confirmLow(draft: Draft, item: GlucoseItem, thresholds: GlucoseThresholds, out: Transition[]): void {
  const { low, doubtfulLowAt } = draft;
  if (low === null || doubtfulLowAt === null || item.t <= doubtfulLowAt) return;
  if (item.t - doubtfulLowAt > CONFIRMATION_MS || !confirmsLow(item, thresholds)) return;
  draft.low = escalate(low, { rule: RULE.low, at: item.t, level: levelOf('high') }, out);
}

/** Where things stand after one more instant of one sensor. */
export function advance(
  context: GlucoseContext,
  item: GlucoseItem,
  thresholds: GlucoseThresholds,
  out: Transition[],
): GlucoseContext {
  const draft: Draft = { ...context };
  const { t, sensor: id } = item;
  dropSilent(draft, t, out);
  const before = draft.sensors[id];
  const earlier = earlierOf(before);
  const common = { earlier, thresholds, out };
  confirmLow(draft, item, thresholds, out);
  const low = stepSide(draft, 'low', item, { sensor: before?.low ?? IDLE_PART, ...common });
  const high = stepSide(draft, 'high', item, { sensor: before?.high ?? IDLE_PART, ...common });
  if (low.counted || high.counted) {
    const lowest = item.values[0]?.mgPerDl ?? NaN;
    draft.sensors = {
      ...draft.sensors,
      [id]: { lastT: t, low: low.part, high: high.part, lowest },
    };
  }
  if (low.recovered) endPart(draft, 'low', { end: t, reason: 'recovered', at: t }, out);
  if (high.recovered) endPart(draft, 'high', { end: t, reason: 'recovered', at: t }, out);
  return draft;
}
