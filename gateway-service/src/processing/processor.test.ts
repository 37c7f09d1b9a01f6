import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { SimulatedDevice, glucose } from '../../testing/simulated-device.js';
import { TestCore } from '../../testing/test-core.js';
import { testProcessor } from '../../testing/test-processor.js';
import type { GatewayCore } from '../core.js';
import { GATEWAY_MIGRATIONS } from '../migrations.js';
import { Allowances, ProcessingStore, type DueRecord, type Processor } from './index.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let testCore: TestCore;
let due: DueRecord[];
let faults: unknown[];
const withProcessing = { migrations: GATEWAY_MIGRATIONS };
const open: Processor[] = [];

beforeEach(async () => {
  testCore = await TestCore.open(withProcessing);
  due = [];
  faults = [];
});
afterEach(async () => {
  for (const processor of open.splice(0)) processor.close();
  await testCore[Symbol.asyncDispose]();
});

async function processorOf(core: GatewayCore): Promise<{ processor: Processor; store: ProcessingStore }> {
  const store = new ProcessingStore(core.store.database);
  const processor = testProcessor({
    ...{ core, store, clock: () => testCore.nowMs },
    allowances: new Allowances(core.store.database, { emergency: 12, periodic: 240 }),
    queue: { addDue: (records) => due.push(...records) },
    logger: {
      warn: (about: unknown) => faults.push(about),
      error: ({ err }: { err: unknown }) => faults.push(err),
    } as never,
    onFatal: (error) => faults.push(error),
  });
  open.push(processor);
  await processor.start();
  return { processor, store };
}

