import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { glucose, type SimulatedDevice } from '../../testing/simulated-device.js';
import { TestCore } from '../../testing/test-core.js';
import { testProcessor } from '../../testing/test-processor.js';
import { GATEWAY_MIGRATIONS } from '../migrations.js';
import type { Patient } from '../patients/index.js';
import { Allowances, GatewayLife, ProcessingStore, type DueRecord, type Processor } from './index.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const LIMIT_MS = 30 * MINUTE_MS;
const migrations = { migrations: GATEWAY_MIGRATIONS };

let t: TestCore;
let patient: Patient;
let device: SimulatedDevice;
let store: ProcessingStore;
let life: GatewayLife;
let processor: Processor;
let due: DueRecord[];
beforeEach(async () => {
  t = await TestCore.open(migrations);
  patient = await t.patient();
  device = t.pair(patient);
  await start();
});
afterEach(async () => {
  processor.close();
  await t[Symbol.asyncDispose]();
});

async function start(): Promise<void> {
  const { core } = t;
  const { database } = core.store;
  store = new ProcessingStore(database);
  life = new GatewayLife(database);
  due = [];
  processor = testProcessor({
    ...{ core, store, life, clock: () => t.nowMs },
    allowances: new Allowances(database, { emergency: 5, periodic: 5 }),
    queue: { addDue: (records) => due.push(...records) },
  });
  await processor.start();
}

/** Stopped, away for a while, and started again. */
async function awayFor(ms: number): Promise<void> {
  processor.close();
  t.nowMs += ms;
  await t.reopen(migrations);
  await start();
}

async function live(count = 3): Promise<void> {
  for (let n = 0; n < count; n++) {
    t.nowMs += MINUTE_MS;
    await t.next(device);
  }
}

/** The clock goes on, and the timer looks. */
function pass(ms: number): void {
  t.nowMs += ms;
  processor.tick();
}

const alarms = () =>
  t.core.store.database
    .prepare(
      'SELECT rule, type, priority, status, start_ms AS start, marks, end_reason AS reason FROM episodes',
    )
    .all()
    .map((row) => ({ ...row, marks: JSON.parse(String(row['marks'])) as string[] }));
const emergencies = () => due.filter(({ kind }) => kind === 'emergency');

test('a monitor that goes silent is an alarm for the patient, and after 2 h an emergency record with notices', async () => {
  await live();
  const last = t.nowMs;
  pass(LIMIT_MS - 1);
  expect(alarms()).toEqual([]);
  pass(1);
  const alarm = { rule: 'silence', type: 'technical', priority: 'low', status: 'open', start: last };
  expect(alarms()).toMatchObject([{ ...alarm, marks: [] }]);
  expect(emergencies()).toEqual([]);
  pass(2 * HOUR_MS - LIMIT_MS);
  expect(alarms()).toMatchObject([{ ...alarm, marks: ['for-authorities'] }]);
  expect(emergencies()).toMatchObject([{ priority: 'emergency', notBeforeMs: 0 }]);
  due = [];
  await live(1);
  expect(alarms()).toMatchObject([{ status: 'ended', reason: 'recovered' }]);
  expect(emergencies()).toHaveLength(1);
});

test('within an open episode authorities are told at once', async () => {
  await live();
  await t.send(device, device.frame(t.nowMs, [glucose(t.nowMs, 49)]));
  due = [];
  pass(LIMIT_MS);
  expect(alarms()).toContainEqual(expect.objectContaining({ rule: 'silence', marks: ['for-authorities'] }));
  expect(emergencies()).toHaveLength(1);
});

test('only refused frames: the alarm says so', async () => {
  await live();
  pass(10 * MINUTE_MS);
  const wrongUnit = [glucose(t.nowMs, 5, '%')];
  expect(await t.send(device, device.frame(t.nowMs, wrongUnit))).toMatchObject({ status: 'rejected' });
  // Written down, though nothing else came: a kill -9 does not forget it.
  pass(0);
  expect(JSON.stringify(store.state(patient.patientNo))).toContain('"refused":true');
  pass(20 * MINUTE_MS);
  expect(alarms()).toMatchObject([{ rule: 'silence', marks: ['only-refused'] }]);
});

test('only implausible values: the alarm says so', async () => {
  await live();
  for (let n = 0; n < 3; n++) {
    pass(10 * MINUTE_MS);
    await t.send(device, device.frame(t.nowMs, [glucose(t.nowMs, 0)]));
  }
  pass(1);
  expect(alarms()).toMatchObject([{ rule: 'silence', marks: ['only-implausible'] }]);
});

