import { describe, expect, test } from '@jest/globals';
import { LOINC } from './model/codes.js';
import { EPISODE_GAP_MS, GLUCOSE_HORIZON_MS, NEWS2_HORIZON_MS } from './model/limits.js';
import type { ClinicalReading } from './model/reading.js';
import { delayed, seeded } from '../testing/random.js';
import { reference } from '../testing/reference/index.js';
import { PATIENT, replay, timesOf } from '../testing/replay.js';
import { processReadings } from './process.js';
import { initialState, withOverrides, type PatientState } from './state.js';
import { flagsInOrder } from '../testing/flags.js';

const MINUTE = 60_000;
const START = Date.UTC(2026, 2, 1, 8);
const SEEDS = Array.from({ length: 4 }, (_, seed) => seed + 1);

/** A wandering glucose that crosses every threshold, with jumps, meter errors, gaps and a second device. */
function glucoseStream(random: () => number): ClinicalReading[] {
  const readings: ClinicalReading[] = [];
  let t = START;
  let level = 40 + random() * 250;
  for (let i = 0; i < 200; i++) {
    t += random() < 0.03 ? EPISODE_GAP_MS * (0.9 + random()) : 5 * MINUTE;
    level = Math.min(320, Math.max(30, level + (random() - 0.5) * 90));
    const value = random() < 0.03 ? 0 : random() < 0.03 ? level * 2.5 : level;
    const deviceId = random() < 0.2 ? 'dev_second' : 'dev_first';
    readings.push({ rowId: i, deviceId, t: Math.round(t), code: LOINC.glucose, value, receivedAt: t });
  }
  return readings;
}

const VITALS: readonly (readonly [code: string, low: number, high: number])[] = [
  [LOINC.respiratoryRate, 7, 26],
  [LOINC.spo2, 90, 100],
  [LOINC.arterialSystolic, 85, 130],
  [LOINC.cuffSystolic, 85, 130],
  [LOINC.heartRate, 38, 125],
  [LOINC.pulseOximeterRate, 38, 125],
  [LOINC.temperature, 35, 39.5],
];

/** Vital signs each minute, each parameter from a device of its own, often absent, sometimes off, with calm stretches. */
function vitalsStream(random: () => number): ClinicalReading[] {
  const readings: ClinicalReading[] = [];
  let rowId = 0;
  let calm = false;
  let t = START;
  for (let i = 0; i < 120; i++) {
    t += random() < 0.02 ? EPISODE_GAP_MS * (0.9 + random()) : MINUTE;
    t = Math.round(t);
    if (random() < 0.08) calm = !calm;
    for (const [code, low, high] of VITALS) {
      if (random() < 0.3) continue;
      const spread = calm ? 0.5 + (random() - 0.5) * 0.2 : random();
      const value = random() < 0.05 ? 0 : low + spread * (high - low);
      readings.push({ rowId: rowId++, deviceId: `dev_${code}`, t, code, value, receivedAt: t });
    }
  }
  return readings;
}

describe.each([
  ['glucose', glucoseStream, GLUCOSE_HORIZON_MS],
  ['vital signs', vitalsStream, NEWS2_HORIZON_MS],
] as const)('%s', (_name, stream, horizonMs) => {
  test.each(SEEDS)(
    'in order, and late within the horizon, comes out as the reference says (seed %d)',
    (seed) => {
      const random = seeded(seed);
      const readings = stream(random);
      const expected = reference(readings);
      const arrivals = [
        readings,
        delayed(readings, 10 * MINUTE, random),
        // The newest may be ahead of a late one by the horizon, measured against the newest that has come.
        delayed(readings, horizonMs / 2, random),
      ];
      for (const arrival of arrivals) {
        for (const groupSize of [1, arrival.length]) {
          const outcome = replay(arrival, groupSize);
          expect(timesOf(outcome.episodes)).toEqual(timesOf(expected.episodes));
          if (arrival === readings) expect(outcome.episodes).toEqual(expected.episodes);
          expect(outcome.windows).toEqual(expected.windows);
          expect(flagsInOrder(outcome.flagged)).toEqual(flagsInOrder(expected.flags));
        }
      }
    },
  );

  test('the grouping of arrivals changes nothing of what comes out, and how often it is told at most', () => {
    const random = seeded(99);
    const arrival = delayed(stream(random), horizonMs / 2, random);
    const one = replay(arrival, 1);
    const dozen = replay(arrival, 12);
    expect(dozen.episodes).toEqual(one.episodes);
    expect(dozen.flagged).toEqual(one.flagged);
    expect(dozen.raised).toBe(one.raised);
    // What parameters of one time say together is told at once.
    expect(dozen.events.length).toBeLessThanOrEqual(one.events.length);
  });
});

test.each([
  ['glucose', glucoseStream, GLUCOSE_HORIZON_MS],
  ['vital signs', vitalsStream, NEWS2_HORIZON_MS],
] as const)('%s: a state kept in memory goes on as one that was stored', (_name, stream, horizonMs) => {
  const random = seeded(7);
  for (const latenessMs of [0, 2 * MINUTE, horizonMs / 2, 2 * horizonMs]) {
    const arrival = delayed(stream(random), latenessMs, random);
    let state = initialState(PATIENT);
    for (let i = 0, size = 1; i < arrival.length; i += size, size = 1 + Math.floor(random() * 7)) {
      // Other settings judge again what is within reach.
      if (i > arrival.length / 2 && state.config.fever.isOn === false) {
        state = withOverrides(state, {
          glucose: { veryLowMgPerDl: 65 },
          news2: { total: 4 },
          fever: { isOn: true },
        });
      }
      const group = arrival.slice(i, i + size);
      const stored = JSON.parse(JSON.stringify(state)) as PatientState;
      const result = processReadings(state, group);
      expect(JSON.stringify(result)).toBe(JSON.stringify(processReadings(stored, group)));
      state = result.state;
    }
  }
});

test('in any order at all, a plausible low glucose lies within an emergency or follows one without a gap', () => {
  for (const seed of SEEDS) {
    const random = seeded(seed);
    const readings = glucoseStream(random);
    const outcome = replay(delayed(readings, 24 * 60 * MINUTE, random), 5);
    const lows = readings.filter(({ rowId, value }) => value < 54 && !outcome.flagged.has(rowId));
    const raised = outcome.episodes.filter(({ rule }) => rule === 'glucose-very-low');
    for (const { t } of lows) {
      expect(raised.some(({ start, end }) => start <= t && t <= (end ?? Infinity) + EPISODE_GAP_MS)).toBe(
        true,
      );
    }
  }
});

test('the same readings again raise nothing and leave the windows as they were', () => {
  const readings = glucoseStream(seeded(5)).slice(0, 20);
  const again = readings.map((reading) => ({ ...reading, rowId: reading.rowId + 1_000 }));
  const once = replay(readings, 5);
  const twice = replay([...readings, ...again], 5);
  expect(twice.episodes).toEqual(once.episodes);
  expect(twice.raised).toBe(once.raised);
  expect(twice.windows).toEqual(once.windows);
  const plausible = again.filter(
    ({ rowId }) => !once.flagged.has(rowId - 1_000) || twice.flagged.get(rowId)?.[0] === 'DUPLICATE',
  );
  for (const { rowId } of plausible) expect(twice.flagged.get(rowId)).toEqual(['DUPLICATE']);
});
