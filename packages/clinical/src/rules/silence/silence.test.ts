import { describe, expect, test } from '@jest/globals';
import { DeviceDayRun } from '../../../testing/device-day.js';
import { PATIENT } from '../../../testing/replay.js';
import { LOINC } from '../../model/codes.js';
import type { DeviceDescription } from '../../model/device.js';
import type { ClinicalEvent } from '../../model/events.js';
import type { SettingsVersion } from '../../model/settings.js';
import { SettingsHistory } from '../../settings/history.js';
import { migrateState, type PatientState } from '../../state.js';
import { SILENCE } from './index.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const H8 = Date.UTC(2026, 2, 1, 8);
const LIMIT = 30 * MINUTE;

/** A continuous monitor that has sent three live readings, the newest at `H8`. */
function armed(description: DeviceDescription = { kind: 'cgm' }): DeviceDayRun {
  const day = new DeviceDayRun({ devices: { dev_a: description } });
  day.read({ at: H8 - 10 * MINUTE }, { at: H8 - 5 * MINUTE }, { at: H8 });
  return day;
}
const kinds = (events: readonly ClinicalEvent[]) =>
  events.map((event) => (event.kind === 'window-due' ? event.kind : `${event.kind} ${event.rule}`));
const STARTED = ['episode-started silence'];

test('a continuous monitor that was live and then says nothing for 30 min: technical, low, once', () => {
  const day = armed();
  expect(day.tick(H8 + LIMIT - 1)).toEqual([]);
  expect(day.tick(H8 + LIMIT)).toEqual([
    {
      ...{ kind: 'episode-started', rule: 'silence', type: 'technical', priority: 'low' },
      ...{ episodeId: `${PATIENT}/silence/${H8}/dev_a`, start: H8, raisedAt: H8 + LIMIT, late: false },
      ...{ unconfirmed: false, marks: [], news2: null },
      evidence: [{ rowId: 3, t: H8, at: H8, code: LOINC.glucose, value: 104 }],
    },
  ]);
  expect(day.tick(H8 + 2 * LIMIT)).toEqual([]);
  expect(day.read({ at: H8 + 70 * MINUTE })).toEqual([
    expect.objectContaining({ kind: 'episode-ended', end: H8 + 70 * MINUTE, reason: 'recovered' }),
  ]);
});

test('without a timer the next reading says the same', () => {
  const byTimer = armed();
  byTimer.tick(H8 + LIMIT + 12_345);
  byTimer.read({ at: H8 + 70 * MINUTE });
  const byReading = armed();
  byReading.read({ at: H8 + 70 * MINUTE });
  expect(byReading.events).toEqual(byTimer.events);
});

test('a reading that had come before the alarm was due, and was processed after it, takes it back', () => {
  const day = armed();
  day.tick(H8 + LIMIT);
  expect(day.read({ at: H8 + LIMIT - 10 })).toMatchObject([
    { kind: 'episode-revised', status: 'withdrawn', start: H8 },
  ]);
  expect(day.spells()).toEqual([]);
});

test.each([
  ['cgm', 30 * MINUTE],
  ['monitor', 5 * MINUTE],
  ['meter', null],
  ['other', null],
] as const)('limit of a %s: %s', (kind, limitMs) => {
  const day = armed({ kind });
  if (limitMs === null) expect(day.tick(H8 + 100 * HOUR)).toEqual([]);
  else {
    expect(day.tick(H8 + limitMs - 1)).toEqual([]);
    expect(kinds(day.tick(H8 + limitMs))).toEqual(STARTED);
  }
});

test('limits are as the settings have them', () => {
  const day = armed();
  day.settings({ silence: { cgmMs: 10 * MINUTE } });
  expect(day.tick(H8 + 10 * MINUTE)).toMatchObject([{ raisedAt: H8 + 10 * MINUTE }]);
});

