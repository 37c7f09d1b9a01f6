import { fileURLToPath } from 'node:url';
import { wallClock, type DeviceSession } from '@careledger/examples/device';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { call } from '../fixtures/services/api-client.js';
import { GatewayFixture, PASSPHRASE, glucose } from '../fixtures/services/gateway-fixture.js';
import type { EmittedAlarm } from './emitted.js';
import { LivePatient } from './live-patient.js';
import { sendRecording, type RecordedOptions } from './recorded.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const TIMEOUT_MS = 60_000;

/** The recordings whose reading, and whose refusal, `examples/src/recording/cases.test.ts` tests. */
const recording = (name: string): string =>
  fileURLToPath(new URL(`../../../examples/testing/recordings/${name}.csv`, import.meta.url));

let fixture: GatewayFixture;
beforeAll(async () => {
  fixture = await GatewayFixture.start();
}, 120_000);
afterAll(() => fixture[Symbol.asyncDispose](), 60_000);

type Alarm = Partial<EmittedAlarm>;

const confirmed = { type: 'physiological', confirmation: 'confirmed' } as const;
const veryLow: Alarm = { ...confirmed, rule: 'glucose-very-low', priority: 'high' };
const lo: Alarm = { ...veryLow, marks: ['LO'] };
const news2High: Alarm = { ...confirmed, rule: 'news2', priority: 'high', timeliness: 'live' };

/** What a recording gives: its stored values with their comparators, and each alarm. */
interface RecordedCase {
  readonly name: string;
  readonly options?: RecordedOptions;
  /** By person. */
  readonly values: Readonly<Record<string, readonly string[]>>;
  readonly alarms?: Readonly<Record<string, readonly Alarm[]>>;
}

const bedside = (values: readonly number[], ...alarms: Alarm[]) => ({
  values: { bedside: values.map(String) },
  alarms: { bedside: alarms },
});

const CASES: readonly RecordedCase[] = [
  {
    name: '01-day-month-order',
    options: { dateOrder: 'day-month', timezone: 'UTC' },
    values: { a: ['110', '112', '50'] },
    alarms: { a: [{ ...veryLow, timeliness: 'live', evidence: ['50'] }] },
  },
  {
    name: '02-dst-fall-back',
    options: { timezone: 'America/New_York' },
    values: { a: ['110', '90', '80', '64', '48', '47', '62'] },
    alarms: { a: [{ ...veryLow, evidence: ['48'] }] },
  },
  {
    name: '03-id-column',
    options: { subjectColumn: 'id' },
    values: { A: ['110', '112'], B: ['45', '44'] },
    alarms: { A: [], B: [{ ...veryLow, evidence: ['45'] }] },
  },
  {
    name: '04-mmol-values',
    options: { unit: 'mmol/L' },
    values: { a: ['101', '43', '326', '384'] },
    alarms: {
      a: [
        {
          ...veryLow,
          priority: 'medium',
          confirmation: 'unconfirmed',
          marks: ['fast-fall'],
          evidence: ['43'],
        },
      ],
    },
  },
  { name: '07-low-text', values: { a: ['60', '<40', '<40'] }, alarms: { a: [{ ...lo, evidence: ['<40'] }] } },
  { name: '07b-lt40', values: { a: ['60', '<40'] }, alarms: { a: [{ ...lo, evidence: ['<40'] }] } },
  { name: '08-semicolon', values: { a: ['100.5'] } },
  { name: '08b-comma-decimal', values: { a: ['100.5'] } },
  { name: '09-bom', values: { a: ['100'] } },
  { name: '09b-utf16', values: { a: ['100'] } },
  { name: '10c-blank-lines', values: { a: ['100'] } },
  { name: '11b-trailing-comma', values: { a: ['100'] } },
  { name: '13-quoted', values: { 'a, b': ['100', '101'] } },
  { name: '14-08', values: { a: ['101'] } },
  {
    name: '17-1970',
    options: { isKept: true },
    values: { a: ['45', '100', '101'] },
    alarms: { a: [{ ...veryLow, timeliness: 'late', evidence: ['45'] }] },
  },
  { name: '18-mixed-eol', values: { a: ['100', '101'] } },
  {
    name: '19-conflicting-duplicate',
    values: { a: ['88', '45', '86', '44'] },
    alarms: { a: [veryLow] },
  },
  {
    name: '19-conflicting-duplicate',
    options: { isReversed: true },
    values: { a: ['44', '86', '45', '88'] },
    alarms: { a: [veryLow] },
  },
  {
    name: '23-meter-HI-601',
    options: { instrument: 'meter', type: 'glucose-meter' },
    values: { a: ['580', ...Array<string>(12).fill('>600')] },
    alarms: {
      a: [
        {
          ...confirmed,
          ...{ rule: 'glucose-very-high', priority: 'high', marks: ['HI'], end: undefined },
          status: 'preliminary',
        },
      ],
    },
  },
  {
    name: '24-meter-LO-19',
    options: { instrument: 'meter', type: 'glucose-meter' },
    values: { a: ['75', ...Array<string>(6).fill('<20')] },
    alarms: { a: [{ ...lo, evidence: ['<20'], status: 'preliminary' }] },
  },
  {
    name: '27-news2-parameters-seconds-apart',
    ...bedside([22, 93, 2, 115, 105, 38.5, 0], { ...news2High, total: 10 }),
  },
  { name: '27b-news2-same-instant', ...bedside([22, 93, 2, 115, 105, 38.5, 0], { ...news2High, total: 10 }) },
  {
    name: '29-news2-float32-temperature',
    ...bedside([22, 95, 2, 95, 120, 38.099998474121094, 0], { ...news2High, total: 7 }),
  },
  { name: '29b-news2-38.1', ...bedside([22, 95, 2, 95, 120, 38.1, 0], { ...news2High, total: 7 }) },
  {
    name: '31-apnoea-zero',
    ...bedside(Array<number[]>(6).fill([0, 96, 100]).flat(), {
      ...{ type: 'physiological', rule: 'check-respiration', priority: 'high', confirmation: 'unconfirmed' },
    }),
  },
];

