import { describe, expect, test } from '@jest/globals';
import { PATIENT, replay } from '../testing/replay.js';
import { LOINC } from './model/codes.js';
import type { ClinicalOverrides } from './model/config.js';
import type { DeviceKind } from './model/device.js';
import type { ClinicalEvent, RuleName } from './model/events.js';
import type { ClinicalReading, Comparator } from './model/reading.js';
import { processReadings } from './process.js';
import { initialState } from './state.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const H8 = Date.UTC(2026, 2, 1, 8);
const PREGNANT: ClinicalOverrides = { person: { birthYear: null, isPregnant: true } };
const CHILD: ClinicalOverrides = { person: { birthYear: 2018, isPregnant: false } };
const FEVER_ON: ClinicalOverrides = { fever: { isOn: true } };

interface Measured {
  readonly code: string;
  readonly value: number;
  readonly comparator?: Comparator;
  /** Since the first of them, seconds. */
  readonly s?: number;
  /** Ahead of the gateway, milliseconds. */
  readonly aheadMs?: number;
}

const readingsOf = (measured: readonly Measured[]): ClinicalReading[] =>
  measured.map(({ code, value, comparator, s = 0, aheadMs = 0 }, rowId) => ({
    ...{ rowId, deviceId: 'dev_a', code, value, ...(comparator && { comparator }) },
    ...{ t: H8 + s * SECOND + aheadMs, receivedAt: H8 + s * SECOND },
  }));

/** The alarms that readings of one device raise, by rule, in the order in which they are raised. */
function raised(
  measured: readonly Measured[],
  overrides: ClinicalOverrides = {},
  kind: DeviceKind = 'other',
): { rule: RuleName; priority: string }[] {
  const devices = { dev_a: { kind } };
  const { events } = replay(readingsOf(measured), 1, { ...overrides, devices });
  return events.flatMap((event) =>
    event.kind === 'episode-started' ? [{ rule: event.rule, priority: event.priority }] : [],
  );
}

const cuff = (systolic: number, diastolic: number, s = 0): Measured[] => [
  { code: LOINC.cuffSystolic, value: systolic, s },
  { code: LOINC.cuffDiastolic, value: diastolic, s },
];
const sys = (value: number, s: number): Measured[] => [{ code: LOINC.cuffSystolic, value, s }];
const dia = (value: number, s: number): Measured[] => [{ code: LOINC.cuffDiastolic, value, s }];
const HIGH = { rule: 'blood-pressure-high', priority: 'medium' };
const LOW = { rule: 'blood-pressure-low', priority: 'medium' };

