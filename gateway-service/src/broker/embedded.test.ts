import { once } from 'node:events';
import { connect } from 'node:net';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { framesTopic, resultsTopic } from '@careledger/protocol';
import { connectAsync } from 'mqtt';
import { generate, parser as mqttParser, type Packet } from 'mqtt-packet';
import { MqttDevice } from '../../testing/mqtt-device.js';
import { SlowDisk } from '../../testing/slow-disk.js';
import { GATEWAY_ID } from '../../testing/open-core.js';
import { SimulatedDevice, glucose } from '../../testing/simulated-device.js';
import { startBroker } from '../../testing/test-broker.js';
import { TestCore } from '../../testing/test-core.js';
import { GROUP_MAX_FRAMES } from '../ingest/limits.js';
import type { EmbeddedBroker } from './embedded.js';

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

const connectDevice = (as = device) => MqttDevice.connect(broker.url, as, t.nowMs);
const violations = () => Object.fromEntries(broker.violations.byCode);
const stored = () => t.core.frames.framesAfter(0, 1000).frames.length;

test('a PUBACK comes after the frame is stored, and the result before the PUBACK', async () => {
  await using mqtt = await connectDevice();
  await mqtt.publish(device.frame(t.nowMs).bytes);
  expect(stored()).toBe(1);
  expect(mqtt.results).toEqual([{ seq: 0, status: 'stored', height: 1 }]);
});

test('a refused frame gets a PUBACK and a result, and the connection stays', async () => {
  await using mqtt = await connectDevice();
  await mqtt.publish(new SimulatedDevice().begin(device.epoch).frame(t.nowMs).bytes);
  await mqtt.publish(Buffer.from('no frame'));
  await mqtt.publish(Buffer.alloc(65_537));
  await mqtt.publish(device.frame(t.nowMs).bytes);
  expect(mqtt.results).toMatchObject([
    { seq: 0, status: 'rejected', code: 'FRAME_SIGNATURE_INVALID' },
    { seq: null, status: 'rejected', code: 'FRAME_MALFORMED' },
    { seq: null, status: 'rejected', code: 'FRAME_TOO_LARGE' },
    { seq: 0, status: 'stored', height: 1 },
  ]);
  expect(stored()).toBe(1);
});

test('revoked-device: its connection ends at once, its token and its frames are refused', async () => {
  await using mqtt = await connectDevice();
  await mqtt.publish(device.frame(t.nowMs).bytes);
  t.core.devices.revoke(device.deviceId);
  await mqtt.disconnected;
  await expect(connectDevice()).rejects.toThrow(/Not authorized/i);
  expect(violations()).toEqual({ DEVICE_REVOKED: 1 });
  expect(await t.next(device)).toMatchObject({ status: 'rejected', code: 'DEVICE_REVOKED' });
  expect(stored()).toBe(1);
});

test('a suspended device comes back after it is resumed', async () => {
  await using mqtt = await connectDevice();
  t.core.devices.suspend(device.deviceId);
  await mqtt.disconnected;
  await expect(connectDevice()).rejects.toThrow(/Not authorized/i);
  t.core.devices.resume(device.deviceId);
  await using again = await connectDevice();
  await again.publish(device.frame(t.nowMs).bytes);
  expect(stored()).toBe(1);
});

test('foreign-topic: publishing for another device ends the connection and stores nothing', async () => {
  const victim = t.pair(await t.patient());
  await using mqtt = await connectDevice();
  mqtt.client.publish(framesTopic(victim.deviceId), Buffer.from(victim.frame(t.nowMs).bytes), { qos: 1 });
  await mqtt.disconnected;
  expect(violations()).toEqual({ TOPIC_FOREIGN: 1 });
  expect(stored()).toBe(0);
});

test.each(['#', 'careledger/v1/+/+/results', 'results-of-another', '$SYS/#'])(
  'foreign-subscription: %s ends the connection',
  async (topic) => {
    const other = t.pair(await t.patient());
    await using mqtt = await connectDevice();
    const filter = topic === 'results-of-another' ? resultsTopic(other.deviceId) : topic;
    mqtt.client.subscribe(filter, { qos: 1 });
    await mqtt.disconnected;
    expect(violations()).toEqual({ SUBSCRIPTION_FOREIGN: 1 });
  },
);

