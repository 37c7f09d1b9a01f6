import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { MqttDevice } from '../../testing/mqtt-device.js';
import { GATEWAY_ID } from '../../testing/open-core.js';
import { SimulatedDevice, glucose } from '../../testing/simulated-device.js';
import { startBroker } from '../../testing/test-broker.js';
import { TestCore } from '../../testing/test-core.js';
import { measuredMs } from '../chain/index.js';
import type { EmbeddedBroker } from './embedded.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
let t: TestCore;
let broker: EmbeddedBroker;
let device: SimulatedDevice;
let isClockProved: boolean;

beforeEach(async () => {
  isClockProved = true;
  t = await TestCore.open({ isClockProved: () => isClockProved });
  broker = await startBroker(t);
  device = t.pair(await t.patient());
});
afterEach(async () => {
  await broker.close();
  await t[Symbol.asyncDispose]();
});

const timeOf = (timeMs: number) => new Date(timeMs).toISOString();
/** Connects a device whose clock is off. */
const connect = (offMs: number) => MqttDevice.connect(broker.url, device, t.nowMs + offMs);
/** When the readings of the frames stored so far count as measured, less the gateway's time now. */
const agesOf = () =>
  t.core.frames
    .framesAfter(0, 100)
    .frames.flatMap((view) => view.frame.readings.map((reading) => measuredMs(reading, view) - t.nowMs));

test('a device 2 min ahead connects as any other, and says hello: its times are told by the gateway’s clock', async () => {
  const aheadMs = 2 * MINUTE_MS;
  await using mqtt = await connect(aheadMs);
  expect(await mqtt.greet({ sent: timeOf(t.nowMs + aheadMs) })).toEqual({
    hello: 'taken',
    offsetMs: -aheadMs,
  });
  await mqtt.publish(device.frame(t.nowMs + aheadMs, [glucose(t.nowMs + aheadMs - 5_000, 104)]).bytes);
  expect(mqtt.results).toEqual([{ seq: 0, status: 'stored', height: 1 }]);
  expect(agesOf()).toEqual([-5_000]);
});

test('a device 10 min behind connects, and is told its results and the gateway’s time', async () => {
  await using mqtt = await connect(-10 * MINUTE_MS);
  await mqtt.publish(device.frame(t.nowMs - 10 * MINUTE_MS).bytes);
  expect(mqtt.results).toEqual([{ seq: 0, status: 'stored', height: 1 }]);
  expect(mqtt.gatewayTimes).toEqual([timeOf(t.nowMs)]);
});

test.each([
  ['5 h behind', -5 * HOUR_MS],
  ['5 h ahead', 5 * HOUR_MS],
  ['in 1970', HOUR_MS - Date.UTC(2026, 5, 1, 8)],
])(
  'a device %s: from its first frame on its readings are told by the gateway’s clock',
  async (_name, offMs) => {
    await using mqtt = await connect(offMs);
    const clockMs = t.nowMs + offMs;
    await mqtt.publish(device.frame(clockMs, [glucose(clockMs - 3_000, 50)]).bytes);
    expect(mqtt.results).toEqual([{ seq: 0, status: 'stored', height: 1 }]);
    expect(agesOf()).toEqual([-3_000]);
  },
);

test('the offset is stored with the frame: what is known later, and a restart, change nothing of it', async () => {
  await using mqtt = await connect(-5 * HOUR_MS);
  await mqtt.publish(device.frame(t.nowMs - 5 * HOUR_MS).bytes);
  await mqtt.greet({ sent: timeOf(t.nowMs - 4 * HOUR_MS) });
  await mqtt.publish(device.frame(t.nowMs - 4 * HOUR_MS).bytes);
  expect(agesOf()).toEqual([0, 0]);
  await t.reopen({ isClockProved: () => isClockProved });
  expect(agesOf()).toEqual([0, 0]);
  // And it is in force after the restart.
  await t.send(device, device.frame(t.nowMs - 4 * HOUR_MS));
  expect(agesOf()).toEqual([0, 0, 0]);
});

test('a reading an hour ahead refuses none of the others in its frame; none counts as measured after it came', async () => {
  await using mqtt = await connect(0);
  const readings = [glucose(t.nowMs - MINUTE_MS, 50), glucose(t.nowMs + HOUR_MS, 49)];
  await mqtt.publish(device.frame(t.nowMs, readings).bytes);
  expect(mqtt.results).toEqual([{ seq: 0, status: 'stored', height: 1 }]);
  expect(agesOf()).toEqual([-MINUTE_MS, 0]);
});

test('a device without a clock: its readings get their times from its boot; after a restart the former boot keeps its own', async () => {
  await using mqtt = await connect(-t.nowMs);
  await mqtt.publish(device.frameOfBoot('boot-a', 600_000, [300_000, 600_000]).bytes);
  const unsent = device.frameOfBoot('boot-a', 660_000);
  t.nowMs += HOUR_MS;
  await mqtt.greet({ boot: 'boot-b', up: 1_000 });
  await mqtt.publish(unsent.bytes);
  await mqtt.publish(device.frameOfBoot('boot-b', 2_000, [1_000]).bytes);
  expect(mqtt.results.map(({ status }) => status)).toEqual(['stored', 'stored', 'stored']);
  // The second: a minute after the first frame, an hour ago.
  expect(agesOf()).toEqual([-HOUR_MS - 300_000, -HOUR_MS, -HOUR_MS + 60_000, 0]);
});