describe('blood pressure', () => {
  test.each([
    ['180/120 twice', [...cuff(180, 120), ...cuff(180, 120, 120)], []],
    ['181/80 twice', [...cuff(181, 80), ...cuff(181, 80, 120)], [HIGH]],
    ['150/121 twice', [...cuff(150, 121), ...cuff(150, 121, 120)], [HIGH]],
    ['181/80 once', cuff(181, 80), []],
    ['181/80 again after 59 s', [...cuff(181, 80), ...cuff(181, 80, 59)], []],
    ['181/80 again after 60 s', [...cuff(181, 80), ...cuff(181, 80, 60)], [HIGH]],
    ['181/80, 150/80, 181/80', [...cuff(181, 80), ...cuff(150, 80, 60), ...cuff(181, 80, 120)], []],
    ['systolic, then diastolic high', [...cuff(181, 80), ...cuff(150, 121, 60)], [HIGH]],
    ['91 systolic', cuff(91, 60), []],
  ] as const)('%s', (_name, measured, alarms) => {
    expect(raised(measured)).toEqual(alarms);
  });

  test.each([
    ['159/109', cuff(159, 109), []],
    ['160/80 at once', cuff(160, 80), [HIGH]],
    ['150/110 at once', cuff(150, 110), [HIGH]],
    ['91 systolic', cuff(91, 60), []],
    ['90 systolic', cuff(90, 60), [LOW]],
  ] as const)('in pregnancy %s', (_name, measured, alarms) => {
    expect(raised(measured, PREGNANT)).toEqual(alarms);
  });

  test('in pregnancy, by a bedside monitor, after 60 s', () => {
    const monitor = (s: number) => [...cuff(165, 80), ...cuff(165, 80, s)];
    expect(raised(monitor(59), PREGNANT, 'monitor')).toEqual([]);
    expect(raised(monitor(60), PREGNANT, 'monitor')).toEqual([HIGH]);
  });

  test('90 systolic is NEWS2’s where that is on, and its own of a child, or where one parameter raises nothing', () => {
    expect(raised(cuff(90, 60))).toEqual([{ rule: 'news2', priority: 'medium' }]);
    expect(raised(cuff(90, 60), CHILD)).toEqual([LOW]);
    expect(raised(cuff(90, 60), { news2: { singleParameter: null } })).toEqual([LOW]);
  });

  test('told in two parts, seconds apart, is one as told at once', () => {
    const apart = (systolic: number, s: number): Measured[] => [
      { code: LOINC.cuffSystolic, value: systolic, s },
      { code: LOINC.cuffDiastolic, value: 95, s: s + 5 },
    ];
    expect(raised([...apart(200, 0), ...apart(205, 120)])).toEqual([HIGH]);
    expect(raised([...apart(200, 0), ...apart(150, 60), ...apart(205, 120)])).toEqual([]);
  });

  test.each<[string, Measured[], readonly object[]]>([
    [
      'diastolic apart, 125 twice',
      [...dia(125, 0), ...sys(130, 5), ...dia(126, 65), ...sys(130, 70)],
      [HIGH],
    ],
    ['after the systolic', [...sys(130, 0), ...dia(125, 5), ...sys(130, 65), ...dia(126, 70)], [HIGH]],
    ['half an hour apart', [...dia(125, 0), ...sys(130, 5), ...sys(130, 1_800), ...dia(126, 1_805)], [HIGH]],
    ['125, 80, 125', [...dia(125, 0), ...sys(130, 5), ...dia(80, 60), ...sys(130, 65), ...dia(125, 120)], []],
    [
      '125 once, then the systolic for long',
      [...dia(125, 0), ...sys(130, 5), ...sys(130, 65), ...sys(130, 125)],
      [],
    ],
    ['diastolic fine, systolic 200 before', [...sys(200, 0), ...dia(80, 60), ...dia(80, 120)], []],
    [
      'systolic 200, diastolic 125, apart',
      [...sys(200, 0), ...dia(80, 5), ...sys(130, 60), ...dia(125, 65)],
      [],
    ],
  ])('a diastolic crisis told apart from a normal systolic is heard: %s', (_name, measured, alarms) => {
    expect(raised(measured)).toEqual(alarms);
  });

  test('a diastolic crisis told apart ends when the diastolic is back, or by a gap of its own', () => {
    const crisis = [...dia(125, 0), ...sys(130, 5), ...dia(126, 65), ...sys(130, 70)];
    const ends = (...measured: Measured[]) =>
      replay(readingsOf([...crisis, ...measured]), 1).events.flatMap((event) =>
        event.kind === 'episode-ended' ? [[event.reason, (event.end - H8) / SECOND]] : [],
      );
    expect(ends(...sys(130, 1_000), ...sys(130, 2_000))).toEqual([]);
    expect(ends(...dia(80, 1_000), ...sys(130, 1_005), ...dia(80, 1_900), ...sys(130, 1_905))).toEqual([
      ['recovered', 1_900],
    ]);
    expect(ends(...sys(130, 2_000), ...sys(130, 3_666))).toEqual([['gap', 65]]);
  });

  test('beyond an instrument’s bound is above a limit that is the bound', () => {
    const beyond = [0, 60].map((s): Measured => ({
      ...{ code: LOINC.cuffSystolic, value: 180, comparator: '>', s },
    }));
    expect(raised(beyond)).toEqual([HIGH]);
  });

  test('is rounded as NEWS2’s chart rounds it', () => {
    expect(raised(cuff(90.5, 60), CHILD)).toEqual([LOW]);
    expect(raised(cuff(90.51, 60), CHILD)).toEqual([]);
  });

  test('by a clock that is too far ahead is heard, and in doubt until one that is right says so', () => {
    const ahead = (value: number, s: number): Measured => ({
      ...{ code: LOINC.cuffSystolic, value, s, aheadMs: 6 * MINUTE },
    });
    const told = (...measured: Measured[]) =>
      replay(readingsOf(measured), 1).events.flatMap((event) =>
        event.kind === 'episode-started' || event.kind === 'episode-escalated'
          ? [[event.kind, event.unconfirmed, event.marks.join()]]
          : [],
      );
    const started = ['episode-started', true, 'clock-ahead'];
    expect(told(ahead(200, 0), ahead(200, 120))).toEqual([started]);
    expect(told(ahead(200, 0), ahead(120, 60), ahead(200, 120))).toEqual([started]);
    expect(told(ahead(200, 0), ahead(200, 120), ...cuff(200, 90, 180))).toEqual([
      ...[started, ['episode-escalated', false, 'clock-ahead']],
    ]);
  });

  test('of an arterial line as of a cuff', () => {
    const line = [0, 60].map((s): Measured => ({ code: LOINC.arterialSystolic, value: 185, s }));
    expect(raised(line)).toEqual([HIGH]);
  });

  test('ends 15 min after it is back, with the evidence of the run that raised it', () => {
    const back = Array.from({ length: 5 }, (_, n) => cuff(140, 80, 300 + n * 300)).flat();
    const { events } = replay(readingsOf([...cuff(185, 80), ...cuff(190, 80, 120), ...back]), 2);
    expect(events.filter(({ kind }) => kind !== 'window-due')).toMatchObject([
      { kind: 'episode-started', start: H8, raisedAt: H8 + 2 * MINUTE, evidence: [{}, {}, {}, {}] },
      { kind: 'episode-ended', reason: 'recovered', end: H8 + 20 * MINUTE },
    ]);
  });
});

