import { setImmediate, setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { framesTopic } from '@careledger/protocol';
import type { Client } from 'aedes';
import { generate } from 'mqtt-packet';
import { MqttDevice } from '../../testing/mqtt-device.js';
import { SlowDisk } from '../../testing/slow-disk.js';
import type { SimulatedDevice } from '../../testing/simulated-device.js';
import { startBroker } from '../../testing/test-broker.js';
import { TestCore } from '../../testing/test-core.js';
import type { EmbeddedBroker } from './embedded.js';
import { LimitedSessions } from './limited-sessions.js';
import { DEVICE_QUEUE_MAX_TURNS, GROUP_MAX_FRAMES } from '../ingest/limits.js';
import {
  LIMITED_MAX,
  LIMITED_MAX_FRAMES,
  LIMITED_PER_DEVICE,
  LIMITED_UNANSWERED_MAX_TURNS,
} from './limits.js';

const HOUR_MS = 3_600_000;
let t: TestCore;
let broker: EmbeddedBroker;
let device: SimulatedDevice;

beforeEach(async () => {
  t = await TestCore.open();
  broker = await startBroker(t);
  device = t.pair(await t.patient());
});
afterEach(async () => {
  await broker.close();
  await t[Symbol.asyncDispose]();
});

const stored = () => t.core.frames.framesAfter(0, 1_000).frames.length;
/** Whoever has a token that the device made an hour ago. */
const withOldToken = () => MqttDevice.connect(broker.url, device, t.nowMs - HOUR_MS);
const withFreshToken = () => MqttDevice.connect(broker.url, device, t.nowMs);

test('stolen-old-token: it displaces nobody', async () => {
  await using mqtt = await withFreshToken();
  await using thief = await withOldToken();
  await mqtt.publish(device.frame(t.nowMs).bytes);
  expect(mqtt.results).toHaveLength(1);
  expect([broker.connections, broker.limitedSessions]).toEqual([1, 1]);
  await thief.client.endAsync();
});

test('stolen-old-token: it is told no results, neither of the device’s frames nor of what it sends itself', async () => {
  await using mqtt = await withFreshToken();
  await using thief = await withOldToken();
  const frame = device.frame(t.nowMs);
  await mqtt.publish(frame.bytes);
  // The device's own frame, recorded and sent again: a duplicate proves nothing.
  await thief.publish(frame.bytes);
  await thief.publish(Buffer.from('no frame'));
  await thief.publish(device.hello(null, { sent: new Date(t.nowMs).toISOString() }));
  await delay(50);
  expect(thief.results).toEqual([]);
  // A nonce, which it cannot sign.
  expect(thief.hellos).toMatchObject([{ hello: 'nonce' }]);
  expect(broker.limitedSessions).toBe(1);
  expect(stored()).toBe(1);
});

test('stolen-old-token: many connections with it end one another, not the device’s', async () => {
  await using mqtt = await withFreshToken();
  const thieves = [];
  for (let n = 0; n < 10; n++) thieves.push(await withOldToken());
  await Promise.all(thieves.slice(0, -LIMITED_PER_DEVICE).map(({ disconnected }) => disconnected));
  expect([broker.connections, broker.limitedSessions]).toEqual([1, LIMITED_PER_DEVICE]);
  await mqtt.publish(device.frame(t.nowMs).bytes);
  expect(mqtt.results).toHaveLength(1);
  await Promise.all(thieves.map((thief) => thief[Symbol.asyncDispose]()));
});

test('a device without a clock says hello before its first frame, also after it was started again', async () => {
  for (const boot of ['A'.repeat(22), 'B'.repeat(22)]) {
    t.nowMs += 60_000;
    await using mqtt = await MqttDevice.connect(broker.url, device, 0);
    await mqtt.publish(device.hello(null, { boot, up: 5 }));
    const nonce = mqtt.hellos.at(-1)?.nonce ?? '';
    await mqtt.publish(device.hello(nonce, { boot, up: 10 }));
    expect(mqtt.hellos.at(-1)).toMatchObject({ hello: 'taken' });
    expect(broker.limitedSessions).toBe(1);
    expect(t.core.devices.get(device.deviceId).clock.state).toMatchObject({ boot, saysHello: true });
  }
});

test('stolen-old-token: hellos are bounded as frames are', async () => {
  await using thief = await withOldToken();
  const hello = device.hello(null, { sent: new Date(t.nowMs).toISOString() });
  for (let n = 0; n < LIMITED_MAX_FRAMES; n++) await thief.publish(hello);
  thief.publish(hello).catch(() => undefined);
  await thief.disconnected;
  expect(broker.limitedSessions).toBe(0);
});

test('stolen-old-token: what it may send before it has to prove itself is bounded', async () => {
  await using thief = await withOldToken();
  for (let n = 0; n < LIMITED_MAX_FRAMES; n++) await thief.publish(Buffer.from('no frame'));
  thief.publish(Buffer.from('no frame')).catch(() => undefined);
  await thief.disconnected;
  expect(broker.limitedSessions).toBe(0);
});

test('stolen-old-token: what it sends in one breath leaves the device its room in the queue', async () => {
  await using mqtt = await withFreshToken();
  const thieves = [await withOldToken(), await withOldToken()];
  const disk = new SlowDisk(t.core.store);
  // What waits for a slow disk leaves no room for more to be checked.
  const others = [t.pair(await t.patient()), t.pair(await t.patient())] as const;
  void t.next(others[0]);
  while (!disk.isHolding) await setImmediate();
  for (const other of others)
    for (let n = 0; n < GROUP_MAX_FRAMES / 2; n++) void t.send(other, { bytes: Buffer.from('no frame') });
  const topic = framesTopic(device.deviceId);
  const flags = { qos: 1, messageId: 1, dup: false, retain: false } as const;
  const packet = generate({ cmd: 'publish', topic, payload: 'no frame', ...flags });
  const breath = Buffer.concat(Array.from({ length: DEVICE_QUEUE_MAX_TURNS }, () => packet));
  for (const thief of thieves) thief.client.stream.write(breath);
  await delay(100);
  const { queued } = t.core.pipeline;
  const published = mqtt.publish(device.frame(t.nowMs).bytes);
  await delay(50);
  disk.goOn();
  await published;
  // All of a device's limited sessions together.
  expect(queued).toBeLessThanOrEqual(LIMITED_PER_DEVICE * LIMITED_UNANSWERED_MAX_TURNS);
  expect(mqtt.results).toMatchObject([{ seq: 0, status: 'stored' }]);
  await Promise.all(thieves.map((thief) => thief[Symbol.asyncDispose]()));
});

test('stolen-old-token: it says nothing of the device’s clock', async () => {
  await using mqtt = await withFreshToken();
  await using thief = await withOldToken();
  const frame = device.frame(t.nowMs);
  await mqtt.publish(frame.bytes);
  await thief.publish(frame.bytes);
  expect(t.core.devices.get(device.deviceId).clock.state.source).toBe('none');
});

test('a device whose clock is off: with its first stored frame it is told everything, and takes its former session’s place', async () => {
  await using former = await withFreshToken();
  await former.publish(device.frame(t.nowMs).bytes);
  await using mqtt = await withOldToken();
  await mqtt.publish(Buffer.from('no frame'));
  expect(mqtt.results).toEqual([]);
  await mqtt.publish(device.frame(t.nowMs - HOUR_MS).bytes);
  expect(mqtt.results).toMatchObject([
    { seq: null, status: 'rejected', code: 'FRAME_MALFORMED' },
    { seq: 1, status: 'stored' },
  ]);
  await former.disconnected;
  expect([broker.connections, broker.limitedSessions]).toEqual([1, 0]);
  // And the next with a fresh token takes its place in turn.
  await using next = await withFreshToken();
  await mqtt.disconnected;
  await next.publish(device.frame(t.nowMs).bytes);
  expect(next.results).toMatchObject([{ seq: 2, status: 'stored' }]);
});

test('stolen-old-tokens: those of many devices hold a bounded number of sessions together, the newest', () => {
  const ended: number[] = [];
  const sessions = new LimitedSessions();
  const sample = t.core.devices.get(device.deviceId);
  for (let n = 0; n < LIMITED_MAX + 3; n++) {
    const other = Object.assign(Object.create(sample) as typeof sample, { deviceId: `dev_${n}` });
    sessions.add({ device: other, client: { close: () => ended.push(n) } as unknown as Client });
  }
  expect(sessions.size).toBe(LIMITED_MAX);
  expect(ended).toEqual([0, 1, 2]);
});

test('revoked-device: its limited sessions end too', async () => {
  await using mqtt = await withOldToken();
  t.core.devices.revoke(device.deviceId);
  await mqtt.disconnected;
  expect(broker.limitedSessions).toBe(0);
});
