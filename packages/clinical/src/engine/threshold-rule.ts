import { levelOf, type Level } from '../model/alarm.js';
import type { ClinicalConfig } from '../model/config.js';
import type { DeviceKind } from '../model/device.js';
import type { Evidence, RuleName } from '../model/events.js';
import { flagsOfValue } from '../model/flags.js';
import { IDLE_PART, isGap, stepPart, type Grade, type Part } from './machine.js';
import { closePart, openEpisode, type OpenEpisode } from './open-episode.js';
import { defineRule, type Rule, type RuleInput, type UrgencyTest } from './rule.js';
import type { Transition } from './transition.js';

/** One value that thresholds are held against. */
interface ThresholdValue extends Evidence {
  readonly at: number;
  /** Its clock is too far ahead: what it says is in doubt. */
  readonly isAhead?: true;
}

/** What one sensor measured at one instant of rule time; sorted by code, value and row. */
export interface ThresholdItem {
  readonly t: number;
  readonly sensor: string;
  readonly kind: DeviceKind | null;
  readonly values: readonly ThresholdValue[];
}

/** A threshold: what an instant means to it. */
export interface Threshold {
  readonly rule: RuleName;
  readonly level: Level;
  /** Null: the instant says nothing about it, or it is off for this patient. */
  grade(item: ThresholdItem, config: ClinicalConfig): Grade | null;
  /**
   * Codes of what is measured together and may be told apart, such as systolic and diastolic pressure: what met the rule by
   * one of them is taken back by that one alone.
   */
  readonly aspects?: readonly ReadonlySet<string>[];
  /** How long it has to be met. */
  onsetMs(item: ThresholdItem, config: ClinicalConfig): number;
}

export interface ThresholdRule {
  readonly name: string;
  readonly takes: readonly string[];
  readonly horizonMs: number;
  readonly thresholds: readonly Threshold[];
}

/** What one sensor has said of one threshold. */
interface SensorState {
  readonly lastT: number;
  readonly part: Part;
  /** By place in `aspects`: when it met the rule, where it did when it was measured last. */
  readonly metAt?: Readonly<Record<number, number>>;
}

/** Where one threshold stands: a part per sensor. */
interface ThresholdState {
  readonly parts: Readonly<Record<string, SensorState>>;
  readonly episode: OpenEpisode | null;
}

type ThresholdContext = Readonly<Record<string, ThresholdState>>;

const NOTHING: ThresholdState = { parts: {}, episode: null };

/** What is ahead of its time is heard if it meets a threshold by itself; anything else of it says nothing. */
function itemOf(
  { reading, at, sensorId, device, flags }: RuleInput,
  thresholds: readonly Threshold[],
  config: ClinicalConfig,
): ThresholdItem | null {
  if (flags.some((flag) => flag !== 'FUTURE_READING')) return null;
  const { rowId, t, code, value, comparator } = reading;
  const measured = { rowId, t, at, code, value, ...(comparator !== undefined && { comparator }) };
  const item = { t: at, sensor: sensorId, kind: device.kind ?? null };
  if (flags.length === 0) return { ...item, values: [measured] };
  const ahead: ThresholdItem = { ...item, values: [{ ...measured, isAhead: true }] };
  return thresholds.some(({ grade }) => grade(ahead, config) === 'emergency') ? ahead : null;
}

/** The level of an instant that meets a threshold: in doubt if it does not without the values that are ahead. */
function levelAt({ level, grade }: Threshold, item: ThresholdItem, config: ClinicalConfig): Level {
  const values = item.values.filter(({ isAhead }) => isAhead !== true);
  const isSure =
    values.length === item.values.length ||
    (values.length > 0 && grade({ ...item, values }, config) === 'emergency');
  return isSure ? level : levelOf(level.priority, ['clock-ahead'], { unconfirmed: true });
}

/** The aspects that meet a threshold, as each was measured last, with this instant; up to a gap before it. */
function metAtAfter(
  { aspects = [], grade }: Threshold,
  before: SensorState['metAt'] = {},
  item: ThresholdItem,
  config: ClinicalConfig,
): Readonly<Record<number, number>> {
  const metAt: Record<number, number> = {};
  aspects.forEach((codes, aspect) => {
    const values = item.values.filter(({ code }) => codes.has(code));
    if (values.length === 0) {
      const at = before[aspect];
      if (at !== undefined && !isGap(at, item.t)) metAt[aspect] = at;
    } else if (grade({ ...item, values }, config) === 'emergency') metAt[aspect] = item.t;
  });
  return metAt;
}

const text = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Left out where nothing is met: states are kept. */
const withMet = ({ lastT, part }: SensorState, metAt: Readonly<Record<number, number>>): SensorState => ({
  lastT,
  part,
  ...(Object.keys(metAt).length > 0 && { metAt }),
});

