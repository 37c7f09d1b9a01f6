import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { SimulatedDevice } from '../../testing/simulated-device.js';
import { TestCore } from '../../testing/test-core.js';
import { testProcessor } from '../../testing/test-processor.js';
import type { GatewayCore } from '../core.js';
import { GATEWAY_MIGRATIONS } from '../migrations.js';
import type { Patient } from '../patients/index.js';
import { Allowances, ProcessingStore, type Processor } from '../processing/index.js';
import { SettingsHistories, SettingsStore } from '../settings/index.js';
import { emergencyContent, periodicContent } from './content.js';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;
const RECORDED_MS = Date.UTC(2026, 5, 3);
const withProcessing = { migrations: GATEWAY_MIGRATIONS };
/** More than a day brings about. */
const UNBOUNDED = { emergency: 10_000, periodic: 10_000 };

let testCore: TestCore;
let patient: Patient;
beforeEach(async () => {
  testCore = await TestCore.open(withProcessing);
  patient = await testCore.patient();
});
afterEach(() => testCore[Symbol.asyncDispose]());

/** What the state knows of frames: without it, they are as they were when nobody had processed them. */
const PROCESSED = ['processing_states', 'reading_flags', 'episodes', 'due_records', 'device_allowances'];

function forget({ store }: GatewayCore): void {
  for (const table of PROCESSED) store.database.exec(`DELETE FROM ${table}`);
  store.database.exec('UPDATE processing_cursor SET row_id = 0, frames = 0, readings = 0');
}

const settingsOf = ({ store }: GatewayCore) => new SettingsHistories(new SettingsStore(store.database));

interface Portion {
  /** Frames that the processing sees at once when it catches up. */
  readonly pageSize?: number;
  /** The row behind which nothing has come yet. */
  readonly upTo?: number;
}

async function start(
  core: GatewayCore,
  { pageSize = Infinity, upTo = Infinity }: Portion = {},
): Promise<Processor> {
  const framesAfter = (row: number, limit: number) =>
    core.frames.framesAfter(row, Math.max(0, Math.min(limit, pageSize, upTo - row)));
  const { store, patients, pipeline, devices } = core;
  const faults: unknown[] = [];
  const note = (about: unknown) => faults.push(about);
  const processor = testProcessor({
    core: { store, patients, pipeline, devices, frames: { framesAfter } as GatewayCore['frames'] },
    allowances: new Allowances(store.database, UNBOUNDED),
    clock: () => testCore.nowMs,
    logger: { warn: note, error: note } as never,
    onFatal: note,
  });
  await processor.start();
  expect(faults).toEqual([]);
  return processor;
}

/**
 * The bytes of every record that is due, by what it is of, were it made now; but of silences, whose authorities are told
 * when the clock looks, and the processor's timer looks once a real second.
 */
async function recordsOf(core: GatewayCore): Promise<Map<string, string>> {
  const processing = new ProcessingStore(core.store.database);
  const source = { core, processing, settings: settingsOf(core), gatewayId: 'gateway-test' };
  const records = new Map<string, string>();
  for (const { kind, source: of } of processing.allDue()) {
    if (of.includes('/silence/')) continue;
    const made =
      kind === 'periodic'
        ? await periodicContent(source, patient, { source: of, previous: null, recordedAtMs: RECORDED_MS })
        : emergencyContent(source, patient, of, RECORDED_MS);
    if (made !== undefined) records.set(`${kind} ${of}`, JSON.stringify(made));
  }
  return new Map([...records].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const at = (ms: number, code: string, unit: string, value: number) => ({
  ...{ t: new Date(ms).toISOString(), code, unit, value },
});

/** A day of a sensor, a second one that lags, and a bedside monitor: lows, LO, highs, late frames, zeros, a clock ahead. */
async function liveDay(): Promise<number> {
  const codes = ['99504-3'];
  const sensor = testCore.pair(patient, new SimulatedDevice(codes));
  const second = testCore.pair(patient, new SimulatedDevice(codes));
  const monitor = testCore.pair(
    patient,
    new SimulatedDevice(['9279-1', '59408-5', '8867-4', '8480-6', '8462-4', '8310-5']),
  );
  const startMs = testCore.nowMs;
  let held: ReturnType<SimulatedDevice['frame']>[] = [];
  let frames = 0;
  const send = async (device: SimulatedDevice, ...readings: ReturnType<typeof at>[]) => {
    await testCore.send(device, device.frame(testCore.nowMs, readings));
    frames += 1;
  };
  for (let minute = 0; minute < DAY_MINUTES; minute += 5) {
    testCore.nowMs = startMs + minute * MINUTE_MS;
    const now = testCore.nowMs;
    const hour = Math.floor(minute / 60);
    const level = hour % 6 === 2 ? 48 + (minute % 60) / 2 : hour % 6 === 4 ? 262 : 110 + (minute % 37);
    await send(sensor, at(now, '99504-3', 'mg/dL', minute === 600 ? 39 : level));
    // What the second sensor measured comes half an hour late.
    held.push(second.frame(now, [at(now, '99504-3', 'mg/dL', level * 0.97 - 2)]));
    if (held.length === 6) {
      for (const frame of held) await testCore.send(second, frame);
      frames += held.length;
      held = [];
    }
    if (hour % 8 !== 3) continue;
    const isBad = minute % 60 >= 15 && minute % 60 < 40;
    await send(
      monitor,
      at(now, '9279-1', '/min', minute % 60 === 50 || minute % 60 === 55 ? 0 : isBad ? 26 : 15),
      at(now, '59408-5', '%', isBad ? 91 : 98),
      at(now, '8867-4', '/min', isBad ? 118 : 72),
    );
    await send(
      monitor,
      at(now + 5_000, '8480-6', 'mm[Hg]', isBad ? 185 : 125),
      at(now + 5_000, '8462-4', 'mm[Hg]', 80),
    );
    await send(monitor, at(now + 6 * MINUTE_MS, '8310-5', 'Cel', 36.9));
  }
  for (const frame of held) await testCore.send(second, frame);
  return frames + held.length;
}

test('a stored day gives the same bytes of every record, in whatever groups and with whatever restarts it is processed', async () => {
  const live = await start(testCore.core);
  const frames = await liveDay();
  live.flush(patient.patientNo);
  live.close();
  // A record names the block of its newest frame: all of them are sealed before any is made.
  await testCore.core.sealNow(patient.patientId);
  const expected = await recordsOf(testCore.core);
  const kinds = Map.groupBy(expected.keys(), (name) => name.split(' ')[0]);
  expect(kinds.get('periodic')).toHaveLength(24);
  // Lows, highs, NEWS2, breaths, pressures.
  expect(kinds.get('emergency')?.length).toBeGreaterThanOrEqual(18);

  const stops = [40, 41, 200, 333].map((upTo): Portion => ({ pageSize: 13, upTo }));
  for (const portions of [[{ pageSize: 1 }], [{ pageSize: 7 }], [{}], [...stops, {}]]) {
    forget(testCore.core);
    for (const portion of portions) {
      const again = await start(await testCore.reopen(withProcessing), portion);
      if (portion === portions.at(-1)) {
        expect(again.progress.frames).toBe(frames);
        again.flush(patient.patientNo);
      }
      again.close();
    }
    expect(await recordsOf(testCore.core)).toEqual(expected);
  }
}, 120_000);
