import type { FinalEpisode } from '../replay.js';
import type { Judging } from './judging.js';
import { MINUTE, type Prepared } from './prepared.js';

/** What one sensor had at one rule time. */
interface Instant {
  readonly at: number;
  readonly sensor: string;
  readonly judging: Judging;
  readonly values: readonly Prepared[];
}

type Grade = 'meets' | 'recovered' | 'neither' | 'left out';

interface Judged {
  readonly grade: Grade;
  readonly isDoubtful: boolean;
  readonly isHi: boolean;
}

/** A part, with its place among the instants: gaps are dealt with before an instant, steps in it. */
interface Part {
  readonly start: number;
  readonly raisedAt: number;
  readonly opened: number;
  readonly end: number | null;
  readonly reason: 'recovered' | 'gap' | null;
  readonly closed: number;
  readonly lastT: number;
}

const RULES = { low: 'glucose-very-low', high: 'glucose-very-high' } as const;
type Side = keyof typeof RULES;

export function glucoseEpisodes(
  prepared: readonly Prepared[],
  judgingAt: (t: number) => Judging,
): {
  readonly episodes: readonly FinalEpisode[];
  readonly jumps: readonly number[];
} {
  const values = prepared.filter(
    ({ mass, flags }) =>
      !Number.isNaN(mass) &&
      !['SENSOR_OFF', 'OUT_OF_RANGE', 'DUPLICATE'].some((flag) => flags.includes(flag)),
  );
  const instants = [...Map.groupBy(values, ({ at, sensor }) => `${at} ${sensor}`).values()].map(
    (group): Instant => {
      const { at, sensor } = group[0] ?? { at: 0, sensor: '' };
      return { at, sensor, judging: judgingAt(at), values: group };
    },
  );
  const jumps = instants.flatMap((instant, i) => {
    const earlier = earlierOf(instants, i);
    return instant.values.filter((value) => isJump(value, instant.at, earlier)).map(({ rowId }) => rowId);
  });
  const sides: Side[] = ['low', 'high'];
  return { episodes: sides.flatMap((side) => episodesOf(side, instants)), jumps };
}

/** The lowest value of the newest instant before of the same sensor that counted, if it is at most 15 min old. */
function earlierOf(instants: readonly Instant[], i: number): { at: number; lowest: number } | undefined {
  const { at, sensor } = instants[i] ?? { at: 0, sensor: '' };
  const earlier = instants
    .slice(0, i)
    .findLast((other) => other.sensor === sensor && (counts('low', other) || counts('high', other)));
  if (earlier === undefined || at - earlier.at > 15 * MINUTE) return undefined;
  return { at: earlier.at, lowest: Math.min(...earlier.values.map(({ mass }) => mass)) };
}

const counts = (side: Side, { values, judging }: Instant): boolean =>
  values.some((value) => isMet(side, value, judging) || !value.flags.includes('FUTURE_READING'));

function isJump(
  { mass, lo, hi }: Prepared,
  at: number,
  earlier: { at: number; lowest: number } | undefined,
): boolean {
  if (earlier === undefined || lo || hi) return false;
  const change = Math.abs(mass - earlier.lowest);
  return change > Math.max(30, 0.3 * earlier.lowest) && change > (20 * (at - earlier.at)) / MINUTE;
}

function isMet(side: Side, { mass, lo, hi }: Prepared, { veryLow, veryHigh }: Judging): boolean {
  if (side === 'low') return lo || (!hi && mass < veryLow);
  return hi || (!lo && mass > veryHigh);
}

function judge(side: Side, instants: readonly Instant[], i: number): Judged {
  const instant = instants[i];
  if (instant === undefined) throw new Error('no instant');
  const { backFrom, backTo, veryHigh } = instant.judging;
  const met = instant.values.filter((value) => isMet(side, value, instant.judging));
  const isFuture = ({ flags }: Prepared) => flags.includes('FUTURE_READING');
  if (met.length === 0) {
    const rest = instant.values.filter((value) => !isFuture(value));
    const isBack = ({ lo, hi, mass, flags }: Prepared) =>
      !lo && !hi && mass >= backFrom && mass <= backTo && !flags.includes('UNIT_DOUBTFUL');
    const grade = rest.length === 0 ? 'left out' : rest.every(isBack) ? 'recovered' : 'neither';
    return { grade, isDoubtful: false, isHi: false };
  }
  const his = met.filter(({ hi }) => hi);
  const earlier = earlierOf(instants, i);
  const isDoubtful = (value: Prepared): boolean => {
    if (isFuture(value)) return true;
    if (value.lo) return value.mass > backFrom;
    if (value.hi) return value.mass < veryHigh;
    if (side === 'high') return false;
    const fall = earlier === undefined ? 0 : earlier.lowest - value.mass;
    const isFast = earlier !== undefined && fall > 30 && fall > (4 * (instant.at - earlier.at)) / MINUTE;
    return value.flags.includes('UNIT_DOUBTFUL') || value.firstDay || isFast;
  };
  const decisive = side === 'high' && his.length > 0 ? his : met;
  return { grade: 'meets', isDoubtful: decisive.every(isDoubtful), isHi: his.length > 0 };
}

