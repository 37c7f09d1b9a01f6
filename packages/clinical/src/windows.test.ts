import { describe, expect, test } from '@jest/globals';
import { LOINC } from './model/codes.js';
import type { WindowDue } from './model/events.js';
import { CLOSE_AFTER_MS, DEFAULT_WINDOW_MS, LATE_QUIET_MS, MAX_OPEN_WINDOWS } from './model/limits.js';
import { flush, processReadings, tick, type ProcessingResult } from './process.js';
import { initialState, withOverrides } from './state.js';
import type { ClinicalReading } from './model/reading.js';
import { PATIENT } from '../testing/replay.js';
import { windowOf } from './windows.js';

const MINUTE = 60_000;
const HOUR = DEFAULT_WINDOW_MS;
const H8 = Date.UTC(2026, 2, 1, 8);

let nextRow = 0;
/** A respiratory rate measured `minute` minutes after 08:00, received live unless said otherwise. */
const at = (minute: number, receivedAt = H8 + minute * MINUTE, deviceId = 'dev_a'): ClinicalReading => ({
  rowId: nextRow++,
  deviceId,
  t: H8 + minute * MINUTE,
  code: LOINC.respiratoryRate,
  value: 15,
  receivedAt,
});
const due = (result: ProcessingResult): WindowDue[] =>
  result.events.filter((event) => event.kind === 'window-due');
const starts = (result: ProcessingResult): number[] => due(result).map(({ windowStart }) => windowStart);

test('windows are aligned to UTC and half-open', () => {
  const hourly = [{ from: -Infinity, windowMs: HOUR }];
  expect(windowOf(H8, hourly)).toEqual({ start: H8, end: H8 + HOUR });
  expect(windowOf(H8 - 1, hourly)).toEqual({ start: H8 - HOUR, end: H8 });
  expect(windowOf(-1, hourly)).toEqual({ start: -HOUR, end: 0 });
});

test('a look at the clock before anything is due costs nothing: the state is the same', () => {
  const { state } = processReadings(initialState(PATIENT), [at(30)]);
  expect(tick(state, H8 + HOUR + CLOSE_AFTER_MS - 1).state).toBe(state);
  expect(starts(tick(state, H8 + HOUR + CLOSE_AFTER_MS))).toEqual([H8]);
});

describe('measured time', () => {
  test('a window closes when the watermark has passed its end, not before', () => {
    const { state, events } = processReadings(initialState(PATIENT), [at(30), at(60), at(61.9)]);
    expect(events).toEqual([]);
    const closing = processReadings(state, [at(62)]);
    expect(due(closing)).toEqual([
      { kind: 'window-due', windowStart: H8, windowEnd: H8 + HOUR, late: false },
    ]);
  });

  test('an implausible reading moves the watermark but opens no window', () => {
    const off = { ...at(200), value: 0 };
    const closing = processReadings(initialState(PATIENT), [at(30), off]);
    expect(starts(closing)).toEqual([H8]);
    expect(starts(flush(closing.state))).toEqual([]);
  });

  test('a device a little behind the others causes no second version', () => {
    const readings = Array.from({ length: 240 }, (_, minute) => [
      at(minute, undefined, 'dev_ahead'),
      ...(minute > 0 ? [at(minute - 1, undefined, 'dev_behind')] : []),
    ]).flat();
    const result = processReadings(initialState(PATIENT), readings);
    expect(starts(result)).toEqual([H8, H8 + HOUR, H8 + 2 * HOUR]);
  });

  test('a backlog gives one more version of each window, when its device has moved past it', () => {
    const live = processReadings(initialState(PATIENT), [at(30), at(90), at(150), at(210)]);
    expect(starts(live)).toEqual([H8, H8 + HOUR, H8 + 2 * HOUR]);
    const received = H8 + 211 * MINUTE;
    const backlog = Array.from({ length: 180 }, (_, minute) => at(minute, received, 'dev_offline'));
    const caughtUp = processReadings(live.state, [...backlog, at(212, received, 'dev_offline')]);
    expect(due(caughtUp)).toEqual(
      [0, 1, 2].map((n) => ({
        kind: 'window-due',
        windowStart: H8 + n * HOUR,
        windowEnd: H8 + (n + 1) * HOUR,
        late: true,
      })),
    );
  });
});

