import { LOINC } from '@careledger/clinical';
import type { Bundle, Observation } from '@careledger/fhir';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { RecordsFixture } from '../../testing/records-fixture.js';
import { SimulatedDevice, glucose } from '../../testing/simulated-device.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let fixture: RecordsFixture;
beforeEach(async () => {
  fixture = await RecordsFixture.open();
});
afterEach(() => fixture[Symbol.asyncDispose]());

const reading = (timeMs: number, code: string, value: number, unit: string) => ({
  ...{ t: new Date(timeMs).toISOString(), code, value, unit },
});

const DAY_MS = 24 * HOUR_MS;
/** Readings that a device puts into one frame here. */
const PER_FRAME = 96;

/** The Observations of the records that a device's readings bring about, by kind. */
async function recordsOf(device: SimulatedDevice, readings: readonly ReturnType<typeof reading>[]) {
  const { testCore, processor } = fixture;
  const patient = await testCore.patient();
  testCore.pair(patient, device);
  for (let from = 0; from < readings.length; from += PER_FRAME)
    await testCore.send(device, device.frame(testCore.nowMs, readings.slice(from, from + PER_FRAME)));
  processor.flush(patient.patientNo);
  const observations = new Map<string, Observation[]>();
  for (const { version } of await fixture.make()) {
    const { entry } = (await fixture.open(patient, version)) as Bundle;
    const found = entry.flatMap(({ resource }) =>
      resource.resourceType === 'Observation' ? [resource] : [],
    );
    observations.set(version.kind, [...(observations.get(version.kind) ?? []), ...found]);
  }
  return observations;
}

test('an emergency says what was sent, though the rules counted in other units', async () => {
  const { nowMs } = fixture.testCore;
  const device = new SimulatedDevice([LOINC.interstitialGlucoseMolar]);
  const records = await recordsOf(device, [reading(nowMs, LOINC.interstitialGlucoseMolar, 2.4, 'mmol/L')]);
  expect(records.get('emergency')?.at(-1)).toMatchObject({
    code: { coding: [{ code: '105272-9' }] },
    valueQuantity: { value: 2.4, unit: 'mmol/l', code: 'mmol/L' },
  });
});

test('temperatures in °F and °C are one aggregate, in °C', async () => {
  const startMs = fixture.testCore.nowMs - 5 * HOUR_MS;
  const device = new SimulatedDevice([LOINC.temperature]);
  const records = await recordsOf(device, [
    reading(startMs, LOINC.temperature, 98.6, '[degF]'),
    reading(startMs + 1, LOINC.temperature, 36, 'Cel'),
  ]);
  const average = records
    .get('periodic')?.[0]
    ?.component?.find(({ code }) => code.coding[0]?.code === 'average');
  expect(average).toMatchObject({ valueQuantity: { value: 36.5, code: 'Cel' } });
});

test.each(['continuous-glucose-monitor', 'flash-sensor', 'cgm'])(
  'a %s that was paired with the code of blood keeps its times in ranges',
  async (type) => {
    const startMs = fixture.testCore.nowMs - 5 * HOUR_MS;
    const records = await recordsOf(new SimulatedDevice(['2339-0'], type), [
      glucose(startMs, 100),
      glucose(startMs + 5 * MINUTE_MS, 300),
    ]);
    const codes = records.get('periodic')?.map(({ code }) => code.coding[0]?.code);
    expect(codes).toEqual(['2339-0', '106793-3']);
  },
);

test('the record that completes a day has the report of 14 days, once a monitor measured 70 % of them', async () => {
  const midnightMs = Math.floor((fixture.testCore.nowMs - HOUR_MS) / DAY_MS) * DAY_MS;
  const startMs = midnightMs - 10 * DAY_MS;
  const readings = Array.from({ length: 10 * 96 }, (_, n) =>
    reading(startMs + n * 15 * MINUTE_MS, LOINC.interstitialGlucose, n % 2 === 0 ? 100 : 200, 'mg/dL'),
  );
  const records = await recordsOf(new SimulatedDevice([LOINC.interstitialGlucose]), readings);
  const summaries = (records.get('periodic') ?? []).filter(({ code }) => code.coding[0]?.code === '107931-8');
  expect(summaries).toHaveLength(1);
  expect(summaries[0]?.effectivePeriod).toEqual({
    start: new Date(midnightMs - 14 * DAY_MS).toISOString(),
    end: new Date(midnightMs - 1).toISOString(),
  });
  expect(summaries[0]?.hasMember).toHaveLength(6);
  const gmi = records.get('periodic')?.find(({ code }) => code.coding[0]?.code === '97506-0');
  expect(gmi?.valueQuantity).toMatchObject({ value: 6.9, code: '%' });
}, 60_000);
