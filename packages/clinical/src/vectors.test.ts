import { loadVectors, type VectorBody } from '@careledger/spec';
import { describe, expect, test } from '@jest/globals';
import type { AlarmPriority } from './model/alarm.js';
import type { ClinicalOverrides } from './model/config.js';
import type { EpisodeEndReason, RuleName } from './model/events.js';
import type { News2Parameter, Spo2Scale } from './model/news2-score.js';
import { scoreNews2, type News2Values } from './rules/news2/chart.js';
import type { ReadingFlag } from './model/flags.js';
import {
  readingError,
  type ClinicalReading,
  type Comparator,
  type ReadingErrorCode,
} from './model/reading.js';
import { flagsInOrder } from '../testing/flags.js';
import { reference } from '../testing/reference/index.js';
import { replay, timesOf } from '../testing/replay.js';

interface StreamVector extends VectorBody {
  readonly kind: 'stream';
  readonly overrides?: ClinicalOverrides;
  readonly readings: readonly {
    device: string;
    t: string;
    code: string;
    value: number;
    comparator?: Comparator;
    offsetMs?: number;
    /** Default: `t`. */
    receivedAt?: string;
  }[];
  readonly expect: {
    readonly episodes: readonly {
      rule: RuleName;
      start: string;
      raisedAt: string;
      end: string | null;
      reason: EpisodeEndReason | null;
      priority: AlarmPriority;
      unconfirmed: boolean;
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
  readonly reading: { t: string; code: string; value: number; unit: string };
  readonly code: ReadingErrorCode;
}

const valid = loadVectors<StreamVector | News2Vector>('valid', 'clinical');
const streams = valid.filter((vector) => vector.kind === 'stream');
const charts = valid.filter((vector) => vector.kind === 'news2');
const invalid = loadVectors<RefusedVector>('invalid', 'clinical');

const readingsOf = (vector: StreamVector): ClinicalReading[] =>
  vector.readings.map(({ device, t, receivedAt = t, ...measured }, rowId) => {
    return { ...measured, rowId, deviceId: device, t: Date.parse(t), receivedAt: Date.parse(receivedAt) };
  });

describe.each(streams)('stream $name', (vector) => {
  test.each([1, 2, 3, vector.readings.length])('in groups of %d', (groupSize) => {
    const outcome = replay(readingsOf(vector), groupSize, vector.overrides);
    const iso = (t: number | null) => (t === null ? null : new Date(t).toISOString());
    expect(
      outcome.episodes.map(({ rule, start, raisedAt, end, reason, priority, unconfirmed }) => ({
        ...{ rule, priority, unconfirmed },
        start: iso(start),
        raisedAt: iso(raisedAt),
        end: iso(end),
        reason,
      })),
    ).toEqual(vector.expect.episodes);
    expect(flagsInOrder(outcome.flagged).map(([reading, flags]) => ({ reading, flags }))).toEqual(
      vector.expect.flagged,
    );
    expect(outcome.windows.map(iso)).toEqual(vector.expect.windows);
  });
});

test.each(streams)('the reference says of $name what the vector says', (vector) => {
  const readings = readingsOf(vector);
  const expected = reference(readings, vector.overrides);
  const outcome = replay(readings, 1, vector.overrides);
  expect(timesOf(outcome.episodes)).toEqual(timesOf(expected.episodes));
  expect(flagsInOrder(outcome.flagged)).toEqual(flagsInOrder(expected.flags));
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

test.each(invalid)('refused: $name', ({ reading, code }) => {
  expect(readingError({ ...reading, t: Date.parse(reading.t) })).toBe(code);
});

test('a reading within the limits is not refused', () => {
  const now = Date.UTC(2026, 2, 1);
  const reading = { t: now, code: '2339-0', value: 100, unit: 'mg/dL' };
  expect(readingError(reading)).toBeNull();
  expect(readingError({ ...reading, code: '8310-5', value: 100.4, unit: '[degF]' })).toBeNull();
  expect(readingError({ ...reading, code: '15074-8', value: 5.6, unit: 'mmol/L' })).toBeNull();
  expect(readingError({ ...reading, t: NaN })).toBe('INVALID_TIME');
  expect(readingError({ ...reading, value: NaN })).toBe('INVALID_VALUE');
});