test('stolen-token: another device cannot use it under its own name, nor under the victim’s for another gateway', async () => {
  const thief = t.pair(await t.patient());
  const stolen = device.token(GATEWAY_ID, t.nowMs);
  const attempts: readonly (readonly [string, string, string])[] = [
    [thief.deviceId, stolen, 'DEVICE_TOKEN_INVALID'],
    [device.deviceId, thief.token(GATEWAY_ID, t.nowMs), 'DEVICE_TOKEN_INVALID'],
    [
      device.deviceId,
      thief.token(GATEWAY_ID, t.nowMs, { iss: device.deviceId, sub: device.deviceId }),
      'DEVICE_TOKEN_INVALID',
    ],
    [device.deviceId, device.token('gw_other', t.nowMs), 'DEVICE_TOKEN_AUDIENCE'],
    [device.deviceId, device.token(GATEWAY_ID, t.nowMs, { exp: t.nowMs }), 'DEVICE_TOKEN_INVALID'],
    [device.deviceId, device.token(GATEWAY_ID, t.nowMs, { nonce: 7 }), 'DEVICE_TOKEN_INVALID'],
    [device.deviceId, 'password', 'DEVICE_TOKEN_INVALID'],
    [new SimulatedDevice().deviceId, stolen, 'DEVICE_NOT_FOUND'],
  ];
  for (const [username, password, code] of attempts) {
    broker.violations.byCode.clear();
    const connecting = connectAsync(
      broker.url,
      { username, password, protocolVersion: 4, reconnectPeriod: 0 },
      false,
    );
    await expect(connecting).rejects.toThrow(/Bad username or password/i);
    expect(violations()).toEqual({ [code]: 1 });
  }
});

test('a device cannot push another one out by taking its client id', async () => {
  const rude = t.pair(await t.patient());
  await using mqtt = await connectDevice();
  await using intruder = await MqttDevice.connect(broker.url, rude, t.nowMs, { clientId: device.deviceId });
  await intruder.publish(rude.frame(t.nowMs).bytes);
  await mqtt.publish(device.frame(t.nowMs).bytes);
  expect(stored()).toBe(2);
});

test('a last will is accepted and goes nowhere', async () => {
  const will = {
    topic: framesTopic(device.deviceId),
    payload: Buffer.from(device.frame(t.nowMs).bytes),
    qos: 1 as const,
    retain: true,
  };
  const mqtt = await MqttDevice.connect(broker.url, device, t.nowMs, { will });
  mqtt.client.stream.destroy();
  await mqtt.disconnected;
  await using again = await connectDevice();
  await again.publish(device.frame(t.nowMs).bytes);
  expect(again.results).toEqual([{ seq: 1, status: 'stored', height: 1 }]);
  expect(stored()).toBe(1);
  expect(violations()).toEqual({});
});

test('QoS 0 is refused with a result, QoS 2 ends the connection', async () => {
  await using mqtt = await connectDevice();
  const frame = Buffer.from(device.frame(t.nowMs).bytes);
  const refused = mqtt.nextResult();
  mqtt.client.publish(framesTopic(device.deviceId), frame, { qos: 0 });
  expect(await refused).toMatchObject({ seq: 0, status: 'rejected', code: 'QOS_UNSUPPORTED', again: true });
  mqtt.client.publish(framesTopic(device.deviceId), frame, { qos: 2 });
  await mqtt.disconnected;
  expect(violations()).toEqual({ QOS_2_UNSUPPORTED: 1 });
  expect(stored()).toBe(0);
});