describe('fever', () => {
  const FEVER = { rule: 'fever', priority: 'low' };
  const warm = (value: number): Measured[] => [{ code: LOINC.temperature, value }];

  test.each([
    [37.9, []],
    [37.94, []],
    [37.95, [FEVER]],
    [38, [FEVER]],
    [38.0999985, [FEVER]],
    // (100.31 °F − 32) × 5/9, and single precision.
    [37.949999999999996, [FEVER]],
    [37.9499969, [FEVER]],
  ])('of %d Cel', (value, alarms) => {
    expect(raised(warm(value), FEVER_ON)).toEqual(alarms);
  });

  test('is off unless switched on, and follows its own threshold', () => {
    expect(raised(warm(39))).toEqual([]);
    expect(raised(warm(38.2), { fever: { isOn: true, fromCel: 38.3 } })).toEqual([]);
    expect(raised(warm(38.3), { fever: { isOn: true, fromCel: 38.3 } })).toEqual([FEVER]);
  });
});

describe('marks', () => {
  const glucose = (value: number, s = 0, more: Partial<Measured> = {}): Measured => ({
    ...{ code: LOINC.interstitialGlucose, value, s },
    ...more,
  });
  const vital = (code: string, value: number, s = 0): Measured => ({ code, value, s });
  const meter = { kind: 'meter' as const };

  /** Everything that was said of the first alarm, and whether it was confirmed in the end. */
  function told(
    measured: readonly Measured[],
    device: NonNullable<ClinicalOverrides['devices']>[string] = meter,
  ) {
    let state = initialState(PATIENT, { devices: { dev_a: device } });
    const alarms: ClinicalEvent[] = [];
    for (const reading of readingsOf(measured)) {
      const result = processReadings(state, [reading]);
      alarms.push(...result.events);
      ({ state } = result);
    }
    const last = alarms.findLast(
      (event) => event.kind === 'episode-started' || event.kind === 'episode-escalated',
    );
    if (last?.kind !== 'episode-started' && last?.kind !== 'episode-escalated') return undefined;
    return [last.marks.join(' '), last.unconfirmed ? 'unconfirmed' : 'confirmed', last.priority].join(', ');
  }

  const first = { kind: 'cgm' as const, sensorSince: H8 - MINUTE };
  test.each([
    ['LO', [glucose(40, 0, { comparator: '<' })], meter, 'LO, confirmed, high'],
    ['LO of a meter', [glucose(19)], meter, 'LO, confirmed, high'],
    ['HI', [glucose(601)], meter, 'HI, confirmed, high'],
    ['HI of a continuous monitor', [glucose(401)], { kind: 'cgm' as const }, 'HI, confirmed, high'],
    ['LO of a wide bound', [glucose(71, 0, { comparator: '<' })], meter, 'LO bound, unconfirmed, medium'],
    ['HI of a wide bound', [glucose(249, 0, { comparator: '>' })], meter, 'HI bound, unconfirmed, medium'],
    ['no value', [glucose(12)], meter, undefined],
    ['a bare fraction', [glucose(5.4)], meter, 'lo-or-mmol, unconfirmed, medium'],
    ['a bare fraction that may be LO', [glucose(15.4)], meter, 'lo-or-mmol, unconfirmed, medium'],
    ['a clock ahead', [glucose(45, 0, { aheadMs: 6 * MINUTE })], meter, 'clock-ahead, unconfirmed, medium'],
    ['a fast fall', [glucose(100), glucose(50, 300)], meter, 'fast-fall, unconfirmed, medium'],
    ['a sensor’s first day', [glucose(50)], first, 'first-day, unconfirmed, medium'],
    ['a second low confirms', [glucose(50), glucose(69, 300)], first, 'first-day, confirmed, high'],
    [
      'NEWS2’s bands and parameters',
      [vital(LOINC.respiratoryRate, 26), vital(LOINC.spo2, 91), vital(LOINC.heartRate, 115)],
      meter,
      'at-3-respirationRate at-3-spo2 band-high band-medium, confirmed, high',
    ],
    [
      'a bad parameter that is not measured again',
      [vital(LOINC.respiratoryRate, 26), ...[1, 2, 3].map((n) => vital(LOINC.heartRate, 95, n * 1_500))],
      meter,
      'at-3-respirationRate not-remeasured-respirationRate, confirmed, medium',
    ],
  ])('%s', (_name, measured, device, expected) => {
    expect(told(measured, device)).toBe(expected);
  });
});
