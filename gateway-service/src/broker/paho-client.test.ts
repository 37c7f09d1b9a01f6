import { framesTopic, resultsTopic } from '@careledger/protocol';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { bytesOf, packetOf, talk, text, type Talk } from '../../testing/mqtt-bytes.js';
import { MqttDevice } from '../../testing/mqtt-device.js';
import { GATEWAY_ID } from '../../testing/open-core.js';
import type { SimulatedDevice } from '../../testing/simulated-device.js';
import { startBroker } from '../../testing/test-broker.js';
import { TestCore } from '../../testing/test-core.js';
import type { EmbeddedBroker } from './embedded.js';

/**
 * What Eclipse Paho's client_test.py (paho.mqtt.testing/interoperability, MQTT 3.1.1) does, in our own words and on a device's own
 * topics. Its tests of CONNECT are in `sequences.test.ts`, those of keep alive and wills in `embedded.test.ts`; spec/device.md lists
 * what policy refuses.
 */
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

const CLEAN = 0x02;
const [FRESH, PRESENT] = ['20020000', '20020100'];
const SUBACK = '9003000100';
const DISCONNECT = packetOf(0xe0);
const ENDS = Number.MAX_SAFE_INTEGER;

const connect = (flags = CLEAN): Buffer =>
  packetOf(
    0x10,
    ...[text('MQTT'), 4, flags | 0xc0, 0, 10],
    ...[text('p'), text(device.deviceId), text(device.token(GATEWAY_ID, t.nowMs))],
  );
const subscribe = (...filters: readonly string[]): Buffer =>
  packetOf(0x82, 0, 1, ...filters.map((filter) => bytesOf(text(filter), 0)));
const unsubscribe = (filter: string): Buffer => packetOf(0xa2, 0, 2, text(filter));
const publish = (frame: Uint8Array, first = 0x32): Buffer =>
  packetOf(first, text(framesTopic(device.deviceId)), 0, 3, frame);
const frame = (): Uint8Array => device.frame(t.nowMs).bytes;
const own = (): string => resultsTopic(device.deviceId);

const say = (answers: number, ...packets: readonly Uint8Array[]): Promise<Talk> =>
  talk(broker.url, packets, answers);
const bytes = (...hex: readonly string[]): number => hex.join('').length / 2;
/** Results among the answers, in order. */
const statuses = ({ answers }: Talk): string[] =>
  [
    ...Buffer.from(answers, 'hex')
      .toString('latin1')
      .matchAll(/"status":"(\w+)"/g),
  ].map(([, status = '']) => status);
const PUBACK = '40020003';

test('basic: a session that was ended leaves nothing, the next one is fresh', async () => {
  for (let n = 0; n < 2; n++)
    expect(await say(ENDS, connect(), DISCONNECT)).toEqual({ answers: FRESH, isOver: true });
});

test('offline queue: a session that stays has its subscription, and nothing was queued for it', async () => {
  const kept = connect(0);
  expect((await say(bytes(FRESH, SUBACK), kept, subscribe(own()))).answers).toBe(FRESH + SUBACK);
  // By another way: what it would have been told is not kept.
  await t.next(device);
  expect(await say(bytes(PRESENT), kept)).toEqual({ answers: PRESENT, isOver: false });
  await using mqtt = await MqttDevice.connect(broker.url, device, t.nowMs, { clean: false });
  await mqtt.publish(frame());
  expect(mqtt.results).toMatchObject([{ seq: 1, status: 'stored' }]);
});

test('offline queue: a clean session forgets the subscription', async () => {
  await say(bytes(FRESH, SUBACK), connect(0), subscribe(own()));
  expect((await say(ENDS, connect(), DISCONNECT)).answers).toBe(FRESH);
  expect((await say(ENDS, connect(0), DISCONNECT)).answers).toBe(FRESH);
});

test('a session that stays gets results by the subscription of before', async () => {
  await say(bytes(FRESH, SUBACK), connect(0), subscribe(own()));
  const result = await say(bytes(PRESENT) + 1, connect(0), publish(frame()));
  expect(statuses(result)).toEqual(['stored']);
});

test('unsubscribe: no results from then on, frames are taken as before', async () => {
  const talked = await say(
    bytes(FRESH, SUBACK, 'b0020002', PUBACK),
    ...[connect(), subscribe(own()), unsubscribe(own()), publish(frame())],
  );
  expect(talked).toEqual({ answers: FRESH + SUBACK + 'b0020002' + PUBACK, isOver: false });
  expect(t.core.frames.framesAfter(0, 10).frames).toHaveLength(1);
});

test('redelivery: a frame that is said again after a connection that broke counts once', async () => {
  const once = frame();
  await say(bytes(FRESH, PUBACK), connect(), publish(once));
  const again = await say(bytes(FRESH, SUBACK, PUBACK) + 1, connect(), subscribe(own()), publish(once, 0x3a));
  expect(statuses(again)).toEqual(['duplicate']);
  expect(t.core.frames.framesAfter(0, 10).frames).toHaveLength(1);
});

test('retained: a frame is taken, and nothing is retained for who subscribes after it', async () => {
  await say(bytes(FRESH, PUBACK), connect(), publish(frame(), 0x33));
  expect(await say(bytes(FRESH, SUBACK), connect(), subscribe(own()))).toEqual({
    ...{ answers: FRESH + SUBACK, isOver: false },
  });
});

test.each([
  ['overlapping subscriptions', ['TopicA/#', 'TopicA/+']],
  ['a filter to which nobody may subscribe', ['test/nosubscribe']],
  ['all topics', ['+/+']],
])('refused by policy: %s ends the connection', async (_name, filters) => {
  const { answers, isOver } = await say(ENDS, connect(), subscribe(...filters));
  expect([answers, isOver]).toEqual([FRESH, true]);
  expect(Object.fromEntries(broker.violations.byCode)).toEqual({ SUBSCRIPTION_FOREIGN: 1 });
});

test.each(['TopicA', '$TopicA/B', '/TopicA'])('refused by policy: publishing to %s', async (topic) => {
  expect((await say(ENDS, connect(), packetOf(0x32, text(topic), 0, 3, 'x'))).isOver).toBe(true);
  expect(Object.fromEntries(broker.violations.byCode)).toEqual({ TOPIC_FOREIGN: 1 });
});
