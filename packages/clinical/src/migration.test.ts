import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { LOINC } from './model/codes.js';
import type { ClinicalReading } from './model/reading.js';
import { flush, processReadings } from './process.js';
import { initialState, migrateState, type PatientState, type StateV1 } from './state.js';
import { PATIENT } from '../testing/replay.js';

/** States as the first release wrote them, by what they hold. */
const STORED = JSON.parse(
  readFileSync(new URL('../../fixtures/states-v1.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, StateV1>>;

const MINUTE = 60_000;
const H8 = Date.UTC(2026, 2, 1, 8);

function migrated(name: string): PatientState {
  const stored = STORED[name];
  if (stored === undefined) throw new Error(`no state ${name}`);
  return migrateState(stored);
}

const at = (minute: number, code: string, value: number, deviceId = 'dev_a'): ClinicalReading => ({
  ...{ rowId: 1_000 + minute, deviceId, t: H8 + minute * MINUTE, code, value },
  receivedAt: H8 + minute * MINUTE,
});
const events = (state: PatientState, ...readings: ClinicalReading[]) =>
  processReadings(state, readings).events.filter(({ kind }) => kind !== 'window-due');

test('a state of this release stays as it is', () => {
  const state = initialState(PATIENT);
  expect(migrateState(JSON.parse(JSON.stringify(state)) as PatientState)).toEqual(state);
});

test('a low that lasts is not raised again, and ends with the recovery of each sensor, under its id', () => {
  const state = migrated('glucose-very-low');
  expect(events(state, at(20, LOINC.glucose, 49), at(25, LOINC.glucose, 48))).toEqual([]);
  const back = [20, 25, 30, 36].flatMap((minute) => [
    at(minute, LOINC.glucose, 90),
    at(minute, LOINC.glucose, 90, 'dev_b'),
  ]);
  expect(events(state, ...back)).toEqual([
    {
      ...{ kind: 'episode-ended', rule: 'glucose-very-low', reason: 'recovered' },
      ...{ episodeId: `${PATIENT}/glucose-very-low/${H8 + 10 * MINUTE}` },
      ...{ start: H8 + 10 * MINUTE, end: H8 + 30 * MINUTE },
    },
  ]);
});

test('a late reading of before does not judge again what was judged', () => {
  expect(events(migrated('glucose-very-low'), at(9, LOINC.glucose, 120))).toEqual([]);
  expect(events(migrated('glucose-very-low'), at(12, LOINC.glucose, 48))).toEqual([]);
});

test('a run above the threshold goes on', () => {
  expect(events(migrated('glucose-very-high-run'), at(15, LOINC.glucose, 265))).toMatchObject([
    { kind: 'episode-started', rule: 'glucose-very-high', start: H8, raisedAt: H8 + 15 * MINUTE },
  ]);
});

test('a score that lasts is no news, whatever its band is called now', () => {
  const state = migrated('news2-open');
  expect(events(state, at(2, LOINC.respiratoryRate, 8, 'dev_m'))).toEqual([]);
  expect(events(state, at(2, LOINC.spo2, 90, 'dev_m'))).toMatchObject([
    { kind: 'episode-escalated', priority: 'medium' },
  ]);
});

test('a recovery that waited for more parameters is told with what comes next', () => {
  const state = migrated('news2-pending');
  const ended = [{ kind: 'episode-ended', end: H8 + 16 * MINUTE, reason: 'recovered' }];
  expect(events(state, at(17, LOINC.respiratoryRate, 15, 'dev_m'))).toMatchObject(ended);
  expect(flush(state).events.filter(({ kind }) => kind === 'episode-ended')).toMatchObject(ended);
});

test('a state of a later release is refused', () => {
  const state = initialState(PATIENT);
  const rules = { ...state.rules, glucose: { v: 99, streams: {} } };
  expect(() => migrateState({ ...state, rules })).toThrow(RangeError);
});
