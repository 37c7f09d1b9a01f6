import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeviceSession, MeasuredReading } from '@careledger/examples/device';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { GatewayFixture } from '../fixtures/services/gateway-fixture.js';
import type { EmittedAlarm } from './emitted.js';
import { LivePatient } from './live-patient.js';
import { sendRecording, type RecordedOptions } from './recorded.js';

/**
 * Variants of `cases.test.ts`, under its numbers: other values, units, columns, devices, orders. What is right was worked
 * out by hand from `spec/clinical.md`. How files are read and refused has its variants in `examples/src/recording`.
 */

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const TIMEOUT_MS = 60_000;

const folder = mkdtempSync(join(tmpdir(), 'careledger-live-variants-'));
let fixture: GatewayFixture;
beforeAll(async () => {
  fixture = await GatewayFixture.start();
}, 120_000);
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await fixture[Symbol.asyncDispose]();
}, 60_000);

type Alarm = Partial<EmittedAlarm>;

const confirmed = { type: 'physiological', confirmation: 'confirmed' } as const;
const unconfirmed = { type: 'physiological', priority: 'medium', confirmation: 'unconfirmed' } as const;
const veryLow: Alarm = { ...confirmed, rule: 'glucose-very-low', priority: 'high' };
const doubtfulLow: Alarm = { ...unconfirmed, rule: 'glucose-very-low' };
const veryHigh: Alarm = { ...confirmed, rule: 'glucose-very-high', priority: 'medium' };
const hi: Alarm = { ...veryHigh, priority: 'high', marks: ['HI'] };
const news2: Alarm = { ...confirmed, rule: 'news2', priority: 'medium' };

