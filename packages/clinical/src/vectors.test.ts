import { loadVectors, type VectorBody } from '@careledger/spec';
import { describe, expect, test } from '@jest/globals';
import type { ClinicalOverrides } from './config.js';
import type { EpisodeEndReason, RuleName } from './events.js';
import { scoreNews2, type News2Parameter, type News2Values, type Spo2Scale } from './news2.js';
import type { ReadingFlag } from './plausibility.js';
import { readingError, type ClinicalReading, type ReadingErrorCode } from './reading.js';
import { replay } from '../testing/replay.js';

interface StreamVector extends VectorBody {
  readonly kind: 'stream';
  readonly overrides?: ClinicalOverrides;
  readonly readings: readonly { device: string; t: string; code: string; value: number }[];
  readonly expect: {
    readonly episodes: readonly {
      rule: RuleName;
      start: string;
      raisedAt: string;
      end: string | null;
      reason: EpisodeEndReason | null;
    }[];
    readonly flagged: readonly { reading: number; flags: ReadingFlag[] }[];
    readonly windows: readonly string[];
  };
}

interface News2Vector extends VectorBody {
  readonly kind: 'news2';
  readonly cases: readonly {
    values: News2Values;
    spo2Scale: Spo2Scale;
    scores?: Partial<Record<News2Parameter, number>>;
    total?: number;
    highest?: number;
    absent?: News2Parameter[];
  }[];
}

interface RefusedVector extends VectorBody {
  readonly now: string;
  readonly reading: { t: string; code: string; value: number; unit: string };
  readonly code: ReadingErrorCode;
}

const valid = loadVectors<StreamVector | News2Vector>('valid', 'clinical');
const streams = valid.filter((vector) => vector.kind === 'stream');
const charts = valid.filter((vector) => vector.kind === 'news2');
const invalid = loadVectors<RefusedVector>('invalid', 'clinical');

const readingsOf = (vector: StreamVector): ClinicalReading[] =>
  vector.readings.map(({ device, t, code, value }, rowId) => {
    const measured = Date.parse(t);
    return { rowId, deviceId: device, t: measured, code, value, receivedAt: measured };
  });

describe.each(streams)('stream $name', (vector) => {
  test.each([1, 2, 3, vector.readings.length])('in groups of %d', (groupSize) => {
    const outcome = replay(readingsOf(vector), groupSize, vector.overrides);
    const iso = (t: number | null) => (t === null ? null : new Date(t).toISOString());
    expect(
      outcome.episodes.map(({ rule, start, raisedAt, end, reason }) => ({
        rule,
        start: iso(start),
        raisedAt: iso(raisedAt),
        end: iso(end),
        reason,
      })),
    ).toEqual(vector.expect.episodes);
    expect([...outcome.flagged].map(([reading, flags]) => ({ reading, flags }))).toEqual(
      vector.expect.flagged,
    );
    expect(outcome.windows.map(iso)).toEqual(vector.expect.windows);
  });
});

describe.each(charts)('NEWS2 $name', (vector) => {
  test.each(vector.cases)('$values', ({ values, spo2Scale, scores, total, highest, absent }) => {
    const score = scoreNews2(values, spo2Scale);
    expect(score.scores).toMatchObject(scores ?? {});
    expect(score.total).toBe(total ?? score.total);
    expect(score.highest).toBe(highest ?? score.highest);
    expect(score.absent).toEqual(absent ?? score.absent);
  });
});

test.each(invalid)('refused: $name', ({ now, reading, code }) => {
  expect(readingError({ ...reading, t: Date.parse(reading.t) }, Date.parse(now))).toBe(code);
});

test('a reading within the limits is not refused', () => {
  const now = Date.UTC(2026, 2, 1);
  const reading = { t: now + 5 * 60_000, code: '2339-0', value: 100, unit: 'mg/dL' };
  expect(readingError(reading, now)).toBeNull();
  expect(readingError({ ...reading, t: NaN }, now)).toBe('INVALID_TIME');
  expect(readingError({ ...reading, value: NaN }, now)).toBe('INVALID_VALUE');
});