describe('armed after three live readings', () => {
  const cgm = () => new DeviceDayRun({ devices: { dev_a: { kind: 'cgm' } } });

  test('not after two', () => {
    const day = cgm();
    day.read({ at: H8 - 5 * MINUTE }, { at: H8 });
    expect(day.tick(H8 + 5 * HOUR)).toEqual([]);
  });

  test('never by an import, also of one that reaches up to now', () => {
    const day = cgm();
    const times = Array.from({ length: 100 }, (_, n) => H8 - (99 - n) * 5 * MINUTE);
    for (const [n, t] of times.entries()) day.read({ at: H8 + n, t });
    expect(day.tick(H8 + 5 * HOUR)).toEqual([]);
  });

  test('a device whose backlog has come is armed by what it sends after it', () => {
    const day = cgm();
    day.read({ at: H8, t: H8 - HOUR });
    for (const minute of [2, 7, 12]) day.read({ at: H8 + minute * MINUTE });
    expect(kinds(day.tick(H8 + 12 * MINUTE + LIMIT))).toEqual(STARTED);
  });

  test('a backlog of an armed device is heard', () => {
    const day = armed();
    day.read({ at: H8 + 20 * MINUTE, t: H8 - HOUR });
    expect(day.tick(H8 + 20 * MINUTE + LIMIT - 1)).toEqual([]);
    expect(kinds(day.tick(H8 + 20 * MINUTE + LIMIT))).toEqual(STARTED);
  });
});

describe('what comes and does not count', () => {
  test('only refused frames', () => {
    const day = armed();
    for (const minute of [5, 15, 25]) expect(day.refuse(H8 + minute * MINUTE)).toEqual([]);
    expect(day.tick(H8 + LIMIT)).toMatchObject([{ rule: 'silence', marks: ['only-refused'], start: H8 }]);
  });

  test('only implausible values', () => {
    const day = armed();
    for (const minute of [5, 15, 25]) expect(day.read({ at: H8 + minute * MINUTE, value: 0 })).toEqual([]);
    expect(day.tick(H8 + LIMIT)).toMatchObject([{ rule: 'silence', marks: ['only-implausible'], start: H8 }]);
  });

  test('both, once the silence was told: each is told once', () => {
    const day = armed();
    day.tick(H8 + LIMIT);
    day.refuse(H8 + 31 * MINUTE);
    expect(day.tick(H8 + 32 * MINUTE)).toMatchObject([
      { kind: 'episode-escalated', marks: ['only-refused'] },
    ]);
    day.refuse(H8 + 33 * MINUTE);
    day.read({ at: H8 + 34 * MINUTE, value: 0 });
    expect(day.tick(H8 + 35 * MINUTE)).toMatchObject([{ marks: ['only-implausible', 'only-refused'] }]);
    expect(day.tick(H8 + 36 * MINUTE)).toEqual([]);
  });

  test('one that counts is enough', () => {
    const day = armed();
    day.read({ at: H8 + 20 * MINUTE, value: 0 }, { at: H8 + 20 * MINUTE, value: 104, code: LOINC.heartRate });
    expect(day.tick(H8 + LIMIT)).toEqual([]);
  });

  test('a device that was never live says nothing by what is refused', () => {
    const day = new DeviceDayRun({ devices: { dev_a: { kind: 'cgm' } } });
    day.refuse(H8);
    const { state } = day;
    expect(day.tick(H8 + HOUR)).toEqual([]);
    day.refuse(H8 + HOUR);
    expect(day.state).toEqual(state);
  });
});

