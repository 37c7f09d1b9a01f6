import { describe, expect, test } from '@jest/globals';
import { clinicalConfig } from '../config.js';
import { LOINC } from '../model/codes.js';
import type { ClinicalReading } from '../model/reading.js';
import type { SettingsVersion } from '../model/settings.js';
import { processReadings } from '../process.js';
import { initialState } from '../state.js';
import { delayed, seeded } from '../../testing/random.js';
import { reference } from '../../testing/reference/index.js';
import { PATIENT, replay, timesOf, type FinalEpisode } from '../../testing/replay.js';
import { NO_SETTINGS, SettingsHistory } from './history.js';
import { checkSettings, configUnder, loosenedByPatient } from './in-force.js';

const MINUTE = 60_000;
const START = Date.UTC(2026, 2, 1, 8);

/** Settings from a minute after the start on. */
const version = (
  n: number,
  minute: number,
  stated: Partial<Pick<SettingsVersion, 'patient' | 'authority' | 'by'>>,
): SettingsVersion => ({
  ...{ version: n, hash: String(n).repeat(64), from: START + minute * MINUTE },
  ...{ patient: {}, authority: {}, by: 'patient', ...stated },
});

const reading = (minute: number, code: string, value: number, rowId = minute): ClinicalReading => {
  const t = START + minute * MINUTE;
  return { rowId, deviceId: 'dev_1', t, code, value, receivedAt: t };
};

describe('a patient may only tighten', () => {
  test('what is looser than the published limits is named, what is stricter is not', () => {
    const loose = {
      glucose: { veryLowMgPerDl: 50, veryHighMgPerDl: 200 },
      news2: { singleParameter: null, total: 4 },
      silence: { cgmMs: null, monitorMs: 60_000, meterMs: 3_600_000 },
      fever: { isOn: true, fromCel: 38.5 },
      bloodPressure: { lowSystolic: 80, highSystolic: 160 },
    };
    expect(loosenedByPatient(loose, {}).sort()).toEqual([
      'bloodPressure.lowSystolic',
      'fever.fromCel',
      'glucose.veryLowMgPerDl',
      'news2.singleParameter',
      'silence.cgmMs',
    ]);
  });

  test('a practitioner’s looser limit is the patient’s to tighten, and to come back to', () => {
    const authority = { glucose: { veryLowMgPerDl: 45 } };
    expect(loosenedByPatient({ glucose: { veryLowMgPerDl: 45 } }, authority)).toEqual([]);
    expect(loosenedByPatient({ glucose: { veryLowMgPerDl: 44 } }, authority)).toEqual([
      'glucose.veryLowMgPerDl',
    ]);
  });

  test('scale 2 is neither stricter nor looser: either way it is a practitioner’s', () => {
    expect(loosenedByPatient({ news2: { spo2Scale: 2 } }, {})).toEqual(['news2.spo2Scale']);
    expect(loosenedByPatient({ news2: { spo2Scale: 1 } }, { news2: { spo2Scale: 2 } })).toEqual([
      'news2.spo2Scale',
    ]);
    expect(loosenedByPatient({ news2: { spo2Scale: 1 } }, {})).toEqual([]);
  });

  test('facts are no limits', () => {
    const facts = { person: { birthYear: 2015, isPregnant: true }, windowMs: 60_000 };
    expect(loosenedByPatient(facts, {})).toEqual([]);
  });
});

describe('what is in force', () => {
  const base = clinicalConfig({ devices: { dev_1: { kind: 'cgm' } } });

  test('of a limit the stricter word, of a fact the newer one', () => {
    const patient = {
      glucose: { veryLowMgPerDl: 65, veryHighMgPerDl: 240 },
      person: { birthYear: 1980, isPregnant: false },
      devices: { dev_1: { sensorSince: 5 } },
    };
    const authority = {
      glucose: {
        veryLowMgPerDl: 45,
        recoveredLowMgPerDl: 60,
        veryHighMgPerDl: 220,
        recoveredHighMgPerDl: 200,
      },
      news2: { spo2Scale: 2 as const },
      person: { isPregnant: true },
    };
    expect(configUnder(base, { patient, authority, by: 'authority' })).toMatchObject({
      // 60 would be below 65: the stricter one leads.
      glucose: {
        ...{ veryLowMgPerDl: 65, recoveredLowMgPerDl: 65, veryHighMgPerDl: 220, recoveredHighMgPerDl: 200 },
      },
      news2: { spo2Scale: 2, total: 5 },
      person: { birthYear: 1980, isPregnant: true },
      devices: { dev_1: { kind: 'cgm', sensorSince: 5 } },
    });
    expect(configUnder(base, { patient, authority, by: 'patient' }).person.isPregnant).toBe(false);
  });

  test('settings that contradict themselves are refused', () => {
    expect(() => checkSettings({ glucose: { veryLowMgPerDl: 80 } })).toThrow('must rise');
    expect(() => checkSettings({ glucose: { veryLowMgPerDl: 80, recoveredLowMgPerDl: 90 } })).not.toThrow();
    // E.g. mmol/L, or a digit too few.
    expect(() => checkSettings({ glucose: { veryLowMgPerDl: 3.9 } })).toThrow(
      'veryLowMgPerDl must be 40 to 110',
    );
    expect(() => checkSettings({ silence: { cgmMs: 30 } })).toThrow(
      'silence.cgmMs must be 60000 to 86400000',
    );
    expect(() => checkSettings({ silence: { cgmMs: null }, fever: { isOn: false } })).not.toThrow();
  });
});