test('oversized-packet: one that announces 200 MB is cut off before it is buffered, by a stranger too', async () => {
  const socket = connect(Number(new URL(broker.url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  socket.write(Buffer.from([0x10, 0x80, 0x84, 0xaf, 0x5f, 0, 4]));
  await once(socket, 'close');
  expect(violations()).toEqual({ PACKET_TOO_LARGE: 1 });
});

test('a re-paired device begins a new epoch; frames of the former one are refused, its old frames stay', async () => {
  await t.next(device);
  const former = device.frame(t.nowMs);
  await using mqtt = await connectDevice();
  const patient = t.core.patients.get(t.core.devices.get(device.deviceId).patientId);
  const { code } = t.core.devices.issuePairingCode({
    patientNo: patient.patientNo,
    deviceId: device.deviceId,
  });
  t.register(code, device);
  await mqtt.disconnected;
  expect(await t.send(device, former)).toEqual({ seq: 1, status: 'rejected', code: 'FRAME_EPOCH_UNKNOWN' });
  expect(await t.next(device)).toEqual({ seq: 0, status: 'stored', height: 1 });
  await t.reopen();
  expect(await t.next(device)).toEqual({ seq: 1, status: 'stored', height: 1 });
  await t.core.sealNow(patient.patientId);
  expect(await t.core.chain.verify(patient.patientNo)).toMatchObject({ ok: true, frames: 3 });
});

test('slow-disk: what the pipeline has no room for is not read, and all of it is stored once the disk goes on', async () => {
  const patient = await t.patient();
  const devices = Array.from({ length: 44 }, () => t.pair(patient));
  const frames = devices.map((sender) => Array.from({ length: 135 }, () => sender.frame(t.nowMs)));
  const connected = await Promise.all(devices.map((sender) => connectDevice(sender)));
  const { store, pipeline } = t.core;
  const disk = new SlowDisk(store);
  const sent = connected.map((mqtt, i) =>
    Promise.all((frames[i] ?? []).map(({ bytes }) => mqtt.publish(bytes))),
  );
  while (!pipeline.isFull) await setImmediate();
  const queuedWhenFull = pipeline.queued;
  for (let turn = 0; turn < 200; turn++) await setImmediate();
  // What one read of one socket gave, at most, came on top.
  expect(pipeline.queued - queuedWhenFull).toBeLessThan(250);
  expect(pipeline.queued).toBeLessThan(5_000);
  disk.goOn();
  await Promise.all(sent);
  expect(pipeline.counters.stored).toBe(5_940);
  await Promise.all(connected.map((mqtt) => mqtt[Symbol.asyncDispose]()));
}, 30_000);

test('slow-disk: a device whose frames are large is held back like the others, and keeps its connection', async () => {
  const readings = Array.from({ length: 400 }, (_, n) => glucose(t.nowMs - n * 60_000, 100));
  const frames = Array.from({ length: 40 }, () => device.frame(t.nowMs, readings));
  await using mqtt = await connectDevice();
  const disk = new SlowDisk(t.core.store);
  // What waits for the disk leaves no room for more to be checked.
  const others = [t.pair(await t.patient()), t.pair(await t.patient())] as const;
  void t.next(others[0]);
  while (!disk.isHolding) await setImmediate();
  for (const other of others)
    for (let n = 0; n < GROUP_MAX_FRAMES / others.length; n++)
      void t.send(other, { bytes: Buffer.from('no frame') });
  const published = Promise.all(frames.map(({ bytes }) => mqtt.publish(bytes)));
  for (let turn = 0; turn < 200; turn++) await setImmediate();
  disk.goOn();
  await published;
  expect(stored()).toBe(41);
}, 30_000);

test('a transaction that fails: no PUBACK, the device sends again, nothing is lost or doubled', async () => {
  await t.next(device);
  const mqtt = await connectDevice();
  const { store } = t.core;
  const commit = store.deferred.bind(store);
  store.deferred = () => {
    throw new Error('database or disk is full');
  };
  const frame = device.frame(t.nowMs);
  await expect(mqtt.publish(frame.bytes)).rejects.toThrow('connection lost');
  store.deferred = commit;
  await using again = await connectDevice();
  await again.publish(frame.bytes);
  expect(again.results).toEqual([{ seq: 1, status: 'stored', height: 1 }]);
  expect(stored()).toBe(2);
});

/** A connection of bytes: what was answered until its end. */
async function talk(...packets: readonly Uint8Array[]): Promise<Buffer> {
  const socket = connect(Number(new URL(broker.url).port), '127.0.0.1');
  const answers: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => answers.push(chunk));
  socket.on('error', () => undefined); // the end of the connection is what is waited for
  await once(socket, 'connect');
  for (const packet of packets) socket.write(packet);
  await once(socket, 'close');
  return Buffer.concat(answers);
}

/** A CONNECT of the device, whose session stays unless `clean`. */
function connectPacket({
  level = 4,
  clientId = device.deviceId,
  clean = true,
  keepAliveS = 60,
} = {}): Uint8Array {
  const text = (value: string): Buffer => {
    const bytes = Buffer.from(value);
    return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
  };
  const body = Buffer.concat([
    text('MQTT'),
    Buffer.from([level, 0xc0 | (clean ? 2 : 0), 0, keepAliveS]),
    text(clientId),
    text(device.deviceId),
    text(device.token(GATEWAY_ID, t.nowMs)),
  ]);
  return Buffer.concat([Buffer.from([0x10, 0x80 | (body.length & 0x7f), body.length >> 7]), body]);
}
const CONNACK_OK = '20020000';

test.each([2, 5, 6])('protocol level %d gets CONNACK 1, and no session', async (level) => {
  expect((await talk(connectPacket({ level }))).toString('hex')).toBe('20020001');
  expect(violations()).toEqual({ PACKET_MALFORMED: 1 });
});

test('a client without id whose session is to stay gets CONNACK 2', async () => {
  expect((await talk(connectPacket({ clientId: '', clean: false }))).toString('hex')).toBe('20020002');
});

test.each<[string, number[]]>([
  ['a PUBLISH with packet identifier 0', [0x32, 5, 0, 1, 0x61, 0, 0]],
  ['a topic that is longer than its packet', [0x32, 4, 0, 9, 0x61, 0x62]],
  ['a SUBSCRIBE without topics', [0x82, 2, 0, 1]],
  ['an UNSUBSCRIBE without topics', [0xa2, 2, 0, 1]],
  ['an UNSUBSCRIBE that is longer than its packet', [0xa2, 4, 0, 1, 0, 9]],
  ['NUL in a filter', [0x82, 6, 0, 1, 0, 1, 0, 0]],
  ['a surrogate in a filter', [0x82, 8, 0, 1, 0, 3, 0xed, 0xa0, 0x80, 0]],
])('%s ends the connection', async (_name, bytes) => {
  expect((await talk(connectPacket(), Buffer.from(bytes))).toString('hex')).toMatch(
    new RegExp(`^(?:${CONNACK_OK})?$`),
  );
  expect(violations()).toEqual({ PACKET_MALFORMED: 1 });
  expect(broker.connections).toBe(0);
});

/** A PUBLISH of a frame with QoS 1. */
function publishPacket(messageId: number, frame: Uint8Array): Uint8Array {
  return generate({
    cmd: 'publish',
    topic: framesTopic(device.deviceId),
    payload: Buffer.from(frame),
    qos: 1,
    messageId,
    dup: false,
    retain: false,
  });
}

test('all that a device says in one breath, CONNECT first, is answered in its order', async () => {
  const topic = resultsTopic(device.deviceId);
  const subscribe = generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos: 0 }] });
  const frames = Array.from({ length: 300 }, (_, n) => publishPacket(n + 2, device.frame(t.nowMs).bytes));
  const parser = mqttParser({ protocolVersion: 4 });
  const answers: Packet[] = [];
  parser.on('packet', (packet) => answers.push(packet));
  const socket = connect(Number(new URL(broker.url).port), '127.0.0.1');
  socket.on('data', (chunk: Buffer) => parser.parse(chunk));
  socket.write(Buffer.concat([connectPacket(), subscribe, ...frames, Buffer.from([0xc0, 0])]));
  while (answers.filter(({ cmd }) => cmd === 'puback').length < frames.length) await setImmediate();
  socket.destroy();
  const [connack, suback] = answers;
  expect([connack?.cmd, suback?.cmd]).toEqual(['connack', 'suback']);
  const results = answers.flatMap((packet) =>
    packet.cmd === 'publish'
      ? [JSON.parse(packet.payload.toString()) as { seq: number; status: string }]
      : [],
  );
  expect(results.map(({ seq }) => seq)).toEqual(frames.map((_, seq) => seq));
  expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['stored']));
  const acknowledged = answers.flatMap((packet) => (packet.cmd === 'puback' ? [packet.messageId] : []));
  expect(acknowledged).toEqual(frames.map((_, n) => n + 2));
  expect(stored()).toBe(300);
});