describe('nobody waits for a device', () => {
  const spans = (from: number, until: number | null): DeviceDescription => ({
    kind: 'cgm',
    notAwaited: [{ from, until }],
  });
  const hold = (day: DeviceDayRun, from: number, until: number | null) =>
    day.settings({ devices: { dev_a: spans(from, until) } });

  test.each([
    ['stopped', 0],
    ['paused', null],
  ])('that is %s', (_name, length) => {
    const day = armed();
    hold(day, H8 + MINUTE, length === null ? null : H8 + MINUTE);
    // Nor is it looked at each second, for as long as that is so.
    const { rules, config } = day.state;
    const configs = [{ from: -Infinity, until: Infinity, config }];
    const sink = { configsBetween: () => configs, isEpisodeOpen: () => false };
    const state = rules[SILENCE.name] ?? SILENCE.initial();
    expect(SILENCE.isDue(state, sink, H8 + 10 * HOUR)).toBe(false);
    expect(day.tick(H8 + 10 * HOUR)).toEqual([]);
  });

  test('its alarm ends with it', () => {
    const day = armed();
    day.tick(H8 + LIMIT);
    hold(day, H8 + 40 * MINUTE, H8 + 40 * MINUTE);
    expect(day.tick(H8 + 41 * MINUTE)).toMatchObject([
      { kind: 'episode-ended', end: H8 + 40 * MINUTE, reason: 'disarmed' },
    ]);
  });

  test('what was due before is said, and then ends', () => {
    const day = armed();
    hold(day, H8 + 40 * MINUTE, null);
    expect(day.tick(H8 + 41 * MINUTE)).toMatchObject([
      { kind: 'episode-started', raisedAt: H8 + LIMIT },
      { kind: 'episode-ended', end: H8 + 40 * MINUTE, reason: 'disarmed' },
    ]);
  });

  test('after a planned sensor change three live readings arm it again', () => {
    const day = armed();
    hold(day, H8 + MINUTE, H8 + MINUTE);
    for (const minute of [90, 95]) day.read({ at: H8 + minute * MINUTE });
    expect(day.tick(H8 + 4 * HOUR)).toEqual([]);
    day.read({ at: H8 + 4 * HOUR });
    expect(kinds(day.tick(H8 + 4 * HOUR + LIMIT))).toEqual(STARTED);
  });

  test('the settings say when its present sensor was put in', () => {
    const day = armed();
    day.settings({ devices: { dev_a: { kind: 'cgm', sensorSince: H8 + 10 * MINUTE } } });
    expect(day.tick(H8 + 10 * HOUR)).toEqual([]);
  });

  test('readings within a pause do not arm it', () => {
    const day = armed();
    hold(day, H8 + MINUTE, H8 + HOUR);
    for (const minute of [20, 25, 30, 35]) day.read({ at: H8 + minute * MINUTE });
    expect(day.tick(H8 + 5 * HOUR)).toEqual([]);
  });
});

describe('the gateway was away', () => {
  test('that time does not count, and it goes on counting after it', () => {
    const day = armed();
    day.away({ from: H8 + 20 * MINUTE, until: H8 + 80 * MINUTE });
    expect(day.tick(H8 + 90 * MINUTE - 1)).toEqual([]);
    expect(day.tick(H8 + 90 * MINUTE)).toMatchObject([{ start: H8, raisedAt: H8 + 90 * MINUTE }]);
  });

  test('a device has 5 min to come back', () => {
    const day = armed();
    day.away({ from: H8 + LIMIT - 1_000, until: H8 + HOUR });
    expect(day.tick(H8 + HOUR + 5 * MINUTE - 1)).toEqual([]);
    expect(kinds(day.tick(H8 + HOUR + 5 * MINUTE))).toEqual(STARTED);
  });

  test('a gateway that starts again and again does not keep it from being said', () => {
    const day = armed();
    for (let minute = 10; minute <= 60; minute += 10) {
      const until = H8 + minute * MINUTE;
      day.away({ from: until - 1_000, until });
      day.tick(until);
    }
    expect(day.spells()).toHaveLength(1);
  });

  test('an absence that is told again changes nothing', () => {
    const day = armed();
    const absence = { from: H8 + 10 * MINUTE, until: H8 + 20 * MINUTE };
    day.away(absence);
    day.away(absence);
    expect(kinds(day.tick(H8 + 40 * MINUTE))).toEqual(STARTED);
  });
});

describe('authorities are told', () => {
  const told = { kind: 'episode-escalated', marks: ['for-authorities'], priority: 'low' };

  test('after 2 h', () => {
    const day = armed();
    day.tick(H8 + LIMIT);
    expect(day.tick(H8 + 2 * HOUR - 1)).toEqual([]);
    expect(day.tick(H8 + 2 * HOUR)).toMatchObject([{ ...told, at: H8 + 2 * HOUR }]);
    expect(day.tick(H8 + 3 * HOUR)).toEqual([]);
  });

  test('or as set, or never', () => {
    const day = armed();
    day.settings({ silence: { authoritiesAfterMs: HOUR } });
    day.tick(H8 + LIMIT);
    expect(day.tick(H8 + HOUR)).toMatchObject([told]);
    const never = armed();
    never.settings({ silence: { authoritiesAfterMs: null } });
    never.tick(H8 + LIMIT);
    expect(never.tick(H8 + 100 * HOUR)).toEqual([]);
  });

  test('at once within an open episode', () => {
    const day = armed();
    day.read({ at: H8 + MINUTE, value: 49 });
    expect(day.tick(H8 + MINUTE + LIMIT)).toMatchObject([
      { kind: 'episode-started', rule: 'silence', marks: ['for-authorities'], priority: 'low' },
    ]);
  });

  test('as soon as an episode opens, by another device', () => {
    const day = armed();
    day.tick(H8 + LIMIT);
    day.read({ at: H8 + 40 * MINUTE, deviceId: 'dev_b', value: 49 });
    expect(day.tick(H8 + 41 * MINUTE)).toMatchObject([{ ...told, rule: 'silence' }]);
  });
});

