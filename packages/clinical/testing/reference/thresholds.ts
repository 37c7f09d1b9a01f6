import type { RuleName } from '../../src/model/events.js';
import type { FinalEpisode } from '../replay.js';
import type { Judging } from './judging.js';
import { MINUTE, type Prepared } from './prepared.js';

const SYSTOLIC = ['76215-3', '8480-6'];
const DIASTOLIC = ['76213-8', '8462-4'];
const TEMPERATURE = '8310-5';
const LEFT_OUT = ['SENSOR_OFF', 'OUT_OF_RANGE'];

/** What one sensor had at one rule time, of the codes of one rule. */
interface Instant {
  readonly at: number;
  readonly sensor: string;
  readonly isMet: boolean;
  readonly isDoubtful: boolean;
  /** How long a run has to last until this instant opens. */
  readonly onsetMs: number;
}

interface Rule {
  readonly name: RuleName;
  readonly priority: 'medium' | 'low';
  /** Codes of which an instant has one. */
  readonly codes: readonly string[];
  /** Codes of what may be told apart: an instant says nothing against what it lacks. */
  readonly apart: readonly (readonly string[])[];
  readonly isOn: (judging: Judging, at: number) => boolean;
  readonly isMet: (values: readonly Prepared[], judging: Judging) => boolean;
  readonly onsetMs: (judging: Judging, isMonitor: boolean) => number;
}

const some = (
  values: readonly Prepared[],
  codes: readonly string[],
  is: (value: number) => boolean,
): boolean => values.some(({ code, value }) => codes.includes(code) && is(value));

/** Digits behind the point of a step that single precision does not have. */
const steadied = (value: number): number => Number(value.toFixed(4));

const RULES: readonly Rule[] = [
  {
    ...{ name: 'blood-pressure-high', priority: 'medium', codes: [...SYSTOLIC, ...DIASTOLIC] },
    isOn: () => true,
    apart: [SYSTOLIC, DIASTOLIC],
    isMet(values, { isPregnant, pressure }) {
      const bounds = values.filter(({ comparator }) => comparator === '>');
      const isSevere =
        some(values, SYSTOLIC, (value) => value > pressure.highSystolic) ||
        some(bounds, SYSTOLIC, (value) => value >= pressure.highSystolic) ||
        some(values, DIASTOLIC, (value) => value > pressure.highDiastolic) ||
        some(bounds, DIASTOLIC, (value) => value >= pressure.highDiastolic);
      if (!isPregnant) return isSevere;
      return (
        isSevere ||
        some(values, SYSTOLIC, (value) => value >= pressure.pregnancyHighSystolic) ||
        some(values, DIASTOLIC, (value) => value >= pressure.pregnancyHighDiastolic)
      );
    },
    onsetMs: ({ isPregnant }, isMonitor) => (isPregnant && !isMonitor ? 0 : MINUTE),
  },
  {
    ...{ name: 'blood-pressure-low', priority: 'medium', codes: SYSTOLIC },
    apart: [],
    isOn: ({ isNews2For, single }, at) => !isNews2For(at) || single === Infinity,
    // Halfway counts as the lower: up to 90.5 is 90.
    isMet: (values, { pressure }) =>
      some(values, SYSTOLIC, (value) => steadied(value) <= pressure.lowSystolic + 0.5),
    onsetMs: (_judging, isMonitor) => (isMonitor ? MINUTE : 0),
  },
  {
    ...{ name: 'fever', priority: 'low', codes: [TEMPERATURE] },
    apart: [],
    isOn: ({ feverFrom }) => feverFrom !== null,
    // Halfway counts as the warmer: from 37.95 on it is 38.0.
    isMet: (values, { feverFrom }) =>
      some(
        values,
        [TEMPERATURE],
        (value) => steadied(10 * value) >= steadied(10 * (feverFrom ?? Infinity) - 0.5),
      ),
    onsetMs: () => 0,
  },
];

/** Blood pressure and fever, each instant looked at with all that lie before it. */
export const thresholdEpisodes = (
  prepared: readonly Prepared[],
  judgingAt: (t: number) => Judging,
): FinalEpisode[] => RULES.flatMap((rule) => episodesOf(rule, prepared, judgingAt));