describe('recordings', () => {
  interface RecordedVariant {
    readonly name: string;
    readonly text: string;
    readonly options?: RecordedOptions;
    readonly values: Readonly<Record<string, readonly string[]>>;
    readonly alarms?: Readonly<Record<string, readonly Alarm[]>>;
  }
  /** Rows of person `a`, 5 min apart. */
  const rows = (cells: readonly (string | number)[], column = 'glucose_mg_dl'): string =>
    `subject,time,${column}\n${cells
      .map((cell, n) => `a,2024-01-01T10:${String(n * 5).padStart(2, '0')}:00Z,${cell}\n`)
      .join('')}`;
  const meter = { instrument: 'meter', type: 'glucose-meter' } as const;

  const VARIANTS: readonly RecordedVariant[] = [
    {
      name: '01 days first with dots, semicolons and commas, in Berlin',
      text: 'subject;time;glucose_mg_dl\na;05.12.2019 16:25;110,5\na;12.12.2019 16:56;53,9\n',
      options: { dateOrder: 'day-month', timezone: 'Europe/Berlin' },
      values: { a: ['110.5', '53.9'] },
      alarms: { a: [{ ...veryLow, timeliness: 'live', evidence: ['53.9'] }] },
    },
    {
      name: '02 the hour twice in Berlin, newest first',
      text: `subject,time,glucose_mg_dl\n${['03:10', '02:55', '02:30', '02:00', '02:30', '02:00']
        .map((at, n) => `a,2023-10-29 ${at},${[66, 60, 50, 62, 85, 110][n] ?? ''}\n`)
        .join('')}`,
      options: { timezone: 'Europe/Berlin' },
      values: { a: ['110', '85', '62', '50', '60', '66'] },
      alarms: { a: [{ ...veryLow, evidence: ['50'] }] },
    },
    {
      name: '03 three people at the thresholds',
      text: 'MRN,time,glucose_mg_dl\nx,2024-01-01T10:00:00Z,53\ny,2024-01-01T10:00:00Z,54\nz,2024-01-01T10:00:00Z,250\n',
      options: { subjectColumn: 'mrn' },
      values: { x: ['53'], y: ['54'], z: ['250'] },
      alarms: { x: [{ ...veryLow, evidence: ['53'] }] },
    },
    {
      name: '04 mmol/L at the thresholds: 2.9 is 52, 3.0 is 54; 13.9 is 250, 14.0 is 252',
      text: `subject,time,glucose_mg_dl\n${[4.0, 3.3, 3.0, 2.9]
        .map((low, n) => `a,2024-01-01T10:${n * 5 + 10}:00Z,${low}\n`)
        .join('')}${[13.9, 14.0, 14.0, 14.0, 14.0]
        .map((high, n) => `b,2024-01-01T10:${n * 5 + 10}:00Z,${high}\n`)
        .join('')}`,
      options: { unit: 'mmol/L' },
      values: { a: ['72', '59', '54', '52'], b: ['250', '252', '252', '252', '252'] },
      alarms: {
        a: [{ ...veryLow, evidence: ['52'] }],
        b: [{ ...veryHigh, evidence: Array<string>(4).fill('252') }],
      },
    },
    {
      name: '07 words in German, low and then high',
      text: rows([60, 'Niedrig', 'Hoch']),
      values: { a: ['60', '<40', '>400'] },
      alarms: {
        a: [
          { ...veryLow, marks: ['LO'], evidence: ['<40'] },
          { ...hi, evidence: ['>400'] },
        ],
      },
    },
    {
      name: '07 a bound of another instrument',
      text: rows([60, '<54']),
      values: { a: ['60', '<54'] },
      alarms: { a: [{ ...veryLow, marks: ['LO'], evidence: ['<54'] }] },
    },
    {
      name: '07 a bound above what is low is doubtful',
      text: rows([100, '<90']),
      values: { a: ['100', '<90'] },
      alarms: { a: [{ ...doubtfulLow, evidence: ['<90'] }] },
    },
    {
      name: '17 a clock that began in 2000',
      text: 'subject,time,glucose_mg_dl\na,2000-01-01T00:00:10Z,45\n',
      options: { isKept: true },
      values: { a: ['45'] },
      alarms: { a: [{ ...veryLow, timeliness: 'late', evidence: ['45'] }] },
    },
    ...[false, true].map((isReversed) => ({
      name: '19 three values of one instant',
      text: 'subject,time,glucose_mg_dl\na,2024-01-01T10:00:00Z,200\na,2024-01-01T11:00:00+01:00,53\na,2024-01-01T10:00:00Z,54\n',
      options: { isReversed },
      values: { a: isReversed ? ['54', '53', '200'] : ['200', '53', '54'] },
      alarms: { a: [veryLow] },
    })),
    {
      name: '19 two values of each instant, one of them very high',
      text: `subject,time,glucose_mg_dl\n${[0, 5, 10, 15]
        .flatMap((minute) => [180, 255].map((value) => `a,2024-01-01T10:${10 + minute}:00Z,${value}\n`))
        .join('')}`,
      values: { a: Array<string[]>(4).fill(['180', '255']).flat() },
      alarms: { a: [veryHigh] },
    },
    {
      name: '23 HI of a meter in mmol/L',
      text: rows([30, 33.4], 'blood_glucose_mmol_l'),
      options: meter,
      values: { a: ['541', '>600'] },
      alarms: { a: [{ ...hi, timeliness: 'live' }] },
    },
    {
      name: '24 13 of a meter is LO, 12 is nothing',
      text: rows([75, 12, 13], 'blood_glucose_mg_dl'),
      options: meter,
      values: { a: ['75', '12', '<20'] },
      alarms: { a: [{ ...veryLow, marks: ['LO'], evidence: ['<20'] }] },
    },
    {
      name: '24 12 of a meter alone is nothing',
      text: rows([75, 12], 'blood_glucose_mg_dl'),
      options: meter,
      values: { a: ['75', '12'] },
    },
    {
      name: '27 seven points, each parameter 20 s after the other, the worst first',
      text: 'time,resp_per_min,spo2_percent,hr_bpm,nbp_sys_mmhg,temperature_cel\n2024-01-01T10:00:00Z,24,,,,\n2024-01-01T10:00:20Z,,93,,,\n2024-01-01T10:00:40Z,,,95,,\n2024-01-01T10:01:00Z,,,,105,\n2024-01-01T10:01:20Z,,,,,38.5\n',
      values: { bedside: ['24', '93', '95', '105', '38.5'] },
      alarms: { bedside: [{ ...news2, priority: 'high', total: 7 }] },
    },
    {
      name: '27 the same at once',
      text: 'time,resp_per_min,spo2_percent,hr_bpm,nbp_sys_mmhg,temperature_cel\n2024-01-01T10:00:00Z,24,93,95,105,38.5\n',
      values: { bedside: ['24', '93', '95', '105', '38.5'] },
      alarms: { bedside: [{ ...news2, priority: 'high', total: 7 }] },
    },
    {
      name: '27 a spot value of 55 min ago counts, a respiratory rate of 6 min ago does not',
      text: 'time,resp_per_min,spo2_percent,hr_bpm,temperature_cel\n2024-01-01T10:00:00Z,,,,39.1\n2024-01-01T10:49:00Z,24,,,\n2024-01-01T10:55:00Z,,93,115,\n',
      options: { type: 'vital-signs' },
      values: { bedside: ['39.1', '24', '93', '115'] },
      alarms: { bedside: [{ ...news2, total: 6 }] },
    },
    {
      name: '29 decimal commas of single precision',
      text: 'time;resp_per_min;spo2_percent;hr_bpm;temperature_cel\n2024-01-01T10:00:00Z;24;93;115;38,099998474121094\n',
      values: { bedside: ['24', '93', '115', '38.099998474121094'] },
      alarms: { bedside: [{ ...news2, priority: 'high', total: 7 }] },
    },
    {
      name: '31 with the pulse of an oximeter alone, 30 s apart',
      text: 'time,resp_per_min,spo2_percent,pulse_bpm\n2024-01-01T10:00:00Z,0,95,70\n2024-01-01T10:00:30Z,0,95,71\n',
      values: { bedside: ['0', '95', '70', '0', '95', '71'] },
      alarms: {
        bedside: [{ ...unconfirmed, priority: 'high', rule: 'check-respiration', evidence: ['0'] }],
      },
    },
    {
      name: '31 one zero alone',
      text: 'time,resp_per_min,spo2_percent,hr_bpm\n2024-01-01T10:00:00Z,0,95,70\n2024-01-01T10:01:00Z,14,95,70\n',
      values: { bedside: ['0', '95', '70', '14', '95', '70'] },
    },
  ];

  test.each(VARIANTS)(
    '$name',
    async ({ name, text, options, values, alarms = {} }) => {
      const file = join(folder, `${name.replaceAll(/\W+/g, '-').slice(0, 40)}.csv`);
      writeFileSync(file, text);
      const outcomes = await sendRecording(fixture, file, options);
      expect(outcomes.map(({ subject }) => subject)).toEqual(Object.keys(values));
      for (const { subject, readings, alarms: raised, aggregated, counted } of outcomes) {
        expect(readings.map(({ comparator = '', value }) => `${comparator}${value}`)).toEqual(
          values[subject],
        );
        expect(raised).toMatchObject([...(alarms[subject] ?? [])]);
        expect(aggregated).toBe(counted);
      }
    },
    TIMEOUT_MS,
  );
});