test('a connection that is silent for longer than it announced ends; one that only sends frames does not', async () => {
  const startedMs = performance.now();
  await talk(connectPacket({ keepAliveS: 1 }));
  expect(performance.now() - startedMs).toBeGreaterThan(1_400);
  expect(broker.connections).toBe(0);

  const socket = connect(Number(new URL(broker.url).port), '127.0.0.1');
  socket.resume();
  let isClosed = false;
  socket.once('close', () => (isClosed = true));
  socket.write(connectPacket({ keepAliveS: 1 }));
  for (let n = 1; n <= 5; n++) {
    await sleep(500);
    socket.write(publishPacket(n, device.frame(t.nowMs).bytes));
  }
  expect(isClosed).toBe(false);
  socket.destroy();
});

test('malformed-flood: connections that break the protocol are counted, and write a few lines each minute', async () => {
  const lines: unknown[] = [];
  const push = (details: unknown): void => void lines.push(details);
  await using loud = await startBroker(t, { info: push, warn: push });
  await broker.close();
  broker = loud;
  for (let n = 0; n < 200; n++) await talk(Buffer.from([0xf0, n % 2, 0]));
  expect(violations()).toEqual({ PACKET_MALFORMED: 200 });
  expect(lines.length).toBeLessThan(25);
});