describe('a clock that is wrong', () => {
  const offsetMs = 10 * MINUTE;
  const wrong = (minute: number, offset = offsetMs) => {
    const at = H8 + minute * MINUTE;
    return { at, t: at - offset, offsetMs: offset };
  };

  test('is told with the third live reading, and over with the first whose clock is right', () => {
    const day = new DeviceDayRun();
    expect(day.read(wrong(0), wrong(5))).toEqual([]);
    expect(day.read(wrong(10))).toMatchObject([
      {
        ...{ kind: 'episode-started', rule: 'wrong-clock', type: 'technical', priority: 'low', marks: [] },
        ...{ episodeId: `${PATIENT}/wrong-clock/${H8}/dev_a`, start: H8, raisedAt: H8 + 10 * MINUTE },
      },
    ]);
    expect(day.read(wrong(15))).toEqual([]);
    expect(day.read(wrong(20, 0))).toMatchObject([{ kind: 'episode-ended', end: H8 + 20 * MINUTE }]);
  });

  test.each([60_000, -60_000, 0])('is one that is off by more than 60 s: not by %s ms', (offset) => {
    const day = new DeviceDayRun();
    expect(day.read(...[0, 5, 10, 15].map((minute) => wrong(minute, offset)))).toEqual([]);
  });

  test('is none of a device that has no clock', () => {
    const day = new DeviceDayRun();
    const readings = [0, 5, 10, 15].map((minute) => ({ ...wrong(minute, H8), isOfBoot: true }));
    expect(day.read(...readings)).toEqual([]);
  });

  test('is told to authorities after 2 h', () => {
    const day = new DeviceDayRun();
    day.read(...[0, 5, 10, 115].map((minute) => wrong(minute)));
    expect(day.tick(H8 + 120 * MINUTE)).toMatchObject([{ rule: 'wrong-clock', marks: ['for-authorities'] }]);
  });

  test('is nobody’s alarm while nobody waits for the device', () => {
    const day = new DeviceDayRun({ devices: { dev_a: { notAwaited: [{ from: H8, until: null }] } } });
    expect(day.read(...[1, 5, 10, 15].map((minute) => wrong(minute)))).toEqual([]);
  });
});

test('a state of version 1 goes on: what was told is not told again, and ends under its id', () => {
  const { state } = armed();
  const last = { rowId: 3, t: H8, at: H8, code: LOINC.glucose, value: 104 };
  const heard = { lastMs: H8, last, live: 3, countedFrom: H8, toldFrom: H8 };
  const stored: PatientState = {
    ...state,
    rules: { ...state.rules, silence: { v: 1, streams: { dev_a: heard } } },
  };
  const day = new DeviceDayRun();
  day.state = migrateState(stored);
  expect(day.tick(H8 + HOUR)).toEqual([]);
  expect(day.read({ at: H8 + HOUR })).toMatchObject([
    { kind: 'episode-ended', episodeId: `${PATIENT}/silence/${H8}/dev_a` },
  ]);
});

const stated = (from: number, patient: SettingsVersion['patient'], version = 1): SettingsVersion => ({
  ...{ version, hash: String(version), from, patient, authority: {}, by: 'patient' },
});

test.each([
  ['looks each minute', 1],
  ['looks once, late', 300],
])('a limit judges as long as it is in force, whether the clock %s', (_how, every) => {
  const history = new SettingsHistory([
    stated(H8 + 12 * MINUTE, { silence: { cgmMs: 10 * MINUTE } }),
    stated(H8 + 14 * MINUTE, {}, 2),
  ]);
  const day = new DeviceDayRun({ devices: { dev_a: { kind: 'cgm' } } }, history);
  day.read({ at: H8 - 10 * MINUTE }, { at: H8 - 5 * MINUTE }, { at: H8 });
  for (let minute = every; minute <= 300; minute += every) day.tick(H8 + minute * MINUTE);
  // Ten minutes were over when the limit came into force.
  expect(day.spells()).toMatchObject([{ start: H8, raisedAt: H8 + 12 * MINUTE }]);
});