describe('readings in the order of their arrival', () => {
  const UNITS: Readonly<Record<string, string>> = {
    ...{ '2339-0': 'mg/dL', '99504-3': 'mg/dL', '105272-9': 'mmol/L', '9279-1': '/min', '8867-4': '/min' },
    ...{ '59408-5': '%', '3151-8': 'L/min', '8310-5': 'Cel', '8480-6': 'mm[Hg]', '8462-4': 'mm[Hg]' },
  };
  /** A reading: how many minutes before now, code, value, and a comparator or another unit. */
  type Told = readonly [minutesAgo: number, code: string, value: number, more?: Partial<MeasuredReading>];
  const CGM = ['99504-3', '105272-9'];
  const VITALS = Object.keys(UNITS).slice(3);

  interface Arrivals {
    readonly name: string;
    /** Device types with their codes, by name. */
    readonly devices: Readonly<Record<string, readonly [type: string, codes: readonly string[]]>>;
    /** Frames, each of one device. */
    readonly frames: readonly (readonly [device: string, ...readings: Told[]])[];
    readonly alarms: readonly Alarm[];
    /** Flags of the readings, where they matter. */
    readonly flags?: readonly (readonly string[])[];
  }

  async function outcomeOf({ devices, frames }: Arrivals) {
    await using person = await LivePatient.enrol(fixture);
    const nowMs = Date.now();
    const sessions = new Map<string, DeviceSession>();
    for (const [name, [type, codes]] of Object.entries(devices))
      sessions.set(name, await person.device({ type, codes }));
    for (const [device, ...readings] of frames) {
      const frame = readings.map(([minutesAgo, code, value, more]) => ({
        t: new Date(nowMs - Math.round(minutesAgo * MINUTE_MS)).toISOString(),
        ...{ code, value, unit: UNITS[code] ?? '', ...more },
      }));
      expect(await sessions.get(device)?.send(frame)).toMatchObject({ status: 'stored' });
    }
    await person.settle();
    return { alarms: await person.alarms(), readings: await person.readings() };
  }

  const cgm = { a: ['continuous-glucose-monitor', CGM] } as const;
  const glucose = (minutesAgo: number, value: number): Told => [minutesAgo, '99504-3', value];
  const each = (from: number, to: number, step: number, value: number): Told[] =>
    Array.from({ length: (from - to) / step + 1 }, (_, n) => glucose(from - n * step, value));
  const frames = (device: string, told: readonly Told[]) => told.map((reading) => [device, reading] as const);

  test.each<Arrivals>([
    {
      name: '25 a late 75 before a LO takes nothing back',
      devices: cgm,
      frames: frames('a', [glucose(10, 60), [0, '99504-3', 40, { comparator: '<' }], glucose(1 / 60, 75)]),
      // Between 75 and LO is one second: LO is never doubtful.
      alarms: [{ ...veryLow, marks: ['LO'], status: 'preliminary', end: undefined }],
    },
    {
      name: '25 late good values before and after the low one',
      devices: cgm,
      frames: frames('a', [glucose(12, 50), glucose(10, 69), glucose(20, 62), glucose(11, 54)]),
      alarms: [{ ...veryLow, status: 'preliminary', end: undefined, notes: [] }],
    },
    {
      name: '25 a late good value within a very high run: what was heard is annotated, not taken away',
      devices: cgm,
      frames: frames('a', [...each(16, 1, 5, 300), glucose(8, 240)]),
      alarms: [{ ...veryHigh, notes: [expect.any(String) as unknown as string] }],
    },
    {
      name: '26 in mmol/L beside mg/dL, for exactly 15 min, among three sensors',
      devices: { ...cgm, b: cgm.a, c: cgm.a },
      frames: [15, 10, 5, 0].flatMap((ago) => [
        ['a', [ago, '105272-9', 14.0]] as const,
        ['b', glucose(ago, 250)] as const,
        ['c', glucose(ago, 100)] as const,
      ]),
      alarms: [{ ...veryHigh, evidence: Array<string>(4).fill('14'), end: undefined }],
    },
    {
      name: '26 for a second less than 15 min: nothing',
      devices: { ...cgm, b: cgm.a },
      frames: [15 - 1 / 60, 10, 5, 0].flatMap((ago) => [
        ['a', glucose(ago, 251)] as const,
        ['b', glucose(ago, 245)] as const,
      ]),
      alarms: [],
    },
    {
      name: '26 a low sensor beside one that is well',
      devices: { ...cgm, b: cgm.a },
      frames: [
        ['b', glucose(6, 110)],
        ['a', glucose(5, 53)],
        ['b', glucose(1, 112)],
      ],
      alarms: [{ ...veryLow, end: undefined, evidence: ['53'] }],
    },
    {
      name: '34 a day ahead among six high ones',
      devices: cgm,
      frames: [['a', glucose(-1_440, 100), ...each(25, 0, 5, 260)]],
      alarms: [{ ...veryHigh, end: undefined }],
      // From 260 to 100 within a second, by its rule time.
      flags: [['FUTURE_READING', 'RATE_OF_CHANGE'], ...Array<string[]>(6).fill([])],
    },
    {
      name: '34 danger that is ahead is heard, and doubtful',
      devices: cgm,
      frames: [['a', glucose(5, 100), glucose(-10, 45)]],
      alarms: [{ ...doubtfulLow, marks: expect.arrayContaining(['clock-ahead']) as unknown as string[] }],
      flags: [[], ['FUTURE_READING']],
    },
    {
      name: '34 4 min ahead is not ahead',
      devices: cgm,
      frames: [['a', glucose(10, 60), glucose(-4, 53)]],
      alarms: [{ ...veryLow, evidence: ['53'] }],
      flags: [[], []],
    },
    {
      name: '27 four devices, one parameter each',
      devices: {
        r: ['respiration', ['9279-1']],
        o: ['pulse-oximeter', ['59408-5', '8867-4']],
        t: ['thermometer', ['8310-5']],
        f: ['oxygen-flow', ['3151-8']],
      },
      frames: [
        ['t', [40, '8310-5', 102.3, { unit: '[degF]' }]],
        ['f', [3, '3151-8', 1]],
        ['r', [2, '9279-1', 21]],
        ['o', [1, '59408-5', 94], [1, '8867-4', 91]],
      ],
      // 39.06 °C is 39.1: 2; oxygen 2; 21: 2; 94: 1; 91: 1.
      alarms: [{ ...news2, priority: 'high', total: 8 }],
    },
  ])(
    '$name',
    async (arrivals) => {
      const { alarms, readings } = await outcomeOf(arrivals);
      expect(alarms).toMatchObject([...arrivals.alarms]);
      if (arrivals.flags !== undefined) expect(readings.map(({ flags }) => flags)).toEqual(arrivals.flags);
    },
    TIMEOUT_MS,
  );

  describe('29 values between two steps of the chart', () => {
    /** Code, value, and whether it scores 3. */
    const ROUNDED: readonly (readonly [code: string, value: number, isThree: boolean])[] = [
      ['9279-1', 8.4, true],
      ['9279-1', 8.5, true],
      ['9279-1', 8.6, false],
      ['9279-1', 24.5, true],
      ['9279-1', 24.4, false],
      ['9279-1', 8.399999618530273, true],
      ['59408-5', 91.5, true],
      ['59408-5', 91.6, false],
      ['8867-4', 40.5, true],
      ['8867-4', 40.6, false],
      ['8867-4', 130.5, true],
      ['8867-4', 130.4, false],
      ['8480-6', 90.5, true],
      ['8480-6', 90.6, false],
      ['8480-6', 219.5, true],
      ['8480-6', 219.4, false],
      ['8310-5', 35.05, true],
      ['8310-5', 35.06, false],
      ['8310-5', 35.04999923706055, true],
    ];

    test(
      'the worse of the two where it is halfway',
      async () => {
        const raised = await Promise.all(
          ROUNDED.map(async ([code, value]) => {
            const { alarms } = await outcomeOf({
              ...{ name: '', devices: { v: ['vital-signs', VITALS] }, alarms: [] },
              frames: [['v', [0, code, value]]],
            });
            return [code, value, alarms.some(({ rule }) => rule === 'news2')] as const;
          }),
        );
        expect(raised).toEqual(ROUNDED);
      },
      2 * TIMEOUT_MS,
    );
  });

  test(
    '31 of two devices, 5 s apart; and a heart rate that stops',
    async () => {
      const ago = (seconds: number): number => (seconds * SECOND_MS) / MINUTE_MS;
      const { alarms } = await outcomeOf({
        ...{ name: '', alarms: [] },
        devices: { r: ['respiration', ['9279-1']], h: ['ecg', ['8867-4']] },
        frames: [
          ['h', [ago(40), '8867-4', 80]],
          ['r', [ago(35), '9279-1', 0]],
          ['r', [ago(30), '9279-1', 0]],
          ['h', [ago(20), '8867-4', 0]],
        ],
      });
      expect(alarms.map(({ rule, priority, confirmation }) => [rule, priority, confirmation])).toEqual([
        ['check-respiration', 'high', 'unconfirmed'],
        ['check-heart-rate', 'high', 'unconfirmed'],
      ]);
    },
    TIMEOUT_MS,
  );
});
