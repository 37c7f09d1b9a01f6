import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { SimulatedDevice, glucose, type MadeFrame } from '../../testing/simulated-device.js';
import { TestCore } from '../../testing/test-core.js';
import type { Patient } from '../patients/index.js';
import {
  DEVICE_QUEUE_MAX_TURNS,
  DISTRUSTED_INTERVAL_MS,
  GROUP_MAX_FRAMES,
  QUEUE_MAX_FRAMES,
  URGENT_MAX_AGE_MS,
  URGENT_SYNCS_MAX,
} from './limits.js';
import type { CommittedFrame } from './ticket.js';

const HOSTILE = 4;
/** Frames of each. */
const FLOOD = 500;

let t: TestCore;
let patient: Patient;
let hostile: SimulatedDevice[];
let settled: number;
/** Frames that were stored, by the order in which they were checked: groups reach the disk in any order. */
let stored: CommittedFrame[];
const order = () =>
  stored.toSorted((one, other) => one.rowId - other.rowId).map(({ device }) => device.deviceId);
beforeEach(async () => {
  t = await TestCore.open();
  patient = await t.patient();
  hostile = Array.from({ length: HOSTILE }, () => t.pair(patient));
  settled = 0;
  stored = [];
  t.core.pipeline.onFramesCommitted((frames) => stored.push(...frames));
});
afterEach(() => t[Symbol.asyncDispose]());

/** Hands all frames in at once, as their devices', and counts what is settled. */
async function flood(frames: readonly { as: SimulatedDevice; bytes: Uint8Array }[]): Promise<void> {
  await Promise.all(
    frames.map(async ({ as, bytes }) => {
      await t.send(as, { bytes });
      settled++;
    }),
  );
}

/** Frames of each of these devices, made by itself or by somebody else. */
const many = (
  devices: readonly SimulatedDevice[],
  make: (device: SimulatedDevice) => MadeFrame,
  count = FLOOD,
) => devices.flatMap((as) => Array.from({ length: count }, () => ({ as, bytes: make(as).bytes })));
const low = (timeMs = t.nowMs) => [glucose(timeMs, 40)];

describe('devices that flood', () => {
  test('with frames that look urgent and nobody signed keep nobody waiting', async () => {
    const forger = new SimulatedDevice().begin('none');
    const others = [t.pair(patient), t.pair(patient)];
    const done = flood(many(hostile, () => forger.frame(t.nowMs, low())));
    await Promise.all(others.map((other) => t.next(other)));
    // They are answered with their group, while the next ones are checked.
    expect(settled).toBeLessThan(3 * GROUP_MAX_FRAMES);
    await done;
    expect(t.core.pipeline.counters.urgent).toBe(hostile.length * FLOOD);
  });

  test('with urgent frames that they signed leave the others their turns, urgent or not', async () => {
    const [well, ill] = [t.pair(patient), t.pair(patient)];
    const done = flood(many(hostile, (device) => device.frame(t.nowMs, low())));
    const lowOfIll = t.send(ill, ill.frame(t.nowMs, low()));
    await Promise.all([lowOfIll, t.next(well), done]);
    expect(order().indexOf(ill.deviceId)).toBeLessThan(16);
    expect(order().indexOf(well.deviceId)).toBeLessThan(32);
  });

  test('with large frames have no more of the gateway than those with small ones', async () => {
    const readings = Array.from({ length: 512 }, (_, n) => glucose(t.nowMs - n * 60_000, 100));
    const modest = t.pair(patient);
    const one = hostile.slice(0, 1);
    const done = flood(many(one, (device) => device.frame(t.nowMs, readings), 16));
    await Promise.all([done, ...Array.from({ length: 100 }, () => t.next(modest))]);
    const before = order().slice(0, order().lastIndexOf(modest.deviceId));
    expect(before.filter((deviceId) => deviceId === one[0]?.deviceId).length).toBeLessThan(8);
  });

  test('fill their own part of the queue and no more: they are told to come again, others are taken in', async () => {
    const other = t.pair(patient);
    const [device] = hostile as [SimulatedDevice];
    const frames = many([device], () => device.frame(t.nowMs), QUEUE_MAX_FRAMES);
    const answers = Promise.allSettled(frames.map(({ as, bytes }) => t.send(as, { bytes })));
    const { pipeline } = t.core;
    expect([pipeline.isFull, pipeline.queued]).toEqual([false, DEVICE_QUEUE_MAX_TURNS]);
    expect(await t.next(other)).toMatchObject({ status: 'stored' });
    const refused = (await answers).filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(QUEUE_MAX_FRAMES - DEVICE_QUEUE_MAX_TURNS);
    expect(refused[0]).toMatchObject({ reason: { code: 'GATEWAY_OVERLOADED' } });
  });

  test('with urgent frames do not take up every thread that syncs', async () => {
    const { store } = t.core;
    const sync = store.syncThen.bind(store);
    let [syncing, most] = [0, 0];
    store.syncThen = (done) => {
      most = Math.max(most, ++syncing);
      sync((error) => {
        syncing--;
        done(error);
      });
    };
    await flood(many(hostile, (device) => device.frame(t.nowMs, low())));
    expect(most).toBeLessThanOrEqual(URGENT_SYNCS_MAX);
  });
});

describe('the queue of urgent frames', () => {
  let device: SimulatedDevice;
  beforeEach(() => {
    device = t.pair(patient);
  });
  const urgent = () => t.core.pipeline.counters.urgent;

  test('is for readings of the last quarter of an hour', async () => {
    await t.send(device, device.frame(t.nowMs, low(t.nowMs - URGENT_MAX_AGE_MS - 1)));
    expect(urgent()).toBe(0);
    await t.send(device, device.frame(t.nowMs, low(t.nowMs - URGENT_MAX_AGE_MS)));
    expect(urgent()).toBe(1);
  });

  test.each(['forged', 'sent before'])(
    'takes one frame a second of a device after one that was %s, and all again after one that holds',
    async (kind) => {
      const before = device.frame(t.nowMs, low());
      const forger = new SimulatedDevice().begin(device.epoch);
      if (kind === 'sent before') await t.send(device, before);
      const rubbish = kind === 'forged' ? forger.frame(t.nowMs, low()) : before;
      const first = urgent() + 1;
      await t.send(device, rubbish);
      for (let n = 0; n < 5; n++) await t.send(device, rubbish);
      expect(urgent()).toBe(first);
      t.nowMs += DISTRUSTED_INTERVAL_MS;
      for (let n = 0; n < 5; n++) await t.send(device, rubbish);
      expect(urgent()).toBe(first + 1);
      // The device itself is not shut out.
      t.nowMs += DISTRUSTED_INTERVAL_MS;
      if (kind === 'forged') await t.send(device, before);
      else await t.send(device, device.frame(t.nowMs, low()));
      for (let n = 0; n < 5; n++) await t.send(device, device.frame(t.nowMs, low()));
      expect(urgent()).toBe(first + 7);
    },
  );
});