describe('a pause', () => {
  const history = new SettingsHistory([
    stated(H8 + 5 * MINUTE, { devices: { dev_a: { pausedUntil: H8 + 3 * HOUR } } }),
  ]);
  const paused = (versions = history) => {
    const day = new DeviceDayRun({ devices: { dev_a: { kind: 'cgm' } } }, versions);
    day.read({ at: H8 - 10 * MINUTE }, { at: H8 - 5 * MINUTE }, { at: H8 });
    return day;
  };

  test('nobody waits for the device, and what it sends is judged as always', () => {
    const day = paused();
    expect(day.tick(H8 + 2 * HOUR)).toEqual([]);
    expect(kinds(day.read({ at: H8 + 2 * HOUR, value: 45 }))).toEqual(['episode-started glucose-very-low']);
    expect(kinds(day.tick(H8 + 10 * HOUR))).toEqual([]);
  });

  test('after it three live readings arm the device again', () => {
    const day = paused();
    const after = H8 + 3 * HOUR;
    day.read({ at: after }, { at: after + 5 * MINUTE }, { at: after + 10 * MINUTE });
    expect(day.tick(after + 10 * MINUTE + LIMIT)).toMatchObject([{ start: after + 10 * MINUTE }]);
  });

  test('a statement that says nothing of it ends it', () => {
    const ended = new SettingsHistory([...history.versions, stated(H8 + HOUR, {}, 2)]);
    const day = paused(ended);
    day.read({ at: H8 + HOUR }, { at: H8 + 65 * MINUTE }, { at: H8 + 70 * MINUTE });
    expect(kinds(day.tick(H8 + 70 * MINUTE + LIMIT))).toEqual(STARTED);
  });
});

describe('frames of a device without a limit are refused, and nothing else comes', () => {
  const meter = () => new DeviceDayRun({ devices: { dev_a: { kind: 'meter' } } });

  test('a technical alarm, that ends with the first reading that counts', () => {
    const day = meter();
    day.refuse(H8);
    day.refuse(H8 + 20 * MINUTE);
    expect(day.tick(H8 + LIMIT - 1)).toEqual([]);
    expect(day.tick(H8 + LIMIT)).toMatchObject([
      { kind: 'episode-started', rule: 'silence', start: H8, marks: ['only-refused'], evidence: [] },
    ]);
    // No record can rest on it.
    expect(day.tick(H8 + 10 * HOUR)).toEqual([]);
    expect(day.read({ at: H8 + 11 * HOUR })).toMatchObject([
      { kind: 'episode-ended', end: H8 + 11 * HOUR, reason: 'recovered' },
    ]);
    expect(day.tick(H8 + 100 * HOUR)).toEqual([]);
  });

  test('a frame that is sent again and stored leaves nothing', () => {
    const day = meter();
    day.refuse(H8);
    day.read({ at: H8 + MINUTE });
    expect(day.tick(H8 + 10 * HOUR)).toEqual([]);
  });

  test('authorities are told where a reading is there to rest on', () => {
    const day = meter();
    day.read({ at: H8 - HOUR });
    day.refuse(H8);
    expect(day.tick(H8 + LIMIT)).toMatchObject([{ evidence: [{ rowId: 1 }], marks: ['only-refused'] }]);
    expect(day.tick(H8 + 2 * HOUR)).toMatchObject([{ marks: ['for-authorities', 'only-refused'] }]);
  });

  test('a suspension ends it', () => {
    const day = meter();
    day.refuse(H8);
    day.tick(H8 + LIMIT);
    day.settings({
      devices: { dev_a: { kind: 'meter', notAwaited: [{ from: H8 + HOUR, until: null }] } },
    });
    expect(day.tick(H8 + HOUR)).toMatchObject([{ kind: 'episode-ended', reason: 'disarmed' }]);
    day.refuse(H8 + 2 * HOUR);
    expect(day.tick(H8 + 9 * HOUR)).toEqual([]);
  });
});
