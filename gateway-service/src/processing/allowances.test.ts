import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openDatabase } from '@careledger/service-kit';
import { SimulatedDevice, glucose } from '../../testing/simulated-device.js';
import { TestCore } from '../../testing/test-core.js';
import { testProcessor } from '../../testing/test-processor.js';
import { FIRST_RELEASE_MIGRATIONS, GATEWAY_MIGRATIONS } from '../migrations.js';
import type { Patient } from '../patients/index.js';
import { STORE_MIGRATIONS } from '../store/index.js';
import { Allowances, ProcessingStore, type DueRecord, type Processor, type RecordsPerHour } from './index.js';

const HOUR_MS = 60 * 60_000;
const PER_HOUR: RecordsPerHour = { emergency: 1, periodic: 10 };
const HEART_RATE = '8867-4';
const migrations = { migrations: GATEWAY_MIGRATIONS };

let t: TestCore;
let patient: Patient;
let hostile: SimulatedDevice;
let other: SimulatedDevice;
let store: ProcessingStore;
let allowances: Allowances;
let processor: Processor;
let due: DueRecord[];
let told: string[];
beforeEach(async () => {
  t = await TestCore.open(migrations);
  patient = await t.patient();
  const device = () => t.pair(patient, new SimulatedDevice(['2339-0', HEART_RATE]));
  [hostile, other] = [device(), device()];
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
  allowances = new Allowances(database, PER_HOUR);
  due = [];
  told = [];
  processor = testProcessor({
    ...{ core, store, allowances, clock: () => t.nowMs },
    queue: { addDue: (records) => due.push(...records) },
    logger: {
      warn: ({ deviceId }: { deviceId: string }) => told.push(deviceId),
      error: ({ err }: { err: unknown }) => {
        throw err;
      },
    } as never,
  });
  await processor.start();
}

/** One reading in each of so many windows, the oldest first. */
const history = (hours: number, fromHoursAgo = hours) =>
  Array.from({ length: hours }, (_, n) => glucose(t.nowMs - (fromHoursAgo - n) * HOUR_MS, 100));

const heartRate = (timeMs: number, value: number) => ({
  t: new Date(timeMs).toISOString(),
  code: HEART_RATE,
  value,
  unit: '/min',
});
const send = (device: SimulatedDevice, ...readings: ReturnType<typeof glucose>[]) =>
  t.send(device, device.frame(t.nowMs, readings));
/** Emergencies that are to be made now: rule and start. */
const raised = () =>
  due
    .filter(({ kind, notBeforeMs }) => kind === 'emergency' && notBeforeMs === 0)
    .map(({ source }) => source.slice(source.indexOf('/') + 1));

/** The records that become ready when the clock goes on by an hour. */
function anHourLater(): DueRecord[] {
  t.nowMs += HOUR_MS;
  due = [];
  processor.tick();
  return due;
}

describe('a device that brings about more than it may in an hour', () => {
  test('frame-amplifies: of one frame of old readings come as many records an hour as allowed, and in the end all', async () => {
    await send(hostile, ...history(95));
    processor.flush(patient.patientNo);
    expect(due).toHaveLength(PER_HOUR.periodic);
    expect(store.dueCount()).toBe(95);
    expect(store.deferredCount()).toBe(85);
    const made = due.map(({ source }) => source);
    for (let hour = 1; hour < 10; hour++) {
      const ready = anHourLater();
      expect(ready.length).toBeLessThanOrEqual(PER_HOUR.periodic);
      made.push(...ready.map(({ source }) => source));
    }
    expect(new Set(made).size).toBe(95);
    expect(made).toHaveLength(95);
    expect(store.deferredCount()).toBe(0);
  });

  test('is flagged for good, and nobody else is', async () => {
    await send(hostile, ...history(15));
    await send(other, ...history(5, 60));
    processor.flush(patient.patientNo);
    expect(told).toEqual([hostile.deviceId]);
    const over = { deferred: 5, deferredMs: t.nowMs };
    expect(allowances.overOf(hostile.deviceId)).toEqual(over);
    expect(allowances.overOf(other.deviceId)).toBeUndefined();
    expect(allowances.totals()).toContainEqual({ priority: 'periodic', deferred: 5 });
    expect(allowances.countOver(t.nowMs)).toBe(1);
    processor.close();
    await t.reopen(migrations);
    await start();
    expect(allowances.overOf(hostile.deviceId)).toEqual(over);
  });

  test('puts off no record that another device has a reading in', async () => {
    await send(hostile, ...history(30, 60));
    processor.flush(patient.patientNo);
    due = [];
    await send(other, ...history(8));
    await send(hostile, ...history(8).map((reading) => ({ ...reading, value: 101 })));
    processor.flush(patient.patientNo);
    expect(new Set(due.map(({ dueNo }) => dueNo)).size).toBe(8);
    expect(allowances.overOf(other.deviceId)).toBeUndefined();
  });

  test('does not lose what it put off to a restart, nor make it early', async () => {
    await send(hostile, ...history(15));
    processor.flush(patient.patientNo);
    processor.close();
    await t.reopen(migrations);
    await start();
    processor.tick();
    expect(due).toEqual([]);
    expect(anHourLater()).toHaveLength(5);
  });

  test('a record that waits counts once, whatever more happens to it', async () => {
    await send(hostile, ...history(12));
    processor.flush(patient.patientNo);
    for (let n = 0; n < 20; n++) {
      await send(hostile, glucose(t.nowMs - 2 * HOUR_MS + n + 1, 100));
      processor.flush(patient.patientNo);
    }
    expect(store.dueCount()).toBe(12);
    expect(allowances.overOf(hostile.deviceId)).toMatchObject({ deferred: 2 });
  });
});

describe('an emergency', () => {
  test('that is the first of its device in an hour never waits; those beyond the allowance do, and are kept', async () => {
    const first = t.nowMs;
    await send(hostile, glucose(first, 40));
    await send(hostile, heartRate(first, 140));
    expect(raised()).toEqual([`glucose-very-low/${first}`]);
    expect(store.waitingEmergencies(patient.patientNo)).toHaveLength(1);
    t.nowMs += HOUR_MS / 2;
    await send(hostile, heartRate(t.nowMs, 140));
    // The one that waits has the next hour's slot: that hour's first goes all the same.
    t.nowMs += HOUR_MS / 2 + 1;
    due = [];
    await send(hostile, glucose(t.nowMs, 41));
    expect(raised()).toContain(`glucose-very-low/${t.nowMs}`);
    expect(raised()).not.toContain(`news2/${first}`);
    processor.tick();
    expect(raised()).toContain(`news2/${first}`);
  });

  test('of now does not wait behind a backlog, of windows or of emergencies long past', async () => {
    const lows = history(40, 80).map((reading) => ({ ...reading, value: 40 }));
    await send(hostile, ...lows.flatMap((low) => [low, glucose(Date.parse(low.t) + 10 * 60_000, 41)]));
    processor.flush(patient.patientNo);
    expect(store.deferredCount()).toBeGreaterThan(PER_HOUR.periodic);
    due = [];
    await send(hostile, glucose(t.nowMs, 42));
    expect(raised()).toContain(`glucose-very-low/${t.nowMs}`);
  });

  test('true-alarm-hidden: false alarms of one device do not keep waiting what another device sees too', async () => {
    await send(hostile, glucose(t.nowMs, 40));
    await send(hostile, heartRate(t.nowMs, 140));
    expect(store.waitingEmergencies(patient.patientNo)).toHaveLength(1);
    due = [];
    // The episode runs already, so that the other device's reading raises none of its own.
    await send(other, heartRate(t.nowMs + 1, 145));
    processor.tick();
    expect(raised()).toEqual([`news2/${t.nowMs}`]);
    expect(store.waitingEmergencies(patient.patientNo)).toEqual([]);
  });

  test('that waits is called up after a restart too', async () => {
    await send(hostile, glucose(t.nowMs, 40));
    await send(hostile, heartRate(t.nowMs, 140));
    processor.close();
    await t.reopen(migrations);
    await start();
    await send(other, heartRate(t.nowMs + 1, 145));
    processor.tick();
    expect(raised()).toEqual([`news2/${t.nowMs}`]);
  });

  test('that waits is called up in the batch that raised it too', async () => {
    await send(hostile, glucose(t.nowMs, 40));
    due = [];
    await Promise.all([send(hostile, heartRate(t.nowMs, 140)), send(other, heartRate(t.nowMs + 1, 145))]);
    processor.tick();
    expect(raised()).toEqual([`news2/${t.nowMs}`]);
    expect(store.waitingEmergencies(patient.patientNo)).toEqual([]);
  });
});

test('what a store of the first release has due is due at once', () => {
  const released = [...STORE_MIGRATIONS, ...FIRST_RELEASE_MIGRATIONS];
  using before = openDatabase({ path: `${t.folder}/released.db`, migrations: released });
  before
    .prepare(
      `INSERT INTO due_records (patient_no, kind, place, lane, due_ms) VALUES (1, 'periodic', 'a/b', 'periodic', 5)`,
    )
    .run();
  before.close();
  using after = openDatabase({
    path: `${t.folder}/released.db`,
    migrations: [...STORE_MIGRATIONS, ...GATEWAY_MIGRATIONS],
  });
  const migrated = new ProcessingStore(after);
  expect(migrated.allDue()).toEqual([expect.objectContaining({ source: 'a/b', notBeforeMs: 0 })]);
  expect(migrated.deferredCount()).toBe(0);
});