test('readings of a boot that nobody knows any more are TIME_UNKNOWN, and late', async () => {
  await using mqtt = await connect(-t.nowMs);
  await mqtt.publish(device.frameOfBoot('boot-b', 1_000).bytes);
  await mqtt.greet({ boot: 'boot-b', up: 1_500 });
  await mqtt.publish(device.frameOfBoot('boot-a', 90_000).bytes);
  const [, unknown] = t.core.frames.framesAfter(0, 10).frames;
  expect(unknown?.flags).toBe(4);
  expect(agesOf()[1]).toBeLessThan(-15 * MINUTE_MS);
});

test('no clock is compared with one that is not proved: hello is to be said later, and an old token is no sample', async () => {
  isClockProved = false;
  await using mqtt = await connect(-5 * HOUR_MS);
  await mqtt.publish(device.frame(t.nowMs - 5 * HOUR_MS).bytes);
  expect(await mqtt.greet({ sent: timeOf(t.nowMs - 5 * HOUR_MS) })).toEqual({ hello: 'later' });
  await mqtt.publish(device.frame(t.nowMs - 5 * HOUR_MS).bytes);
  expect(agesOf()).toEqual([-5 * HOUR_MS, -5 * HOUR_MS]);
  isClockProved = true;
  expect(await mqtt.greet({ sent: timeOf(t.nowMs - 5 * HOUR_MS) })).toMatchObject({ hello: 'taken' });
});

test('hello-replayed: a nonce counts once, and none that was given before it', async () => {
  await using mqtt = await connect(0);
  const ask = async (hello: Uint8Array) => {
    await mqtt.publish(hello);
    return mqtt.hellos.at(-1);
  };
  const { nonce: first = '' } = (await ask(device.hello(null, { sent: timeOf(t.nowMs) }))) ?? {};
  t.nowMs += 100;
  const { nonce: second = '' } = (await ask(device.hello(null, { sent: timeOf(t.nowMs) }))) ?? {};
  const hello = device.hello(second, { sent: timeOf(t.nowMs) });
  expect(await ask(hello)).toMatchObject({ hello: 'taken', offsetMs: 0 });
  t.nowMs += 20_000;
  expect(await ask(hello)).toMatchObject({ hello: 'nonce' });
  expect(await ask(device.hello(first, { sent: timeOf(t.nowMs - HOUR_MS) }))).toMatchObject({
    hello: 'nonce',
  });
  expect(t.core.devices.get(device.deviceId).clock.state.offsetMs).toBe(0);
});

test('forged-hello: signed by another, or of another epoch, it is rejected and says nothing', async () => {
  await using mqtt = await connect(0);
  const stranger = new SimulatedDevice().begin(device.epoch);
  await mqtt.publish(stranger.hello(null, { sent: timeOf(t.nowMs) }));
  const former = new SimulatedDevice();
  Object.assign(former, { signer: device.signer, deviceId: device.deviceId });
  await mqtt.publish(former.begin('another').hello(null, { sent: timeOf(t.nowMs) }));
  expect(mqtt.hellos).toEqual([
    { hello: 'rejected', code: 'FRAME_SIGNATURE_INVALID' },
    { hello: 'rejected', code: 'FRAME_EPOCH_UNKNOWN' },
  ]);
});

test('a token with a nonce is fresh, whatever its time', () => {
  const { devices } = t.core;
  const of1970 = (claims: object) => device.token(GATEWAY_ID, 0, { ...claims });
  let nonce = '';
  try {
    devices.authenticate(of1970({}));
  } catch (error) {
    ({ nonce = '' } = (error as { members: { nonce?: string } }).members);
    expect(error).toMatchObject({ code: 'DEVICE_TOKEN_EXPIRED', members: { gatewayTime: timeOf(t.nowMs) } });
  }
  expect(devices.authenticate(of1970({ nonce })).deviceId).toBe(device.deviceId);
  expect(devices.get(device.deviceId).clock.state).toMatchObject({ offsetMs: t.nowMs, source: 'token' });
  expect(() => devices.authenticate(of1970({ nonce: `${nonce.slice(0, -2)}AA` }))).toThrow(
    expect.objectContaining({ code: 'DEVICE_TOKEN_EXPIRED' }),
  );
});

test('pairing asks no clock: the code says that the proof is fresh', async () => {
  const { code } = t.core.devices.issuePairingCode({ patientNo: (await t.patient()).patientNo });
  const registration = new SimulatedDevice().registration(code, GATEWAY_ID, 0);
  expect(t.core.devices.register(registration)).toMatchObject({ status: 'active' });
});