/** One threshold after one more instant. */
function step(
  threshold: Threshold,
  state: ThresholdState,
  item: ThresholdItem,
  { config, out }: { readonly config: ClinicalConfig; readonly out: Transition[] },
): ThresholdState {
  const { rule } = threshold;
  const { t, sensor } = item;
  let parts = { ...state.parts };
  let { episode } = state;
  const close = (end: number, reason: 'gap' | 'recovered') => {
    if (episode === null) return;
    const isLast = !Object.values(parts).some(({ part }) => part.isOpen);
    episode = closePart(episode, { rule, end, reason, at: t, isLast }, out);
  };
  const silent = Object.entries(parts)
    .filter(([, { lastT }]) => isGap(lastT, t))
    .sort(([a, x], [b, y]) => x.lastT - y.lastT || text(a, b));
  for (const [id, { lastT, part }] of silent) {
    parts = Object.fromEntries(Object.entries(parts).filter(([other]) => other !== id));
    if (part.isOpen) close(lastT, 'gap');
  }
  const known = parts[sensor];
  const grade = threshold.grade(item, config);
  const metAt = metAtAfter(threshold, known?.metAt, item, config);
  const saysNothing = grade !== 'emergency' && Object.keys(metAt).length > 0;
  if (grade === null || saysNothing) {
    if (known !== undefined) parts[sensor] = withMet(known, metAt);
    return { parts, episode };
  }
  const stepped = stepPart(known?.part ?? IDLE_PART, t, grade, threshold.onsetMs(item, config));
  parts[sensor] = withMet({ lastT: t, part: stepped.part }, metAt);
  if (grade === 'emergency' && (stepped.opened !== null || episode !== null)) {
    const level = levelAt(threshold, item, config);
    episode = openEpisode(episode, { rule, start: stepped.opened ?? t, t, level }, out);
  }
  if (stepped.recovered) close(t, 'recovered');
  return { parts, episode };
}

/** A value that meets a threshold of more than low priority by itself. */
function urgencyOf({ takes, thresholds }: ThresholdRule): UrgencyTest {
  const codes: ReadonlySet<string> = new Set(takes);
  const pressing = thresholds.filter(({ level }) => level.priority !== 'low');
  return (values, { config, device }) =>
    values.some((reading) => {
      if (!codes.has(reading.code) || flagsOfValue(reading).length > 0) return false;
      const { at: t, code, value, comparator } = reading;
      const measured = { rowId: 0, t, at: t, code, value, ...(comparator !== undefined && { comparator }) };
      const item = { t, sensor: '', kind: device.kind ?? null, values: [measured] };
      return pressing.some(({ grade }) => grade(item, config) === 'emergency');
    });
}

/** A rule of plain thresholds: a value beyond one, for as long as it asks for, raises; 15 min back within end it. */
export function defineThresholdRule(definition: ThresholdRule): Rule {
  const { thresholds, ...rule } = definition;
  return defineRule<ThresholdItem, ThresholdContext>({
    ...rule,
    urgency: urgencyOf(definition),
    version: 1,
    migrations: [],
    initial: {},
    growingItems: true,
    compare: (a, b) => a.t - b.t || text(a.sensor, b.sensor),
    itemOf: (input, config) => itemOf(input, thresholds, config),
    merge(present, { values: [value] }) {
      const isKnown = (other: ThresholdValue) =>
        value !== undefined &&
        other.isAhead === value.isAhead &&
        other.code === value.code &&
        other.value === value.value &&
        other.comparator === value.comparator;
      // Who repeats a reading is told by the rule that flags it.
      if (value === undefined || present.values.some(isKnown)) return { item: present, isDuplicate: false };
      const values = [...present.values, value].sort(
        (a, b) => text(a.code, b.code) || a.value - b.value || a.rowId - b.rowId,
      );
      return { item: { ...present, values }, isDuplicate: false };
    },
    judge: (_context, item) => item,
    advance(context, item, config, out) {
      const next: Record<string, ThresholdState> = {};
      for (const threshold of thresholds) {
        next[threshold.rule] = step(threshold, context[threshold.rule] ?? NOTHING, item, { config, out });
      }
      return next;
    },
    open: (context) =>
      thresholds.flatMap(({ rule: name }) => {
        const episode = context[name]?.episode ?? null;
        if (episode === null) return [];
        const { start, raisedAt, level } = episode;
        return [{ rule: name, start, raisedAt, level }];
      }),
    evidence({ items }, { rule: name, start, raisedAt }, configAt) {
      const threshold = thresholds.find(({ rule: other }) => other === name);
      const evidence = items
        .filter(({ t }) => t >= start && t <= raisedAt)
        .filter((item) => threshold?.grade(item, configAt(item.t)) === 'emergency')
        .flatMap(({ values }) => values);
      return { evidence, news2: null };
    },
    flags: () => [],
  });
}