/** The parts of one sensor for one rule, by looking back from each instant. */
function partsOf(
  side: Side,
  sensor: string,
  instants: readonly Instant[],
  judged: readonly Judged[],
): Part[] {
  const own = instants.flatMap((instant, index) => {
    const isOwn = instant.sensor === sensor && (counts('low', instant) || counts('high', instant));
    return isOwn
      ? [{ at: instant.at, index, judgement: judged[index] ?? NONE, highForMs: instant.judging.highForMs }]
      : [];
  });
  const parts: Part[] = [];
  let from = 0;
  for (let i = 0; i < own.length; i++) {
    const here = own[i];
    if (here === undefined || i < from || here.judgement.grade !== 'meets') continue;
    let first = i;
    for (let k = i; k >= from; k--) {
      const one = own[k];
      const next = own[k + 1];
      if (one === undefined || (next !== undefined && k < i && next.at - one.at > 60 * MINUTE)) break;
      if (one.judgement.grade === 'left out') continue;
      if (one.judgement.grade !== 'meets') break;
      first = k;
    }
    const start = own[first]?.at ?? here.at;
    const isEnough = side === 'low' || here.judgement.isHi || here.at - start >= here.highForMs;
    if (!isEnough) continue;
    const end = endOf(own, i, instants);
    parts.push({ start, raisedAt: here.at, opened: 2 * here.index + 1, ...end.part });
    from = end.next;
  }
  return parts;
}

const NONE: Judged = { grade: 'left out', isDoubtful: false, isHi: false };

function endOf(
  own: readonly { at: number; index: number; judgement: Judged }[],
  i: number,
  instants: readonly Instant[],
): { part: Pick<Part, 'end' | 'reason' | 'closed' | 'lastT'>; next: number } {
  for (let j = i; j < own.length; j++) {
    const here = own[j];
    const after = own[j + 1];
    if (here === undefined) break;
    if (here.judgement.grade === 'recovered') {
      let since = here.at;
      for (let k = j; k > i; k--) {
        const { grade } = own[k]?.judgement ?? NONE;
        if (grade === 'left out') continue;
        if (grade !== 'recovered') break;
        since = own[k]?.at ?? since;
      }
      if (here.at - since >= 15 * MINUTE)
        return {
          part: { end: here.at, reason: 'recovered', closed: 2 * here.index + 1, lastT: here.at },
          next: j + 1,
        };
    }
    if (after === undefined || after.at - here.at > 60 * MINUTE) {
      const shown = instants.findIndex(({ at }) => at - here.at > 60 * MINUTE);
      if (shown >= 0)
        return { part: { end: here.at, reason: 'gap', closed: 2 * shown, lastT: here.at }, next: j + 1 };
    }
  }
  return { part: { end: null, reason: null, closed: Infinity, lastT: Infinity }, next: own.length };
}

/** Parts of all sensors, joined as long as one of them lasts. */
function episodesOf(side: Side, instants: readonly Instant[]): FinalEpisode[] {
  const judged = instants.map((_, i) => judge(side, instants, i));
  const sensors = [...new Set(instants.map(({ sensor }) => sensor))];
  const parts = sensors
    .flatMap((sensor) => partsOf(side, sensor, instants, judged))
    .sort((a, b) => a.opened - b.opened);
  const episodes: FinalEpisode[] = [];
  while (parts.length > 0) {
    const group: Part[] = parts.splice(0, 1);
    const lasts = () => Math.max(...group.map(({ closed }) => closed));
    while (parts[0] !== undefined && parts[0].opened < lasts()) group.push(...parts.splice(0, 1));
    const [first] = group;
    if (first === undefined) break;
    const last = group.toSorted((a, b) => a.closed - b.closed || a.lastT - b.lastT).at(-1);
    const isOver = lasts() !== Infinity;
    const { start, raisedAt } = first;
    episodes.push({
      ...{ rule: RULES[side], start, raisedAt },
      end: isOver ? Math.max(...group.map(({ end }) => end ?? 0)) : null,
      reason: isOver ? (last?.reason ?? null) : null,
      ...levelOf(side, { opened: first.opened, closed: lasts() }, instants, judged),
    });
  }
  return episodes;
}

/** How serious an episode became, instant by instant. */
function levelOf(
  side: Side,
  { opened, closed }: { opened: number; closed: number },
  instants: readonly Instant[],
  judged: readonly Judged[],
): Pick<FinalEpisode, 'priority' | 'unconfirmed'> {
  let isSure = false;
  let isHigh = false;
  instants.forEach(({ at, values, judging: { backFrom } }, i) => {
    const { grade, isDoubtful, isHi } = judged[i] ?? NONE;
    if (2 * i + 1 < opened || 2 * i + 1 > closed) return;
    if (grade === 'meets' && !isDoubtful) {
      isSure = true;
      isHigh ||= side === 'low' || isHi;
    }
    if (side === 'high' || 2 * i + 1 === opened) return;
    const doubtful = instants.filter((other, k) => {
      const verdict = judged[k] ?? NONE;
      return k < i && other.at < at && verdict.grade === 'meets' && verdict.isDoubtful;
    });
    const newest = doubtful.at(-1);
    const isLow = values.some(
      ({ lo, hi, mass, flags }) =>
        !flags.includes('FUTURE_READING') &&
        !flags.includes('UNIT_DOUBTFUL') &&
        !hi &&
        (mass < backFrom || (lo && mass <= backFrom)),
    );
    const isNewestOld = instants.some((other, k) => {
      const verdict = judged[k] ?? NONE;
      return k < i && other.at === at && verdict.grade === 'meets' && verdict.isDoubtful;
    });
    if (newest !== undefined && !isNewestOld && at - newest.at <= 15 * MINUTE && isLow)
      isSure = isHigh = true;
  });
  return { priority: isHigh ? 'high' : 'medium', unconfirmed: !isSure };
}