test.each(CASES)(
  'the recording $name, $options',
  async ({ name, options, values, alarms = {} }) => {
    const outcomes = await sendRecording(fixture, recording(name), options);
    expect(outcomes.map(({ subject }) => subject)).toEqual(Object.keys(values));
    for (const { subject, readings, alarms: raised, aggregated, counted } of outcomes) {
      expect(readings.map(({ comparator = '', value }) => `${comparator}${value}`)).toEqual(values[subject]);
      expect(raised).toMatchObject([...(alarms[subject] ?? [])]);
      expect(aggregated).toBe(counted);
    }
  },
  TIMEOUT_MS,
);

test(
  '17: what a clock said in 1970 is kept as it was said',
  async () => {
    const [outcome] = await sendRecording(fixture, recording('17-1970'), { isKept: true });
    expect(outcome?.readings[0]?.t).toBe('1970-01-01T00:05:00.000Z');
  },
  TIMEOUT_MS,
);

test(
  '19: both values of an instant are kept, and flagged',
  async () => {
    const [outcome] = await sendRecording(fixture, recording('19-conflicting-duplicate'));
    for (const { flags } of outcome?.readings ?? []) expect(flags).toContain('CONFLICTING');
  },
  TIMEOUT_MS,
);

describe('of readings in the order of their arrival', () => {
  let person: LivePatient;
  let startMs: number;
  beforeEach(async () => {
    person = await LivePatient.enrol(fixture);
    startMs = Date.now() - HOUR_MS;
  }, 30_000);

  const monitor = { type: 'continuous-glucose-monitor', codes: ['2339-0'] };
  const meter = { type: 'glucose-meter', codes: ['2339-0'] };
  const at = (minute: number, value: number) => glucose(startMs + minute * MINUTE_MS, value);

  async function send(device: DeviceSession, ...readings: ReturnType<typeof glucose>[]): Promise<void> {
    for (const reading of readings) expect(await device.send([reading])).toMatchObject({ status: 'stored' });
  }
  const alarms = async (): Promise<EmittedAlarm[]> => {
    await person.settle();
    const raised = await person.alarms();
    await person[Symbol.asyncDispose]();
    return raised;
  };

  test('23: a meter that says 601 for HI', async () => {
    await send(await person.device(meter), at(50, 580), at(55, 601), at(60, 601));
    expect(await alarms()).toMatchObject([
      { ...confirmed, rule: 'glucose-very-high', priority: 'high', timeliness: 'live', marks: ['HI'] },
    ]);
  });

  test('24: a meter that says 19 for LO', async () => {
    await send(await person.device(meter), at(55, 75), at(60, 19));
    expect(await alarms()).toMatchObject([{ ...lo, timeliness: 'live', evidence: ['19'] }]);
  });

  test('25: a late 62 one second before a 50 takes nothing back', async () => {
    const device = await person.device(monitor);
    await send(device, at(50, 60), at(60, 50), at(60 - 1 / 60, 62));
    expect(await alarms()).toMatchObject([
      { ...veryLow, timeliness: 'live', status: 'preliminary', end: undefined, evidence: ['50'], notes: [] },
    ]);
    expect((await person.readings()).map(({ value }) => value)).toEqual([60, 50, 62]);
  });

  test('26: a sensor at 245 does not hide another at 320', async () => {
    const [a, b] = [await person.device(monitor), await person.device(monitor)];
    for (let minute = 0; minute < 60; minute += 5) {
      await send(a, at(minute, 320));
      await send(b, at(minute + 2.5, 245));
    }
    expect(await alarms()).toMatchObject([
      {
        ...confirmed,
        ...{ rule: 'glucose-very-high', priority: 'medium', end: undefined },
        evidence: ['320', '320', '320', '320'],
      },
    ]);
  });

  test('32: a device 5 h behind is heard now, whatever was at the time that it tells', async () => {
    startMs = Date.now() - 6 * HOUR_MS;
    const right = await person.device(monitor);
    await send(right, at(0, 50));
    for (let minute = 20; minute <= 340; minute += 20) await send(right, at(minute, minute < 60 ? 100 : 110));
    const behind = await person.device({ ...monitor, clock: wallClock(-5 * HOUR_MS) });
    await send(behind, glucose(Date.now(), 44));
    const [first, second, ...others] = await alarms();
    expect(others).toEqual([]);
    expect(first).toMatchObject({ ...veryLow, timeliness: 'late', end: 'recovered', evidence: ['50'] });
    expect(second).toMatchObject({ ...veryLow, timeliness: 'live', end: undefined, evidence: ['44'] });
    expect(second?.notes).toEqual([expect.stringMatching(/^The device's clock said \d{4}-/)]);
  });

  test('34: one reading ahead in a frame is flagged alone', async () => {
    const device = await person.device(monitor);
    const lows = Array.from({ length: 9 }, (_, n) => at(15 + n * 5, 45));
    expect(await device.send([...lows, at(66, 100)])).toMatchObject({ status: 'stored' });
    expect(await alarms()).toMatchObject([{ ...veryLow, end: undefined }]);
    const flags = (await person.readings()).map((reading) => reading.flags);
    expect(flags).toEqual([...Array<string[]>(9).fill([]), ['FUTURE_READING']]);
    expect(await person.aggregated()).toBe(9);
  });

  describe('35: SpO2 98 and 90 on oxygen', () => {
    const sensor = { type: 'pulse-oximeter', codes: ['59408-5'] };
    const now = () => new Date().toISOString();
    const spo2 = (value: number) => ({ t: now(), code: '59408-5', value, unit: '%' });
    const oxygen = () => ({ t: now(), code: '3151-8', value: 2, unit: 'L/min' });

    /** On oxygen, with the saturations of a sensor each. */
    async function saturated(...values: readonly number[]): Promise<void> {
      const flow = await person.device({ type: 'oxygen-flow', codes: ['3151-8'] });
      expect(await flow.send([oxygen()])).toMatchObject({ status: 'stored' });
      for (const value of values)
        expect(await (await person.device(sensor)).send([spo2(value)])).toMatchObject({ status: 'stored' });
    }

    /** Scale 2, by a practitioner whom the patient lets write. Returns what a record names it by. */
    async function onScale2(): Promise<string> {
      const { patient } = person;
      const hospital = fixture.layers.authority();
      const { body: registered } = await call(hospital, 'ops', 'POST /v1/practitioners', {
        ...{ role: 'physician', identity: { identifier: `staff-${patient.patientId}` } },
      });
      const grant = { authorityId: 'aut_hospital', permissions: ['read', 'write'], purposes: ['TREAT'] };
      await fixture.own(patient, 'POST', '/grants', { grant, passphrase: PASSPHRASE });
      const signed = await call(hospital, 'practitioner', 'POST /v1/settings-statements', {
        ...{
          patientId: patient.patientId,
          version: 1,
          previous: null,
          settings: { news2: { spo2Scale: 2 } },
        },
        practitionerId: registered['practitionerId'],
      });
      expect(signed.status).toBe(201);
      const { statement } = signed.body;
      const inForce = await fixture.own(patient, 'PUT', '/settings', { statement });
      return `1:${String(inForce['hash'])}`;
    }

    test(
      'on scale 2, 98 scores 3 and counts, and the record names the settings',
      async () => {
        const settings = await onScale2();
        await saturated(90, 98);
        const [raised, ...others] = await alarms();
        expect(others).toEqual([]);
        expect(raised).toMatchObject({
          ...{
            ...confirmed,
            rule: 'news2',
            priority: 'medium',
            timeliness: 'live',
            end: undefined,
            total: 5,
          },
          marks: ['at-3-spo2', 'band-medium'],
        });
        expect(raised?.evidence).toContain('98');
        const [content] = await person.contents('emergency');
        expect(JSON.stringify(content)).toContain(
          JSON.stringify({ system: 'urn:careledger:settings', value: settings }),
        );
      },
      TIMEOUT_MS,
    );

    test('on scale 2, 90 alone is where it shall be', async () => {
      await onScale2();
      await saturated(90);
      expect(await alarms()).toEqual([]);
    });

    test('on scale 1, 98 alone is where it shall be, and 90 is not', async () => {
      await saturated(98);
      expect(await person.settle().then(() => person.alarms())).toEqual([]);
      expect(await (await person.device(sensor)).send([spo2(90)])).toMatchObject({ status: 'stored' });
      expect(await alarms()).toMatchObject([
        { rule: 'news2', total: 5, marks: ['at-3-spo2', 'band-medium'] },
      ]);
    });
  });
});
