import { describe, expect, test } from '@jest/globals';
import { LOINC } from './model/codes.js';
import type { ClinicalEvent } from './model/events.js';
import { flush, processReadings } from './process.js';
import { initialState, type PatientState } from './state.js';
import type { ClinicalReading } from './model/reading.js';
import { PATIENT } from '../testing/replay.js';

const MINUTE = 60_000;
const H8 = Date.UTC(2026, 2, 1, 8);

const reading = (rowId: number, minute: number, code: string, value: number): ClinicalReading => ({
  rowId,
  deviceId: `dev_${code}`,
  t: H8 + minute * MINUTE,
  code,
  value,
  receivedAt: H8 + minute * MINUTE,
});
const glucose = (rowId: number, minute: number, value: number) =>
  reading(rowId, minute, LOINC.glucose, value);
const read = (state: PatientState, ...readings: ClinicalReading[]) => processReadings(state, readings);
const kinds = (events: readonly ClinicalEvent[]) => events.map(({ kind }) => kind);

test('an emergency comes out of the call that brings the reading, with an id made of patient, rule and time', () => {
  const { events } = read(initialState(PATIENT), glucose(7, 0, 53));
  expect(events).toEqual([
    {
      kind: 'episode-started',
      episodeId: `${PATIENT}/glucose-very-low/${H8}`,
      rule: 'glucose-very-low',
      type: 'physiological',
      priority: 'high',
      unconfirmed: false,
      marks: [],
      start: H8,
      raisedAt: H8,
      late: false,
      evidence: [{ rowId: 7, t: H8, at: H8, code: LOINC.glucose, value: 53 }],
      news2: null,
    },
  ]);
});

test('the evidence of high glucose is the whole run', () => {
  const run = [glucose(1, 0, 260), glucose(2, 5, 270), glucose(3, 10, 280), glucose(4, 15, 265)];
  const { events } = read(initialState(PATIENT), ...run);
  expect(events).toMatchObject([
    { rule: 'glucose-very-high', evidence: run.map(({ rowId }) => ({ rowId })) },
  ]);
});

describe('NEWS2 of parameters that arrive one by one', () => {
  const parts = [
    reading(1, 0, LOINC.respiratoryRate, 22),
    reading(2, 0, LOINC.spo2, 93),
    reading(3, 0, LOINC.cuffSystolic, 100),
    reading(4, 0, LOINC.heartRate, 95),
  ];

  test('is raised by the one that completes 5, goes up with 7, and says what it rests on and what is absent', () => {
    let { state, events } = read(initialState(PATIENT), ...parts.slice(0, 2));
    expect(events).toEqual([]);
    ({ state, events } = read(state, ...parts.slice(2, 3)));
    expect(events).toMatchObject([{ kind: 'episode-started', priority: 'medium', marks: ['band-medium'] }]);
    ({ state, events } = read(state, ...parts.slice(3)));
    expect(events).toMatchObject([
      {
        kind: 'episode-escalated',
        priority: 'high',
        marks: ['band-high', 'band-medium'],
        evidence: [{ rowId: 1 }, { rowId: 2 }, { rowId: 3 }, { rowId: 4 }],
        news2: { total: 7, highest: 2, absent: ['oxygen', 'consciousness', 'temperature'] },
      },
    ]);
    expect(read(state, reading(5, 0, LOINC.temperature, 34)).events).toMatchObject([
      { kind: 'episode-escalated', marks: ['at-3-temperature', 'band-high', 'band-medium'] },
    ]);
    const together = read(initialState(PATIENT), ...parts).events;
    expect(together).toMatchObject([{ kind: 'episode-started', priority: 'high', news2: { total: 7 } }]);
  });

  test('is raised once whatever the order', () => {
    for (const first of parts) {
      const order = [first, ...parts.filter((part) => part !== first)];
      let state = initialState(PATIENT);
      const events: ClinicalEvent[] = [];
      for (const part of order) {
        const result = read(state, part);
        events.push(...result.events);
        state = result.state;
      }
      expect(kinds(events)).toEqual(['episode-started', 'episode-escalated']);
    }
  });
});

test('parameters that come seconds after an alarm of NEWS2 raise its total: its record says so, nobody is told', () => {
  const alarm = [reading(1, 0, LOINC.respiratoryRate, 26), reading(2, 0, LOINC.spo2, 91)];
  let { state } = read(initialState(PATIENT), ...alarm, reading(3, 0, LOINC.heartRate, 115));
  const later = read(state, reading(4, 0.1, LOINC.temperature, 38.5));
  expect(later.events).toMatchObject([
    { kind: 'episode-scored', priority: 'high', evidence: [{}, {}, {}, { rowId: 4 }], news2: { total: 9 } },
  ]);
  ({ state } = later);
  expect(read(state, reading(5, 0.2, LOINC.heartRate, 105)).events).toEqual([]);
  expect(kinds(read(state, reading(6, 0.2, LOINC.consciousness, 1)).events)).toEqual(['episode-escalated']);
});

test('what is beyond a bound scores as the next step beyond it', () => {
  const beyond = (code: string, value: number, comparator: '<' | '>') =>
    read(initialState(PATIENT), { ...reading(1, 0, code, value), comparator }).events.map(
      (event) => 'news2' in event && event.news2?.total,
    );
  expect(beyond(LOINC.respiratoryRate, 9, '<')).toEqual([3]);
  expect(beyond(LOINC.respiratoryRate, 10, '<')).toEqual([]);
  expect(beyond(LOINC.respiratoryRate, 24, '>')).toEqual([3]);
  expect(beyond(LOINC.heartRate, 130, '>')).toEqual([3]);
  expect(beyond(LOINC.temperature, 35.1, '<')).toEqual([3]);
  expect(beyond(LOINC.spo2, 92, '<')).toEqual([3]);
});