describe('a history', () => {
  const history = new SettingsHistory([version(1, 10, {}), version(2, 20, {})]);
  const at = (minute: number) => START + minute * MINUTE;

  test('says which version is in force, from its first millisecond on', () => {
    const inForce = [at(10) - 1, at(10), at(20) - 1, at(20)].map((t) => history.at(t)?.version);
    expect(inForce).toEqual([undefined, 1, 1, 2]);
  });

  test('says which shaped a span, half-open', () => {
    const shaped = (from: number, to: number) => history.between(at(from), at(to)).map(({ version: n }) => n);
    expect([shaped(0, 10), shaped(0, 11), shaped(12, 15), shaped(12, 21), shaped(20, 30)]).toEqual([
      ...[[], [1], [1], [1, 2], [2]],
    ]);
  });

  test('does not go back', () => {
    expect(() => new SettingsHistory([version(1, 10, {}), version(2, 10, {})])).toThrow(RangeError);
  });
});

describe('the version in force at rule time judges', () => {
  const tight = version(1, 30, { patient: { glucose: { veryLowMgPerDl: 60 } } });
  const settings = new SettingsHistory([tight]);

  test('a reading that comes late is judged by what was in force when it was measured', () => {
    const before = { ...reading(20, LOINC.glucose, 58), receivedAt: START + 40 * MINUTE };
    const [early, late] = [before, reading(40, LOINC.glucose, 58)].map(
      (only) => processReadings(initialState(PATIENT), [only], settings).events,
    );
    expect(early).toEqual([]);
    expect(late).toMatchObject([{ kind: 'episode-started', rule: 'glucose-very-low' }]);
  });

  test('a late reading does not have those around it judged by another version', () => {
    const run = [
      reading(25, LOINC.glucose, 58, 1),
      reading(40, LOINC.glucose, 58, 2),
      { ...reading(27, LOINC.glucose, 59, 3), receivedAt: START + 41 * MINUTE },
    ];
    expect(replay(run, 1, {}, settings).episodes).toMatchObject([
      { rule: 'glucose-very-low', start: START + 40 * MINUTE },
    ]);
  });

  test('fever counts from when it was switched on', () => {
    const on = new SettingsHistory([version(1, 30, { patient: { fever: { isOn: true } } })]);
    const run = [reading(20, LOINC.temperature, 38.4), reading(40, LOINC.temperature, 38.2)];
    expect(replay(run, 2, {}, on).episodes).toMatchObject([{ rule: 'fever', start: START + 40 * MINUTE }]);
    expect(replay(run, 2).episodes).toEqual([]);
  });

  test('what is switched off leaves no alarm open for good', () => {
    const scored = version(1, 30, { patient: { person: { isPregnant: true } } });
    const breaths = [10, 20, 40, 60, 85, 95].map((minute) =>
      reading(minute, LOINC.respiratoryRate, 30, minute),
    );
    const [episode] = replay(breaths, 1, {}, new SettingsHistory([scored])).episodes;
    expect(episode).toMatchObject({
      ...{ rule: 'news2', start: START + 10 * MINUTE, end: START + 20 * MINUTE, reason: 'gap' },
    });
  });

  test('a sensor’s first day, what it shares and its range are as they were then', () => {
    const device = (n: number, minute: number, sensorSince: number) =>
      version(n, minute, { patient: { devices: { dev_1: { sensorSince: START + sensorSince * MINUTE } } } });
    const changed = new SettingsHistory([device(1, 30, 30)]);
    const run = [reading(10, LOINC.glucose, 50), reading(100, LOINC.glucose, 50)];
    const [first, second] = run.map((only) => replay([only], 1, {}, changed).episodes[0]);
    expect(first).toMatchObject({ priority: 'high', unconfirmed: false });
    expect(second).toMatchObject({ priority: 'medium', unconfirmed: true });
  });

  test('windows of one period end where the next begins: every reading lies in exactly one', () => {
    const shorter = new SettingsHistory([
      version(1, 20, { patient: { windowMs: 15 * MINUTE } }),
      version(2, 100, { patient: { windowMs: 60 * MINUTE } }),
    ]);
    const run = [5, 21, 40, 62, 99, 101, 130].map((minute) => reading(minute, LOINC.glucose, 100));
    const { events } = replay(run, 1, {}, shorter);
    const windows = events.flatMap((event) =>
      event.kind === 'window-due'
        ? [[event.windowStart, event.windowEnd].map((t) => (t - START) / MINUTE)]
        : [],
    );
    expect(windows).toEqual([
      ...[
        [0, 20],
        [20, 30],
        [30, 45],
        [60, 75],
        [90, 100],
        [100, 120],
        [120, 180],
      ],
    ]);
  });
});

