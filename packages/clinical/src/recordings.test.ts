import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { flagsInOrder } from '../testing/flags.js';
import { seeded } from '../testing/random.js';
import { parseRecording } from '../testing/recording.js';
import { reference } from '../testing/reference/index.js';
import { replay } from '../testing/replay.js';
import type { ClinicalReading } from './model/reading.js';

const sample = parseRecording(
  readFileSync(new URL('../../../../examples/data/cgm-sample.csv', import.meta.url), 'utf8'),
);

test('the sample has three people, two days each, and two lows', () => {
  expect(sample.size).toBe(3);
  expect([...sample.values()].flat()).toHaveLength(1_598);
  expect([...sample.values()].flat().filter(({ value }) => value < 54)).toHaveLength(2);
});

describe.each([...sample])('recorded glucose of %s', (_subject, readings) => {
  test.each([1, 13, readings.length])('comes out as the reference says in groups of %d', (groupSize) => {
    const expected = reference(readings);
    const outcome = replay(readings, groupSize);
    expect(outcome.episodes).toEqual(expected.episodes);
    expect(outcome.raised).toBe(expected.episodes.length);
    for (const event of outcome.events) {
      if (event.kind === 'episode-started') expect(event.evidence).not.toHaveLength(0);
    }
    expect(outcome.windows).toEqual(expected.windows);
    expect(flagsInOrder(outcome.flagged)).toEqual(flagsInOrder(expected.flags));
  });
});

test('the sample as a whole', () => {
  const outcomes = [...sample.values()].map((readings) => replay(readings, 50));
  expect(outcomes.reduce((sum, { raised }) => sum + raised, 0)).toBe(2);
});

test('a bedside monitor, a column a device, zeros for sensors off, comes out as the reference says', () => {
  // The shape of a bedside recording: a row a minute, an arterial line that is never connected, a cuff now and then.
  const random = seeded(7);
  const readings: ClinicalReading[] = [];
  const start = Date.UTC(2026, 2, 1);
  for (let minute = 0; minute < 600; minute++) {
    const t = start + minute * 60_000 + 25_000;
    const cells: [string, number][] = [
      ['8867-4', minute < 3 ? 0 : 50 + random() * 20],
      ['76215-3', 0],
      ['76213-8', 0],
      ['76214-6', 0],
      ['8889-8', random() < 0.2 ? 0 : 50 + random() * 20],
      ['9279-1', 7.5 + random() * 12],
      ['59408-5', random() < 0.2 ? 0 : 93 + random() * 7],
    ];
    if (minute % 15 === 0) cells.push(['8480-6', 105 + random() * 40], ['8462-4', 60], ['8478-0', 80]);
    for (const [code, value] of cells) {
      readings.push({ rowId: readings.length, deviceId: `dev_${code}`, t, code, value, receivedAt: t });
    }
  }
  const expected = reference(readings);
  expect(expected.episodes.length).toBeGreaterThan(3);
  for (const groupSize of [1, 10, readings.length]) {
    const outcome = replay(readings, groupSize);
    expect(outcome.episodes).toEqual(expected.episodes);
    expect(outcome.raised).toBe(expected.episodes.length);
    for (const event of outcome.events) {
      if (event.kind === 'episode-started') expect(event.evidence).not.toHaveLength(0);
    }
    expect(outcome.windows).toEqual(expected.windows);
    expect(flagsInOrder(outcome.flagged)).toEqual(flagsInOrder(expected.flags));
  }
});
