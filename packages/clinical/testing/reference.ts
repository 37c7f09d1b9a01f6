import { codeEntry } from '../src/codes.js';
import type { RuleName } from '../src/events.js';
import type { ClinicalReading } from '../src/reading.js';
import { byStart, type FinalEpisode } from './replay.js';

/**
 * What must come out, computed the long way round: everything at once, sorted by measured time, looking back over all of
 * it for each reading. Shares only the code table with what it checks.
 */
export interface Reference {
  readonly episodes: readonly FinalEpisode[];
  readonly windows: readonly number[];
  readonly implausible: ReadonlySet<number>;
}

const MINUTE = 60_000;
/** In mg/dL, as every recording has it. */
const GLUCOSE: readonly string[] = ['2339-0', '99504-3'];
interface Point {
  readonly t: number;
  readonly meets: boolean;
  readonly back: boolean;
}

export function reference(readings: readonly ClinicalReading[], windowMs: number): Reference {
  const sorted = [...readings].sort((a, b) => a.t - b.t || (a.deviceId < b.deviceId ? -1 : 1));
  const implausible = implausibleRows(sorted);
  const plausible = sorted.filter(({ rowId }) => !implausible.has(rowId));
  const glucose = plausible.filter(({ code }) => GLUCOSE.includes(code));
  const points = (meets: (value: number) => boolean): Point[] =>
    glucose.map(({ t, value }) => ({ t, meets: meets(value), back: value >= 70 && value <= 250 }));
  return {
    episodes: [
      ...episodes(
        'glucose-very-low',
        points((value) => value < 54),
        0,
      ),
      ...episodes(
        'glucose-very-high',
        points((value) => value > 250),
        15,
      ),
      ...episodes('news2', news2Points(plausible), 0),
    ].sort(byStart),
    windows: [...new Set(plausible.map(({ t }) => t - (t % windowMs)))].sort((a, b) => a - b),
    implausible,
  };
}

function implausibleRows(sorted: readonly ClinicalReading[]): Set<number> {
  const out = new Set<number>();
  sorted.forEach((reading, i) => {
    const entry = codeEntry(reading.code);
    if (entry === undefined) throw new Error(reading.code);
    const { low, high } = entry.plausible;
    if ((entry.zeroMeansOff && reading.value === 0) || reading.value < low || reading.value > high) {
      out.add(reading.rowId);
      return;
    }
    const earlier = sorted
      .slice(0, i)
      .filter(
        (other) =>
          other.code === reading.code && other.deviceId === reading.deviceId && !out.has(other.rowId),
      );
    if (!GLUCOSE.includes(reading.code)) return;
    const last = earlier.at(-1);
    if (last === undefined) return;
    const minutes = (reading.t - last.t) / MINUTE;
    if (minutes === 0) out.add(reading.rowId);
    else if (minutes <= 15 && Math.abs(reading.value - last.value) > 20 * minutes) out.add(reading.rowId);
  });
  return out;
}

/** The first point from `from` on at which the episode that was raised at `from` is over. */
function endOf(
  points: readonly Point[],
  from: number,
): Pick<FinalEpisode, 'end' | 'reason'> & { next: number } {
  for (let j = from + 1; j < points.length; j++) {
    const point = points[j];
    const last = points[j - 1];
    if (point === undefined || last === undefined) break;
    if (point.t - last.t > 60 * MINUTE) return { end: last.t, reason: 'gap', next: j };
    for (let k = from + 1; k <= j; k++) {
      const since = points[k];
      if (since === undefined || point.t - since.t < 15 * MINUTE) continue;
      if (points.slice(k, j + 1).every(({ back }) => back))
        return { end: point.t, reason: 'recovered', next: j + 1 };
    }
  }
  return { end: null, reason: null, next: points.length };
}

function episodes(rule: RuleName, points: readonly Point[], durationMinutes: number): FinalEpisode[] {
  const out: FinalEpisode[] = [];
  let from = 0;
  for (let i = 0; i < points.length; i++) {
    const point = points[i];
    if (i < from || point === undefined || !point.meets) continue;
    let first = i;
    for (let k = i; k >= from; k--) {
      const earlier = points[k];
      const later = points[k + 1] ?? point;
      if (earlier === undefined || !earlier.meets || (k < i && later.t - earlier.t > 60 * MINUTE)) break;
      first = k;
    }
    const start = points[first]?.t ?? point.t;
    if (point.t - start < durationMinutes * MINUTE) continue;
    const { end, reason, next } = endOf(points, i);
    out.push({ rule, start, raisedAt: point.t, end, reason });
    from = next;
  }
  return out;
}

function news2Points(plausible: readonly ClinicalReading[]): Point[] {
  const times = [...new Set(plausible.map(({ t }) => t))];
  return times.flatMap((t) => {
    const at = plausible.filter((reading) => reading.t === t);
    const value = (...codes: string[]): number | undefined =>
      codes
        .map((code) => at.find((reading) => reading.code === code)?.value)
        .find((found) => found !== undefined);
    const scores: number[] = [];
    const respiration = value('9279-1');
    if (respiration !== undefined) {
      scores.push(
        respiration <= 8 || respiration >= 25 ? 3 : respiration >= 21 ? 2 : respiration <= 11 ? 1 : 0,
      );
    }
    const spo2 = value('59408-5');
    if (spo2 !== undefined) scores.push(spo2 <= 91 ? 3 : spo2 <= 93 ? 2 : spo2 <= 95 ? 1 : 0);
    const flow = value('3151-8');
    if (flow !== undefined) scores.push(flow > 0 ? 2 : 0);
    const systolic = value('76215-3', '8480-6');
    if (systolic !== undefined) {
      scores.push(systolic <= 90 || systolic >= 220 ? 3 : systolic <= 100 ? 2 : systolic <= 110 ? 1 : 0);
    }
    const pulse = value('8867-4', '8889-8');
    if (pulse !== undefined) {
      scores.push(pulse <= 40 || pulse >= 131 ? 3 : pulse >= 111 ? 2 : pulse <= 50 || pulse >= 91 ? 1 : 0);
    }
    const consciousness = value('80288-4');
    if (consciousness !== undefined) scores.push(consciousness === 0 ? 0 : 3);
    const temperature = value('8310-5');
    if (temperature !== undefined) {
      scores.push(
        temperature <= 35 ? 3 : temperature >= 39.1 ? 2 : temperature <= 36 || temperature >= 38.1 ? 1 : 0,
      );
    }
    if (scores.length === 0) return [];
    const meets = scores.reduce((sum, score) => sum + score, 0) >= 7 || scores.includes(3);
    return [{ t, meets, back: !meets }];
  });
}