describe('with settings that change, the reference agrees', () => {
  const CODES: readonly (readonly [code: string, low: number, high: number])[] = [
    [LOINC.glucose, 35, 320],
    [LOINC.respiratoryRate, 7, 26],
    [LOINC.spo2, 84, 100],
    [LOINC.heartRate, 38, 125],
    [LOINC.temperature, 35, 39.5],
  ];

  function stream(random: () => number): ClinicalReading[] {
    let rowId = 0;
    return Array.from({ length: 150 }, (_, i) => i * 5).flatMap((minute) =>
      CODES.flatMap(([code, low, high]) => {
        if (random() < 0.4) return [];
        const value = Math.round(low + random() * (high - low));
        return [{ ...reading(minute, code, value), rowId: rowId++, deviceId: `dev_${code}` }];
      }),
    );
  }

  function history(random: () => number): SettingsVersion[] {
    const between = (low: number, high: number) => Math.round(low + random() * (high - low));
    const limits = () => ({
      glucose: {
        ...{ veryLowMgPerDl: between(45, 70), recoveredLowMgPerDl: between(70, 100) },
        ...{ recoveredHighMgPerDl: between(180, 220), veryHighMgPerDl: between(220, 280) },
        veryHighDurationMs: between(0, 20) * MINUTE,
      },
      news2: { total: between(3, 6), highTotal: between(6, 9), singleParameter: random() < 0.3 ? null : 3 },
      windowMs: [15, 30, 60][between(0, 2)] ?? 60,
    });
    return Array.from({ length: 6 }, (_, i): SettingsVersion => {
      const { windowMs, ...own } = limits();
      return version(i + 1, 60 + i * 100 + between(0, 30), {
        patient: {
          ...(random() < 0.7 && own),
          ...(random() < 0.3 && { windowMs: windowMs * MINUTE }),
          ...(random() < 0.3 && { person: { isPregnant: random() < 0.5 } }),
          devices: {
            [`dev_${LOINC.glucose}`]: {
              ...(random() < 0.5 && { sensorSince: START + i * 100 * MINUTE }),
              ...(random() < 0.5 && { instrumentRange: { low: 50, high: 300 } }),
            },
          },
        },
        authority: {
          ...(random() < 0.7 && limits()),
          news2: { spo2Scale: random() < 0.5 ? 2 : 1 },
          windowMs: windowMs * MINUTE,
          ...(random() < 0.3 && { person: { birthYear: random() < 0.5 ? 2015 : 1970 } }),
        },
        by: random() < 0.5 ? 'patient' : 'authority',
      });
    });
  }

  test.each([1, 2, 3, 4, 5, 6])('in order, and late within the horizon (seed %d)', (seed) => {
    const random = seeded(seed);
    const readings = stream(random);
    const versions = history(random);
    const expected = reference(readings, {}, versions);
    const settings = new SettingsHistory(versions);
    const inOrder = replay(readings, 7, {}, settings);
    expect(timesOf(inOrder.episodes)).toEqual(timesOf(expected.episodes));
    // What a score was before its instant's last value came has been told: it may be more than it was in the end.
    const isSettled = ({ rule, priority }: FinalEpisode) => rule !== 'news2' || priority === 'high';
    const settled = expected.episodes.filter(isSettled);
    expect(inOrder.episodes).toEqual(expect.arrayContaining(settled));
    expect(inOrder.windows).toEqual(expected.windows);
    const late = replay(delayed(readings, 10 * MINUTE, random), 1, {}, settings);
    expect(timesOf(late.episodes)).toEqual(timesOf(expected.episodes));
    expect(late.windows).toEqual(expected.windows);
    // The settings are what makes the difference.
    expect(replay(readings, 7, {}, NO_SETTINGS).episodes).not.toEqual(expected.episodes);
  });
});