describe('wall clock', () => {
  test('a live window closes 10 min after its end though nothing more comes', () => {
    const { state } = processReadings(initialState(PATIENT), [at(50)]);
    expect(starts(tick(state, H8 + HOUR + CLOSE_AFTER_MS - 1))).toEqual([]);
    const closed = tick(state, H8 + HOUR + CLOSE_AFTER_MS);
    expect(starts(closed)).toEqual([H8]);
    expect(starts(tick(closed.state, H8 + 2 * HOUR))).toEqual([]);
  });

  test('a reading after that is late, and due again after a short quiet', () => {
    const { state } = processReadings(initialState(PATIENT), [at(50)]);
    const closed = tick(state, H8 + HOUR + CLOSE_AFTER_MS);
    const received = H8 + HOUR + CLOSE_AFTER_MS + MINUTE;
    const late = processReadings(closed.state, [at(55, received)]);
    expect(starts(tick(late.state, received + LATE_QUIET_MS - 1))).toEqual([]);
    expect(due(tick(late.state, received + LATE_QUIET_MS))).toMatchObject([{ windowStart: H8, late: true }]);
  });

  test('a recording replayed years later is not cut up by the clock', () => {
    const now = H8 + 3 * 365 * 24 * HOUR;
    let state = initialState(PATIENT);
    let versions = 0;
    for (let minute = 0; minute < 180; minute++) {
      const read = processReadings(state, [at(minute, now + minute)]);
      const ticked = tick(read.state, now + minute);
      versions += due(read).length + due(ticked).length;
      state = ticked.state;
    }
    expect(versions).toBe(2);
    expect(starts(tick(state, now + CLOSE_AFTER_MS + 180))).toEqual([H8 + 2 * HOUR]);
  });
});

test('flush closes every open window, once', () => {
  const { state } = processReadings(initialState(PATIENT), [at(30), at(61)]);
  const flushed = flush(state);
  expect(starts(flushed)).toEqual([H8, H8 + HOUR]);
  expect(flush(flushed.state).events).toEqual([]);
});

test('a configured period is kept; a changed one holds from the next window', () => {
  const result = processReadings(initialState(PATIENT, { windowMs: 15 * MINUTE }), [at(5), at(20), at(40)]);
  expect(starts(result)).toEqual([H8, H8 + 15 * MINUTE]);
  const hourly = withOverrides(flush(result.state).state, { windowMs: HOUR });
  expect(starts(flush(processReadings(hourly, [at(70)]).state))).toEqual([H8 + HOUR]);
});

test('the state stays small under a backlog of years', () => {
  const now = H8 + 3 * 365 * 24 * HOUR;
  let state = processReadings(initialState(PATIENT), [at(0, now)]).state;
  const seen = new Set<number>();
  for (let hour = 1; hour < 2_000; hour++) {
    const result = processReadings(state, [at(-60 * hour, now, `dev_${hour % 50}`)]);
    for (const start of starts(result)) seen.add(start);
    state = result.state;
    expect(state.windows.open.length).toBeLessThanOrEqual(MAX_OPEN_WINDOWS);
  }
  for (const start of starts(flush(state))) seen.add(start);
  expect(seen.size).toBe(2_000);
  expect(JSON.stringify(state).length).toBeLessThan(32_000);
});

describe('who brought it about', () => {
  test('of a window, every device with a reading in it; of one that the clock closes too', () => {
    const { state, events, causes } = processReadings(initialState(PATIENT), [
      at(10, undefined, 'dev_a'),
      at(20, undefined, 'dev_b'),
      at(30, undefined, 'dev_a'),
      at(90, undefined, 'dev_c'),
    ]);
    expect([events.length, causes]).toEqual([1, [['dev_a', 'dev_b']]]);
    const closed = tick(state, H8 + 2 * HOUR + CLOSE_AFTER_MS);
    expect([closed.events.length, closed.causes]).toEqual([1, [['dev_c']]]);
  });

  test('of an episode, the device whose reading changed it, among others of one call', () => {
    const glucose = (minute: number, value: number, deviceId: string): ClinicalReading => ({
      ...at(minute, undefined, deviceId),
      code: LOINC.glucose,
      value,
    });
    const { state, events, causes } = processReadings(initialState(PATIENT), [
      glucose(0, 100, 'dev_a'),
      glucose(5, 40, 'dev_b'),
      glucose(6, 41, 'dev_a'),
    ]);
    expect([events.map(({ kind }) => kind), causes]).toEqual([['episode-started'], [['dev_b']]]);
    const later = processReadings(state, [glucose(300, 100, 'dev_a')]);
    expect(later.events.map(({ kind }) => kind).toSorted()).toEqual(['episode-ended', 'window-due']);
    expect(later.causes.toSorted((a, b) => a.length - b.length)).toEqual([['dev_a'], ['dev_a', 'dev_b']]);
  });

  test('of what a flush settles, nobody’s reading; a state of before it was kept knows the last device', () => {
    const { state } = processReadings(initialState(PATIENT), [at(10, undefined, 'dev_a')]);
    const open = state.windows.open.map((window) => ({ ...window, deviceIds: undefined }));
    const { causes } = flush({ ...state, windows: { ...state.windows, open } });
    expect(causes).toEqual([['dev_a']]);
  });
});