test('a suspended device is not waited for, and after it not until it was live again', async () => {
  await live();
  t.core.devices.suspend(device.deviceId);
  pass(10 * HOUR_MS);
  t.core.devices.resume(device.deviceId);
  pass(10 * HOUR_MS);
  expect(alarms()).toEqual([]);
  await live();
  pass(LIMIT_MS);
  expect(alarms()).toMatchObject([{ rule: 'silence', status: 'open' }]);
  t.core.devices.revoke(device.deviceId);
  pass(MINUTE_MS);
  expect(alarms()).toMatchObject([{ status: 'ended', reason: 'disarmed' }]);
});

test('a device whose clock is 10 min behind, by its hello, is an alarm of its clock alone', async () => {
  const sent = () => new Date(t.nowMs - 10 * MINUTE_MS).toISOString();
  const asked = await t.greet(device, device.hello(null, { sent: sent() }));
  await t.greet(device, device.hello(asked.nonce ?? '', { sent: sent() }));
  for (let n = 0; n < 3; n++) {
    t.nowMs += MINUTE_MS;
    await t.send(device, device.frame(t.nowMs - 10 * MINUTE_MS));
  }
  expect(alarms()).toMatchObject([{ rule: 'wrong-clock', type: 'technical', priority: 'low' }]);
});

describe('the gateway was away', () => {
  test('that time does not count, and the absence is on record', async () => {
    await live();
    pass(20 * MINUTE_MS);
    const from = t.nowMs;
    await awayFor(HOUR_MS);
    expect(life.absences(10).at(-1)).toEqual({ from, until: t.nowMs, cause: 'stopped' });
    processor.tick();
    expect(alarms()).toEqual([]);
    pass(10 * MINUTE_MS);
    expect(alarms()).toMatchObject([{ rule: 'silence', status: 'open' }]);
  });

  test('an alarm that was raised before goes on, and is not raised again', async () => {
    await live();
    pass(LIMIT_MS);
    await awayFor(HOUR_MS);
    pass(HOUR_MS);
    expect(alarms()).toHaveLength(1);
    await live(1);
    expect(alarms()).toMatchObject([{ status: 'ended' }]);
  });

  test('it ran, and stood still: the same', async () => {
    await live();
    processor.tick();
    const from = t.nowMs;
    const now = jest.spyOn(performance, 'now').mockReturnValue(performance.now() + LIMIT_MS);
    pass(LIMIT_MS);
    now.mockRestore();
    expect(life.absences(10)).toContainEqual({ from, until: t.nowMs, cause: 'stalled' });
    expect(alarms()).toEqual([]);
    pass(LIMIT_MS - 1);
    expect(alarms()).toEqual([]);
    pass(1);
    expect(alarms()).toMatchObject([{ rule: 'silence', status: 'open' }]);
  });

  test('from the last sign of life: what was noted, or stored', () => {
    const { database } = t.core.store;
    const begin = (nowMs: number, lastArrivalMs?: number) =>
      t.core.store.deferred(() => new GatewayLife(database).begin(nowMs, lastArrivalMs));
    const at = t.nowMs + HOUR_MS;
    begin(at);
    expect(begin(at + 10, at + 5)).toEqual({ from: at + 5, until: at + 10, cause: 'killed' });
    expect(begin(at + 20, at + 5)).toEqual({ from: at + 10, until: at + 20, cause: 'killed' });
    // The clock was set back.
    expect(begin(at)).toBeUndefined();
  });
});

test('a device that plays havoc: its records are bounded, and it is a technical alarm until it was quiet for an hour', async () => {
  const hours = Array.from({ length: 20 }, (_, n) => glucose(t.nowMs - (20 - n) * HOUR_MS, 100));
  await t.send(device, device.frame(t.nowMs, hours));
  processor.flush(patient.patientNo);
  expect(due).toHaveLength(5);
  const flood = { rule: 'device-flood', type: 'technical', priority: 'low' };
  expect(alarms()).toMatchObject([{ ...flood, status: 'open' }]);
  await awayFor(MINUTE_MS);
  pass(HOUR_MS);
  expect(alarms()).toMatchObject([{ ...flood, status: 'ended', reason: 'recovered' }]);
});