describe('the processing', () => {
  test('makes an emergency due in the turn in which its frame is acknowledged', async () => {
    const { store } = await processorOf(testCore.core);
    const patient = await testCore.patient();
    const device = testCore.pair(patient);
    const result = await testCore.send(device, device.frame(testCore.nowMs, [glucose(testCore.nowMs, 49)]));
    expect(result.status).toBe('stored');
    expect(due).toEqual([expect.objectContaining({ priority: 'emergency', arrivedMs: testCore.nowMs })]);
    expect(store.episode(due[0]?.source ?? '')).toMatchObject({ rule: 'glucose-very-low', status: 'open' });
    expect(faults).toEqual([]);
  });

  test('killed before anything was written, goes on from its cursor with the same outcome', async () => {
    const patient = await testCore.patient();
    const device = testCore.pair(patient);
    for (let n = 0; n < 30; n++)
      await testCore.send(
        device,
        device.frame(testCore.nowMs, [glucose(testCore.nowMs - 5 * HOUR_MS + n * 5 * MINUTE_MS, 100)]),
      );
    // Nobody has processed them: as after a kill -9 between the frames' commit and the processing's.
    const { processor, store } = await processorOf(await testCore.reopen(withProcessing));
    expect(due.map(({ kind }) => kind)).toEqual(['periodic', 'periodic']);
    expect(store.progress()).toMatchObject({ frames: 30, readings: 30 });
    processor.flush(patient.patientNo);
    expect(due).toHaveLength(3);
  });

  test('started again without new frames, makes nothing due twice', async () => {
    const first = await processorOf(testCore.core);
    const patient = await testCore.patient();
    const device = testCore.pair(patient);
    await testCore.send(device, device.frame(testCore.nowMs, [glucose(testCore.nowMs, 49)]));
    first.processor.close();
    open.length = 0;
    due = [];
    const { store } = await processorOf(await testCore.reopen(withProcessing));
    expect(due).toEqual([]);
    expect(store.allDue()).toHaveLength(1);
    expect(store.progress().frames).toBe(1);
  });

  test('flags implausible readings for good, by their index in the frame', async () => {
    const { processor, store } = await processorOf(testCore.core);
    const patient = await testCore.patient();
    const device = testCore.pair(patient);
    const readings = [glucose(testCore.nowMs, 100), glucose(testCore.nowMs + 1, 0)];
    await testCore.send(device, device.frame(testCore.nowMs, readings));
    processor.persist();
    const row = testCore.core.store.read.lastFrameRow();
    expect([...store.flagsOfRow(row)]).toEqual([[1, ['SENSOR_OFF']]]);
    expect(store.excludedCount()).toBe(1);
  });

  test('one reading ahead is flagged alone: the lows of its frame are an emergency, escalations and ends are told', async () => {
    const { processor, store } = await processorOf(testCore.core);
    const patient = await testCore.patient();
    const device = testCore.pair(patient);
    const now = testCore.nowMs;
    const lows = Array.from({ length: 9 }, (_, n) => glucose(now - (45 - n * 5) * MINUTE_MS, 45));
    const ahead = glucose(now + 6 * MINUTE_MS, 100);
    const result = await testCore.send(device, device.frame(now, [...lows, ahead]));
    expect(result.status).toBe('stored');
    processor.persist();
    expect([...store.flagsOfRow(testCore.core.store.read.lastFrameRow())]).toEqual([[9, ['FUTURE_READING']]]);
    const source = due[0]?.source ?? '';
    expect(store.episode(source)).toMatchObject({ priority: 'high', type: 'physiological', late: true });
    due = [];
    testCore.nowMs += 20 * MINUTE_MS;
    const back = [0, 5, 15].map((minute) => glucose(now + (minute + 1) * MINUTE_MS, 100));
    await testCore.send(device, device.frame(testCore.nowMs, back));
    expect(due.filter(({ kind }) => kind === 'emergency')).toMatchObject([{ source, priority: 'emergency' }]);
    expect(store.episode(source)).toMatchObject({ status: 'ended', endReason: 'recovered' });
    expect(store.alarmCounts()).toEqual({ high: 1, medium: 0, low: 0 });
  });

  test('a higher score of an alarm that lasts makes a version of its record, and is no emergency of its own', async () => {
    const { store } = await processorOf(testCore.core);
    const patient = await testCore.patient();
    const device = testCore.pair(patient, new SimulatedDevice(['9279-1', '59408-5', '8867-4', '8310-5']));
    const now = testCore.nowMs;
    const vital = (code: string, unit: string, value: number, ms = now) => ({
      ...{ code, unit, value, t: new Date(ms).toISOString() },
    });
    const alarm = [vital('9279-1', '/min', 26), vital('59408-5', '%', 91), vital('8867-4', '/min', 115)];
    await testCore.send(device, device.frame(now, alarm));
    const source = due[0]?.source ?? '';
    testCore.core.store.deferred(() => store.removeDue(due[0]?.dueNo ?? 0, due[0]?.generation ?? 0));
    due = [];
    testCore.nowMs += MINUTE_MS;
    await testCore.send(device, device.frame(testCore.nowMs, [vital('8310-5', 'Cel', 38.5, testCore.nowMs)]));
    expect(due).toMatchObject([{ kind: 'emergency', priority: 'periodic', source, arrivedMs: null }]);
    expect(store.episode(source)).toMatchObject({ news2: { total: 9 }, evidence: [{}, {}, {}, {}] });
  });

  test('a record that becomes due while it is being made stays due', async () => {
    const { store } = await processorOf(testCore.core);
    const patient = await testCore.patient();
    const row = {
      patientNo: patient.patientNo,
      kind: 'periodic',
      source: 'a/b',
      priority: 'periodic',
    } as const;
    const put = () => testCore.core.store.deferred(() => store.putDue({ ...row, arrivedMs: null }, 1, 0));
    const taken = put();
    put();
    expect(testCore.core.store.deferred(() => store.removeDue(taken.dueNo, taken.generation))).toBe(false);
    const again = store.due(taken.dueNo);
    expect(testCore.core.store.deferred(() => store.removeDue(taken.dueNo, again?.generation ?? 0))).toBe(
      true,
    );
  });

  test('a live window closes by the wall clock, ten minutes after its end', async () => {
    const { processor } = await processorOf(testCore.core);
    const patient = await testCore.patient();
    const device = testCore.pair(patient);
    await testCore.send(device, device.frame(testCore.nowMs, [glucose(testCore.nowMs, 100)]));
    testCore.nowMs += HOUR_MS + 9 * MINUTE_MS;
    processor.tick();
    expect(due).toEqual([]);
    testCore.nowMs += 2 * MINUTE_MS;
    processor.tick();
    expect(due.map(({ kind, priority }) => [kind, priority])).toEqual([['periodic', 'periodic']]);
  });
});