describe('NEWS2 of a bedside monitor, whose heart rate comes before its breaths', () => {
  const monitor = {
    devices: { 'dev_8867-4': { kind: 'monitor' }, 'dev_9279-1': { kind: 'monitor' } },
  } as const;
  const row = (minute: number, breaths: number) => [
    reading(2 * minute, minute, LOINC.heartRate, 95),
    reading(2 * minute + 1, minute, LOINC.respiratoryRate, breaths),
  ];
  const raisedBy = (...rows: ClinicalReading[][]) => {
    let state = initialState(PATIENT, monitor);
    return rows.flat().flatMap((one) => {
      const { events, state: next } = read(state, one);
      state = next;
      return events.filter(({ kind }) => kind !== 'window-due');
    });
  };

  test('is not raised by a breath that is better when it is measured again', () => {
    expect(raisedBy(row(0, 8), row(1, 14), row(2, 8), row(3, 14))).toEqual([]);
  });

  test('is raised by one that is bad again a minute later', () => {
    expect(raisedBy(row(0, 8), row(1, 7))).toMatchObject([
      {
        kind: 'episode-started',
        rule: 'news2',
        start: H8,
        raisedAt: H8 + MINUTE,
        evidence: [{ value: 7 }, {}],
      },
    ]);
  });
});

test('an arterial pressure that comes after the cuff of its time withdraws what the cuff alone had raised', () => {
  const cuff = read(initialState(PATIENT), reading(1, 0, LOINC.cuffSystolic, 85));
  expect(kinds(cuff.events)).toEqual(['episode-started']);
  const arterial = read(cuff.state, reading(2, 0, LOINC.arterialSystolic, 120));
  expect(arterial.events).toMatchObject([{ kind: 'episode-revised', status: 'withdrawn' }]);
});

test('an end waits for the other parameters of its time, and a flush does not wait', () => {
  let { state } = read(initialState(PATIENT), reading(0, 0, LOINC.respiratoryRate, 8));
  for (let minute = 1; minute <= 16; minute++) {
    const result = read(state, reading(minute, minute, LOINC.respiratoryRate, 15));
    expect(result.events).toEqual([]);
    state = result.state;
  }
  const next = read(state, reading(17, 17, LOINC.respiratoryRate, 15));
  expect(next.events).toMatchObject([{ kind: 'episode-ended', end: H8 + 16 * MINUTE, reason: 'recovered' }]);
  const flushed = flush(state);
  expect(flushed.events.filter(({ kind }) => kind === 'episode-ended')).toHaveLength(1);
  const reopened = read(flushed.state, reading(18, 16, LOINC.heartRate, 30));
  expect(reopened.events).toMatchObject([
    { kind: 'episode-escalated', marks: ['at-3-pulse', 'at-3-respirationRate'] },
    { kind: 'episode-revised', status: 'open', end: null },
  ]);
});

test('a low glucose hours late, out of reach of the rules, is still an emergency, and only one', () => {
  let { state } = read(initialState(PATIENT), glucose(0, 0, 100));
  for (let n = 1; n <= 100; n++) ({ state } = read(state, glucose(n, n * 5, 100)));
  const late = read(state, glucose(200, 61, 50), glucose(201, 62, 51), glucose(202, 63, 52));
  expect(late.events.filter(({ kind }) => kind === 'episode-started')).toMatchObject([
    { rule: 'glucose-very-low', start: H8 + 61 * MINUTE },
  ]);
});

test('a low glucose hours late within a past episode raises no second emergency', () => {
  let { state } = read(initialState(PATIENT), glucose(0, 0, 50), glucose(1, 5, 51), glucose(2, 10, 100));
  for (let n = 3; n <= 100; n++) ({ state } = read(state, glucose(n, n * 5, 100)));
  expect(read(state, glucose(200, 7, 52)).events).toEqual([]);
});

test('a backlog that comes after the first live reading raises what it would have raised in order', () => {
  const backlog = [50, 51, 100, 100, 100, 100, 50, 49].map((value, n) => glucose(n + 1, n * 5 - 600, value));
  const inOrder = read(initialState(PATIENT), ...backlog, glucose(0, 0, 100)).events;
  const liveFirst = read(initialState(PATIENT), glucose(0, 0, 100), ...backlog).events;
  const raised = (events: readonly ClinicalEvent[]) =>
    events.filter((event) => event.kind === 'episode-started').map(({ start }) => start);
  expect(raised(inOrder)).toHaveLength(2);
  expect(raised(liveFirst)).toEqual(raised(inOrder));
});

test('a call changes nothing of the state it was given', () => {
  let { state } = read(initialState(PATIENT), glucose(0, 0, 100));
  const freeze = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
    Object.freeze(value);
    Object.values(value).forEach(freeze);
  };
  const steps = [glucose(1, 5, 50), glucose(2, 3, 80), glucose(3, 200, 90), glucose(4, 100, 70)];
  const vitals = [
    reading(5, 5, LOINC.respiratoryRate, 8),
    reading(6, 3, LOINC.spo2, 97),
    reading(7, 5, LOINC.spo2, 90),
  ];
  for (const step of [...steps, ...vitals]) {
    freeze(state);
    const twice = [read(state, step), read(state, step)];
    expect(twice[1]).toEqual(twice[0]);
    ({ state } = read(state, step));
  }
  expect(state.windows.open.length).toBeGreaterThan(0);
});

test('a code that was never accepted is refused loudly', () => {
  expect(() => read(initialState(PATIENT), reading(0, 0, '29463-7', 80))).toThrow(RangeError);
});
