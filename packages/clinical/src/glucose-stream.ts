import { LOINC } from './codes.js';
import type { GlucoseThresholds } from './config.js';
import { IDLE_MACHINE, stepEpisode, type EpisodeMachine, type Grade } from './episode.js';
import type { StreamItem, StreamKind } from './stream.js';
import { GLUCOSE_HORIZON_MS, RATE_OF_CHANGE_SPAN_MS } from './limits.js';
import { assess } from './plausibility.js';

/** A glucose reading within the plausible range, mg/dL. */
export interface GlucoseItem extends StreamItem {
  readonly rowId: number;
  readonly deviceId: string;
  readonly value: number;
  /** Changed faster than is plausible since the device's last plausible reading: kept out of the rules. */
  readonly jumped: boolean;
}

export interface GlucoseContext {
  readonly low: EpisodeMachine;
  readonly high: EpisodeMachine;
  /** Last plausible reading per device, as long as a rate of change can be told from it. */
  readonly previous: Readonly<Record<string, { readonly t: number; readonly value: number }>>;
}

/** What a glucose value means to the rule for values below `veryLowMgPerDl`. */
const gradeLow = (value: number, thresholds: GlucoseThresholds): Grade =>
  value < thresholds.veryLowMgPerDl ? 'emergency' : gradeRecovery(value, thresholds);

/** What a glucose value means to the rule for values above `veryHighMgPerDl`. */
const gradeHigh = (value: number, thresholds: GlucoseThresholds): Grade =>
  value > thresholds.veryHighMgPerDl ? 'emergency' : gradeRecovery(value, thresholds);

const gradeRecovery = (value: number, thresholds: GlucoseThresholds): Grade =>
  value >= thresholds.recoveredLowMgPerDl && value <= thresholds.recoveredHighMgPerDl
    ? 'recovered'
    : 'between';

const MET_AT_ONCE_MS = 0;

const withPrevious = (
  previous: GlucoseContext['previous'],
  item: GlucoseItem,
): GlucoseContext['previous'] => {
  const kept: Record<string, { t: number; value: number }> = {};
  for (const deviceId in previous) {
    const reading = previous[deviceId];
    if (reading !== undefined && item.t - reading.t <= RATE_OF_CHANGE_SPAN_MS) kept[deviceId] = reading;
  }
  kept[item.deviceId] = { t: item.t, value: item.value };
  return kept;
};

/** Very low at the first reading, very high with duration; each with episodes of its own. */
export const GLUCOSE_STREAM: StreamKind<GlucoseItem, GlucoseContext> = {
  initial: { low: IDLE_MACHINE, high: IDLE_MACHINE, previous: {} },
  horizonMs: GLUCOSE_HORIZON_MS,
  growingItems: false,
  compare: (a, b) => a.t - b.t || (a.deviceId < b.deviceId ? -1 : a.deviceId > b.deviceId ? 1 : 0),
  judge({ previous }, item) {
    const reading = { t: item.t, code: LOINC.glucose, value: item.value };
    const jumped = !assess(reading, previous[item.deviceId] ?? null).plausible;
    return jumped === item.jumped ? item : { ...item, jumped };
  },
  advance(context, item, { glucose }, out) {
    if (item.jumped) return context;
    const { t, value } = item;
    return {
      low: stepEpisode(context.low, {
        rule: 'glucose-very-low',
        onsetMs: MET_AT_ONCE_MS,
        t,
        grade: gradeLow(value, glucose),
        out,
      }),
      high: stepEpisode(context.high, {
        rule: 'glucose-very-high',
        onsetMs: glucose.veryHighDurationMs,
        t,
        grade: gradeHigh(value, glucose),
        out,
      }),
      previous: withPrevious(context.previous, item),
    };
  },
  open({ low, high }) {
    const open: { rule: 'glucose-very-low' | 'glucose-very-high'; start: number; raisedAt: number }[] = [];
    if (low.open !== null) open.push({ rule: 'glucose-very-low', ...low.open });
    if (high.open !== null) open.push({ rule: 'glucose-very-high', ...high.open });
    return open;
  },
  evidence(items, start, raisedAt) {
    const evidence = items
      .filter(({ t, jumped }) => t >= start && t <= raisedAt && !jumped)
      .map(({ rowId, t, value }) => ({ rowId, t, code: LOINC.glucose, value }));
    return { evidence, news2: null };
  },
};
