import { defineRule } from '../../engine/rule.js';
import { GLUCOSE_HORIZON_MS } from '../../model/limits.js';
import { GLUCOSE_CODES } from '../../model/units.js';
import { MEETS, RULE, SIDES, advance, earlierOf } from './advance.js';
import { NO_GLUCOSE, type GlucoseContext } from './context.js';
import { isJump } from './grade.js';
import { glucoseFromV1 } from './migrate-v1.js';
import { glucoseUrgency } from './urgency.js';
import {
  byValue,
  isConflict,
  isSameValue,
  itemOfReading,
  type GlucoseItem,
  type GlucoseValue,
} from './value.js';

/** Flags of a value among the others of its instant. */
function flagsOf(value: GlucoseValue, values: readonly GlucoseValue[]) {
  return [
    ...value.flags,
    ...(value.jumped ? (['RATE_OF_CHANGE'] as const) : []),
    ...(values.some((other) => isConflict(value, other)) ? (['CONFLICTING'] as const) : []),
  ];
}

/** Very low at the first reading, very high with duration, LO and HI at once; per patient, with a part per sensor. */
export const GLUCOSE = defineRule<GlucoseItem, GlucoseContext>({
  name: 'glucose',
  version: 2,
  migrations: [glucoseFromV1],
  takes: [...GLUCOSE_CODES],
  urgency: glucoseUrgency,
  initial: NO_GLUCOSE,
  horizonMs: GLUCOSE_HORIZON_MS,
  growingItems: false,
  compare: (a, b) => a.t - b.t || (a.sensor < b.sensor ? -1 : a.sensor > b.sensor ? 1 : 0),
  itemOf: itemOfReading,
  merge(present, { values: [value] }) {
    if (value === undefined || present.values.some((other) => isSameValue(other, value)))
      return { item: present, isDuplicate: true };
    return {
      item: { ...present, values: [...present.values, value].sort(byValue) },
      isDuplicate: false,
    };
  },
  judge({ sensors }, item) {
    const earlier = earlierOf(sensors[item.sensor]);
    const values = item.values.map((value) => {
      const jumped = value.side === null && isJump(value, item.t, earlier);
      return jumped === value.jumped ? value : { ...value, jumped };
    });
    return values.every((value, i) => value === item.values[i]) ? item : { ...item, values };
  },
  advance: (context, item, { glucose }, out) => advance(context, item, glucose, out),
  open: (context) =>
    SIDES.flatMap((side) => {
      const episode = context[side];
      if (episode === null) return [];
      const { start, raisedAt, level } = episode;
      return [{ rule: RULE[side], start, raisedAt, level }];
    }),
  evidence({ items }, { rule, start, raisedAt }, configAt) {
    const meets = MEETS[rule === RULE.low ? 'low' : 'high'];
    const instants = items.filter(({ t }) => t >= start && t <= raisedAt);
    const all = instants.flatMap(({ values }) => values);
    const met = instants.flatMap(({ t, values }) =>
      values.filter((value) => meets(value, configAt(t).glucose)),
    );
    // What confirms a doubtful low need not be very low itself.
    const evidence = (met.length > 0 ? met : all).map(({ rowId, t, at, code, value, comparator }) => ({
      ...{ rowId, t, at, code, value },
      ...(comparator !== undefined && { comparator }),
    }));
    return { evidence, news2: null };
  },
  *flags({ values }) {
    for (const value of values) yield [value.rowId, flagsOf(value, values)] as const;
  },
});