function episodesOf(
  rule: Rule,
  prepared: readonly Prepared[],
  judgingAt: (t: number) => Judging,
): FinalEpisode[] {
  const isAhead = ({ flags }: Prepared): boolean => flags.includes('FUTURE_READING');
  const values = prepared.filter(
    (one) =>
      rule.codes.includes(one.code) &&
      !LEFT_OUT.some((flag) => one.flags.includes(flag)) &&
      (!isAhead(one) || rule.isMet([one], judgingAt(one.at))),
  );
  /** Whether the sensor's newest word on something that an instant lacks, of the hour before it, met the rule. */
  const isContradicted = ({ at, sensor }: Prepared, group: readonly Prepared[]): boolean =>
    rule.apart.some((codes) => {
      const of = values.filter((one) => one.sensor === sensor && codes.includes(one.code));
      if (group.some(({ code }) => codes.includes(code))) return false;
      const newest = Math.max(...of.map((one) => one.at).filter((t) => t < at));
      const said = of.filter((one) => one.at === newest);
      return said.length > 0 && !isApart(newest, at) && rule.isMet(said, judgingAt(newest));
    });
  const instants = [...Map.groupBy(values, ({ at, sensor }) => `${at} ${sensor}`).values()].map(
    (group): Instant & { readonly isOn: boolean } => {
      const [one] = group;
      if (one === undefined) throw new RangeError('a group has a member');
      const { at, sensor, kind } = one;
      const judging = judgingAt(at);
      const sure = group.filter((one) => !isAhead(one));
      const isMet = rule.isMet(group, judging);
      return {
        ...{ at, sensor, isOn: rule.isOn(judging, at) && (isMet || !isContradicted(one, group)), isMet },
        isDoubtful: !rule.isMet(sure, judging),
        onsetMs: rule.onsetMs(judging, kind === 'monitor'),
      };
    },
  );
  const counted = instants.filter(({ isOn }) => isOn);
  // Anything measured for the rule shows a gap, also where it is off.
  const times = instants.map(({ at }) => at);
  const parts = [...new Set(counted.map(({ sensor }) => sensor))].flatMap((sensor) =>
    partsOf(counted, sensor, times),
  );
  return joined(
    rule,
    parts.sort((a, b) => a.opened - b.opened),
    counted,
  );
}

interface Part {
  readonly start: number;
  readonly raisedAt: number;
  readonly end: number | null;
  readonly reason: 'recovered' | 'gap' | null;
  /** Places among all instants: twice the index, one more for what an instant itself does. */
  readonly opened: number;
  readonly closed: number;
}

const isApart = (a: number, b: number): boolean => b - a > 60 * MINUTE;

function partsOf(counted: readonly Instant[], sensor: string, times: readonly number[]): Part[] {
  const own = counted.flatMap((one, place) => (one.sensor === sensor ? [{ ...one, place }] : []));
  const parts: Part[] = [];
  let from = 0;
  own.forEach((here, i) => {
    if (i < from || !here.isMet) return;
    let first = i;
    const follows = (k: number): boolean => {
      const [before, after] = [own[k], own[k + 1]];
      return k >= from && before?.isMet === true && !isApart(before.at, after?.at ?? before.at);
    };
    while (follows(first - 1)) first -= 1;
    const start = own[first]?.at ?? here.at;
    if (here.at - start < here.onsetMs) return;
    const opened = 2 * here.place + 1;
    for (let j = i; j < own.length; j++) {
      const one = own[j];
      if (one === undefined) break;
      let back = j;
      while (back > i && own[back - 1]?.isMet === false) back -= 1;
      if (!one.isMet && one.at - (own[back]?.at ?? one.at) >= 15 * MINUTE) {
        parts.push({
          ...{ start, raisedAt: here.at, end: one.at, reason: 'recovered', opened },
          closed: 2 * one.place + 1,
        });
        from = j + 1;
        return;
      }
      const shownAt = times.find((at) => isApart(one.at, at));
      const next = own[j + 1];
      if (shownAt !== undefined && (next === undefined || isApart(one.at, next.at))) {
        const place = counted.findIndex(({ at }) => at >= shownAt);
        parts.push({
          ...{ start, raisedAt: here.at, end: one.at, reason: 'gap', opened },
          closed: place < 0 ? 2 * counted.length : 2 * place,
        });
        from = j + 1;
        return;
      }
    }
    parts.push({ start, raisedAt: here.at, end: null, reason: null, opened, closed: Infinity });
    from = own.length;
  });
  return parts;
}

/** Parts of all sensors are one episode as long as one of them lasts. */
function joined(
  { name, priority }: Rule,
  parts: readonly Part[],
  counted: readonly Instant[],
): FinalEpisode[] {
  const left = [...parts];
  const episodes: FinalEpisode[] = [];
  for (let first = left.shift(); first !== undefined; first = left.shift()) {
    const group = [first];
    const lasts = (): number => Math.max(...group.map(({ closed }) => closed));
    while (left[0] !== undefined && left[0].opened < lasts()) group.push(...left.splice(0, 1));
    const { start, raisedAt, opened } = first;
    const last = group.toSorted((a, b) => a.closed - b.closed || (a.end ?? 0) - (b.end ?? 0)).at(-1);
    const isOver = lasts() !== Infinity;
    const sure = counted.some(
      (one, place) => 2 * place + 1 >= opened && 2 * place + 1 <= lasts() && one.isMet && !one.isDoubtful,
    );
    episodes.push({
      ...{ rule: name, start, raisedAt, priority, unconfirmed: !sure },
      end: isOver ? Math.max(...group.map(({ end }) => end ?? 0)) : null,
      reason: isOver ? (last?.reason ?? null) : null,
    });
  }
  return episodes;
}
