import { readFileSync } from 'node:fs';
import { framesTopic, resultsTopic } from '@careledger/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { bytesOf, packetOf, talk, text, type Part } from '../../testing/mqtt-bytes.js';
import { GATEWAY_ID } from '../../testing/open-core.js';
import type { SimulatedDevice } from '../../testing/simulated-device.js';
import { startBroker } from '../../testing/test-broker.js';
import { TestCore } from '../../testing/test-core.js';
import type { EmbeddedBroker } from './embedded.js';
import type { ViolationCode } from './violations.js';

/** Sequences of packets after the tables of Mosquitto's test suite (test/broker/data, MQTT 3.1 and 3.1.1), in our own words. */
interface Sequence {
  readonly name: string;
  /** Whether a CONNECT of the device comes before; it is answered with CONNACK 0. */
  readonly isConnected?: boolean;
  readonly say: () => readonly Uint8Array[];
  /** Answers to what is said, hexadecimal; none unless told. */
  readonly answers?: string;
  /** Whether the connection ends. */
  readonly ends: boolean;
  /** Where Mosquitto takes it and policy refuses it. */
  readonly policy?: ViolationCode;
}

let t: TestCore;
let broker: EmbeddedBroker;
let device: SimulatedDevice;
beforeAll(async () => {
  t = await TestCore.open();
  broker = await startBroker(t);
  device = t.pair(await t.patient());
});
afterAll(async () => {
  await broker.close();
  await t[Symbol.asyncDispose]();
});
beforeEach(() => broker.violations.byCode.clear());

const CONNACK = '20020000';
const CLEAN = 0x02;
const WITH_CREDENTIALS = 0xc0;
/** Longer than four digits of seven bits. */
const FIVE_DIGITS = [0x80, 0x80, 0x80, 0x80, 0x01];
const NUL = Buffer.from('746f700000', 'hex');
const SURROGATE = Buffer.from('746feda080', 'hex');
const LAST_SURROGATE = Buffer.from('746fedbfbf', 'hex');

const credentials = (): Buffer => bytesOf(text(device.deviceId), text(device.token(GATEWAY_ID, t.nowMs)));

interface Connect {
  readonly first?: number;
  readonly protocol?: string;
  readonly level?: number;
  readonly flags?: number;
  /** Behind keep alive; a client ID unless told. */
  readonly payload?: Uint8Array;
  readonly keepAliveS?: number;
}
/** A CONNECT with the device's credentials, unless its flags or payload are told. */
function connect({
  first = 0x10,
  protocol = 'MQTT',
  level = 4,
  flags = CLEAN | WITH_CREDENTIALS,
  payload,
  keepAliveS = 10,
}: Connect = {}): Buffer {
  const rest =
    payload ?? bytesOf(text('p'), (flags & WITH_CREDENTIALS) === WITH_CREDENTIALS ? credentials() : '');
  return packetOf(first, text(protocol), level, flags, 0, keepAliveS, rest);
}
const own = (more: Connect & { readonly id?: string | Uint8Array } = {}): Buffer =>
  connect({ ...more, payload: bytesOf(text(more.id ?? 'p'), credentials()) });

/** What the connection's rules say of each control packet that a client may not send so. */
const endsAt = (name: string, first: number, ...rest: readonly Part[]): Sequence => ({
  ...{ name, ends: true },
  say: () => [packetOf(first, ...rest)],
});
const beforeConnect = (name: string, first: number, ...rest: readonly Part[]): Sequence => ({
  ...{ name: `${name}, before CONNECT`, ends: true, isConnected: false },
  say: () => [packetOf(first, ...rest)],
});
const lengthOfFiveDigits = (name: string, first: number): Sequence => ({
  ...{ name: `${name} whose length has five digits`, ends: true },
  say: () => [Buffer.from([first, ...FIVE_DIGITS])],
});
/** Reserved flags other than those of the packet. */
const withFlags = (name: string, firsts: readonly number[], ...rest: readonly Part[]): Sequence[] =>
  firsts.map((first) => endsAt(`${name} with flags ${(first & 0x0f).toString(16)}`, first, ...rest));

const connecting = (name: string, packet: () => Uint8Array, more: Partial<Sequence> = {}): Sequence => ({
  ...{ name, isConnected: false, ends: true },
  say: () => [packet()],
  ...more,
});
const letIn = { answers: CONNACK, ends: false };

const CONNECTS: readonly Sequence[] = [
  connecting('CONNECT of 3.1.1', () => own(), letIn),
  connecting('CONNECT of 3.1', () => own({ protocol: 'MQIsdp', level: 3 }), letIn),
  connecting('CONNECT of 3.1 with level 2', () => own({ protocol: 'MQIsdp', level: 2 }), {
    answers: '20020001',
  }),
  connecting('CONNECT of 3.1 with level 4', () => own({ protocol: 'MQIsdp', level: 4 }), {
    answers: '20020001',
  }),
  connecting('CONNECT of 3.1 with level 6', () => own({ protocol: 'MQIsdp', level: 6 }), {
    answers: '20020001',
  }),
  ...[2, 3, 6].map((level) =>
    connecting(`CONNECT with level ${level}`, () => own({ level }), { answers: '20020001' }),
  ),
  connecting('an empty CONNECT', () => packetOf(0x10)),
  connecting('CONNECT that ends in its protocol’s length', () => packetOf(0x10, 0, 4)),
  connecting('CONNECT without a level', () => packetOf(0x10, text('MQTT'))),
  connecting('CONNECT without keep alive', () => packetOf(0x10, text('MQTT'), 4, CLEAN)),
  ...['MQT', '', 'MQTTT', 'MQTU', 'hj'].map((protocol) =>
    connecting(`CONNECT of protocol “${protocol}”`, () => own({ protocol })),
  ),
  ...[0x11, 0x12, 0x14, 0x18, 0x1f].map((first) =>
    connecting(`CONNECT with flags ${(first & 0x0f).toString(16)}`, () => own({ first })),
  ),
  connecting('CONNECT with a byte too many', () =>
    connect({ payload: bytesOf(text('p'), credentials(), 0) }),
  ),
  connecting('CONNECT whose length has five digits', () => Buffer.from([0x10, ...FIVE_DIGITS])),
  connecting('CONNECT without a client ID', () => connect({ flags: CLEAN, payload: bytesOf() })),
  connecting('CONNECT with an empty client ID and a clean session', () => own({ id: '' }), letIn),
  connecting(
    'CONNECT with an empty client ID and a session that stays',
    () => own({ id: '', flags: WITH_CREDENTIALS }),
    {
      answers: '20020002',
    },
  ),
  connecting('CONNECT with the reserved flag', () => own({ flags: CLEAN | WITH_CREDENTIALS | 1 })),
  connecting('CONNECT with a will’s QoS and no will', () => connect({ flags: 0x0a, payload: text('p') })),
  connecting('CONNECT with a will’s retain and no will', () => connect({ flags: 0x22, payload: text('p') })),
  connecting('CONNECT with a will’s flag and no will', () => connect({ flags: 0x06, payload: text('p') })),
  connecting('CONNECT with a will’s topic and no message', () =>
    connect({ flags: 0x06, payload: bytesOf(text('p'), text('p')) }),
  ),
  connecting(
    'CONNECT with a will',
    () =>
      connect({
        flags: CLEAN | WITH_CREDENTIALS | 0x04,
        payload: bytesOf(text('p'), text('p'), text('gone'), credentials()),
      }),
    letIn,
  ),
  connecting('CONNECT with a will of QoS 3', () =>
    connect({ flags: 0x1e, payload: bytesOf(text('p'), text('p'), text('gone')) }),
  ),
  ...[NUL, SURROGATE, LAST_SURROGATE].flatMap((wrong) => [
    connecting(`CONNECT with ${wrong.toString('hex')} in the will’s topic`, () =>
      connect({ flags: 0x06, payload: bytesOf(text('p'), text(wrong), text('gone')) }),
    ),
    connecting(`CONNECT with ${wrong.toString('hex')} in the client ID`, () => own({ id: wrong })),
    connecting(`CONNECT with ${wrong.toString('hex')} in the user name`, () =>
      connect({ flags: 0x82, payload: bytesOf(text('p'), text(wrong)) }),
    ),
  ]),
  connecting('CONNECT with a user name that no flag announces', () =>
    connect({ flags: CLEAN, payload: bytesOf(text('p'), text('p')) }),
  ),
  connecting('CONNECT without the user name that its flag announces', () =>
    connect({ flags: 0x82, payload: text('p') }),
  ),
  connecting('CONNECT with a password that no flag announces', () =>
    connect({ flags: 0x82, payload: bytesOf(text('p'), text('p'), text('p')) }),
  ),
  connecting('CONNECT without the password that its flag announces', () =>
    connect({ flags: 0xc2, payload: bytesOf(text('p'), text('p')) }),
  ),
  connecting('CONNECT with a password and no user name', () =>
    connect({ flags: 0x42, payload: bytesOf(text('p'), text('p')) }),
  ),
  connecting('CONNECT whose texts are longer than its packet', () =>
    packetOf(0x10, text('MQTT'), 4, 0xc2, 0, 60, 0, 11, 't'),
  ),
  { name: 'a second CONNECT', say: () => [own()], ends: true },
  connecting('CONNECT without credentials', () => connect({ flags: CLEAN }), {
    ...{ answers: '20020005', policy: 'CREDENTIALS_MISSING' },
  }),
  connecting(
    'CONNECT with an empty user name',
    () => connect({ flags: 0x82, payload: bytesOf(text('p'), text('')) }),
    {
      ...{ answers: '20020005', policy: 'CREDENTIALS_MISSING' },
    },
  ),
  connecting(
    'CONNECT with NUL in the password',
    () => connect({ payload: bytesOf(text('p'), text(device.deviceId), text(NUL)) }),
    { answers: '20020004', policy: 'DEVICE_TOKEN_INVALID' },
  ),
];

const ID_1 = [0, 1] as const;
const ID_0 = [0, 0] as const;

/** PUBACK, PUBREC, PUBREL, PUBCOMP: those for which nothing waits. */
const acknowledgement = (
  name: string,
  first: number,
  wrong: readonly number[],
  answers: string,
): Sequence[] => [
  beforeConnect(name, first, ...ID_1),
  lengthOfFiveDigits(name, first),
  endsAt(`${name} of three bytes`, first, ...ID_1, 0),
  endsAt(`${name} of identifier 0`, first, ...ID_0),
  endsAt(`${name} of one byte`, first, 1),
  endsAt(`an empty ${name}`, first),
  ...withFlags(name, wrong, ...ID_1),
  { name: `${name} that nobody asked for`, say: () => [packetOf(first, ...ID_1)], ends: false, answers },
];

const ACKNOWLEDGEMENTS: readonly Sequence[] = [
  ...acknowledgement('PUBACK', 0x40, [0x41, 0x42, 0x44, 0x48], ''),
  ...acknowledgement('PUBREC', 0x50, [0x51, 0x52, 0x54, 0x58], '62020001'),
  ...acknowledgement('PUBREL', 0x62, [0x63, 0x64, 0x66, 0x6a], '70020001'),
  ...acknowledgement('PUBCOMP', 0x70, [0x71, 0x72, 0x74, 0x78], ''),
];

const frames = (): string => framesTopic(device.deviceId);
const results = (): string => resultsTopic(device.deviceId);

const foreign = (name: string, packet: () => Uint8Array, policy: ViolationCode): Sequence => ({
  ...{ name, policy, ends: true },
  say: () => [packet()],
});

const PUBLISHES: readonly Sequence[] = [
  beforeConnect('PUBLISH', 0x30, text('topic'), 'payload'),
  lengthOfFiveDigits('PUBLISH', 0x30),
  endsAt('PUBLISH without a topic', 0x30, text(''), 'payload'),
  endsAt('PUBLISH of QoS 0 said again', 0x38, text('topic'), 'payload'),
  endsAt('PUBLISH of QoS 3', 0x36, text('topic'), 'payload'),
  endsAt('PUBLISH of QoS 3 with an identifier', 0x36, text('topic'), 0x12, 0x34, 'payload'),
  endsAt('PUBLISH of QoS 1 without an identifier', 0x32, text('topic')),
  endsAt('PUBLISH of QoS 1 with identifier 0', 0x32, text('topic'), ...ID_0, 'payload'),
  endsAt('PUBLISH of QoS 2 with identifier 0', 0x34, text('topic'), ...ID_0, 'payload'),
  ...[NUL, SURROGATE, LAST_SURROGATE].map((wrong) =>
    endsAt(`PUBLISH with ${wrong.toString('hex')} in its topic`, 0x30, text(wrong), 'payload'),
  ),
  endsAt('PUBLISH with + in its topic', 0x30, text('+opic'), 'payload'),
  endsAt('PUBLISH with # in its topic', 0x30, text('#opic'), 'payload'),
  ...[0x32, 0x3a, 0x33].map((first): Sequence => ({
    name: `PUBLISH of QoS 1 to the frames topic, flags ${(first & 0x0f).toString(16)}`,
    ...{
      say: () => [packetOf(first, text(frames()), 0x12, 0x34, 'no frame')],
      answers: '40021234',
      ends: false,
    },
  })),
  {
    name: 'PUBLISH of QoS 0 to the frames topic',
    ...{ say: () => [packetOf(0x30, text(frames()), 'no frame')], ends: false },
  },
  foreign('PUBLISH to a topic of its own', () => packetOf(0x30, text('topic'), 'payload'), 'TOPIC_FOREIGN'),
  foreign('PUBLISH, retained', () => packetOf(0x31, text('topic'), 'payload'), 'TOPIC_FOREIGN'),
  foreign('PUBLISH that clears what is retained', () => packetOf(0x31, text('topic')), 'TOPIC_FOREIGN'),
  foreign('PUBLISH to $SYS', () => packetOf(0x32, text('$SYS/x'), ...ID_1), 'TOPIC_FOREIGN'),
  foreign(
    'PUBLISH to a topic with U+2A6D4',
    () => packetOf(0x30, text('A\u{2a6d4}'), 'payload'),
    'TOPIC_FOREIGN',
  ),
  foreign(
    'PUBLISH to a topic with U+0001',
    () => packetOf(0x30, text('to\u0001p'), 'payload'),
    'TOPIC_FOREIGN',
  ),
  foreign('PUBLISH to the results topic', () => packetOf(0x32, text(results()), ...ID_1), 'TOPIC_FOREIGN'),
  foreign(
    'PUBLISH of QoS 2',
    () => packetOf(0x34, text(frames()), 0x12, 0x34, 'payload'),
    'QOS_2_UNSUPPORTED',
  ),
  foreign(
    'PUBLISH of QoS 2 said again',
    () => packetOf(0x3c, text(frames()), 0x12, 0x34, 'payload'),
    'QOS_2_UNSUPPORTED',
  ),
];

const SUBSCRIPTIONS: readonly Sequence[] = [
  beforeConnect('SUBSCRIBE', 0x82, ...ID_1, text('p'), 0),
  lengthOfFiveDigits('SUBSCRIBE', 0x82),
  ...withFlags('SUBSCRIBE', [0x80, 0x83, 0x84, 0x86, 0x8a], ...ID_1, text('p'), 0),
  ...[3, 4, 8, 0x10, 0x20, 0x40, 0x80].map((qos) =>
    endsAt(`SUBSCRIBE with QoS ${qos.toString(16)}`, 0x82, ...ID_1, text('p'), qos),
  ),
  ...[NUL, SURROGATE, LAST_SURROGATE].map((wrong) =>
    endsAt(`SUBSCRIBE with ${wrong.toString('hex')} in a filter`, 0x82, ...ID_1, text(wrong), 0),
  ),
  endsAt('SUBSCRIBE with a byte too many', 0x82, ...ID_1, text('p'), 0, 0),
  endsAt('SUBSCRIBE without QoS', 0x82, ...ID_1, text('p')),
  endsAt('SUBSCRIBE to nothing', 0x82, ...ID_1, text('')),
  endsAt('SUBSCRIBE cut in a length', 0x82, ...ID_1, 0),
  endsAt('SUBSCRIBE without topics', 0x82, ...ID_1),
  endsAt('SUBSCRIBE of one byte', 0x82, 0x12),
  endsAt('an empty SUBSCRIBE', 0x82),
  endsAt('SUBSCRIBE with identifier 0', 0x82, ...ID_0, text('p'), 0),
  ...[0, 1].map((qos): Sequence => ({
    name: `SUBSCRIBE to the results topic with QoS ${qos}`,
    ...{ say: () => [packetOf(0x82, 0x12, 0x34, text(results()), qos)], ends: false },
    answers: `90031234${qos === 0 ? '00' : '01'}`,
  })),
  {
    name: 'SUBSCRIBE and UNSUBSCRIBE',
    say: () => [packetOf(0x82, 0x12, 0x34, text(results()), 0), packetOf(0xa2, 0x12, 0x35, text(results()))],
    ...{ answers: '900312340' + '0b0021235', ends: false },
  },
  {
    name: 'UNSUBSCRIBE from what it never subscribed to',
    ...{ say: () => [packetOf(0xa2, ...ID_1, text('p'))], answers: 'b0020001', ends: false },
  },
  ...['p', '#', '+', '$SYS/#', '$share/name/topic', '/', 'ab/+e'].map((filter) =>
    foreign(`SUBSCRIBE to ${filter}`, () => packetOf(0x82, ...ID_1, text(filter), 0), 'SUBSCRIPTION_FOREIGN'),
  ),
  foreign(
    'SUBSCRIBE to its results and to more',
    () => packetOf(0x82, ...ID_1, text(results()), 0, text('p'), 0),
    'SUBSCRIPTION_FOREIGN',
  ),
  beforeConnect('UNSUBSCRIBE', 0xa2, ...ID_1, text('p')),
  lengthOfFiveDigits('UNSUBSCRIBE', 0xa2),
  ...withFlags('UNSUBSCRIBE', [0xa0, 0xa1, 0xa3, 0xa4, 0xa6, 0xaa], ...ID_1, text('p')),
  endsAt('UNSUBSCRIBE without topics', 0xa2, ...ID_1),
  endsAt('UNSUBSCRIBE with identifier 0', 0xa2, ...ID_0, text('p')),
  endsAt('UNSUBSCRIBE cut in a text', 0xa2, ...ID_1, 0, 5, 'p'),
  endsAt('an empty UNSUBSCRIBE', 0xa2),
  ...[NUL, SURROGATE, LAST_SURROGATE].map((wrong) =>
    endsAt(`UNSUBSCRIBE with ${wrong.toString('hex')} in a filter`, 0xa2, ...ID_1, text(wrong)),
  ),
];

/** Packets that only a server sends, and those that do not exist. */
const notOfClients = (name: string, first: number, ...rest: readonly Part[]): Sequence[] => [
  beforeConnect(name, first, ...rest),
  lengthOfFiveDigits(name, first),
  endsAt(name, first, ...rest),
  endsAt(`${name} with a byte more`, first, ...rest, 0),
  ...withFlags(name, [first | 1, first | 2, first | 4, first | 8], ...rest),
];

const OTHERS: readonly Sequence[] = [
  ...notOfClients('CONNACK', 0x20, 0, 0),
  ...notOfClients('SUBACK', 0x90, ...ID_1, 0),
  ...notOfClients('UNSUBACK', 0xb0, ...ID_1),
  ...notOfClients('PINGRESP', 0xd0),
  ...notOfClients('packet type 0', 0x00),
  ...notOfClients('packet type 15', 0xf0),
  beforeConnect('PINGREQ', 0xc0),
  lengthOfFiveDigits('PINGREQ', 0xc0),
  endsAt('PINGREQ with content', 0xc0, 0),
  ...withFlags('PINGREQ', [0xc1, 0xc2, 0xc4, 0xc8]),
  { name: 'PINGREQ', say: () => [packetOf(0xc0)], answers: 'd000', ends: false },
  beforeConnect('DISCONNECT', 0xe0),
  lengthOfFiveDigits('DISCONNECT', 0xe0),
  endsAt('DISCONNECT with content', 0xe0, 0),
  ...withFlags('DISCONNECT', [0xe1, 0xe2, 0xe4, 0xe8]),
  endsAt('DISCONNECT', 0xe0),
];

const ALL = [...CONNECTS, ...ACKNOWLEDGEMENTS, ...PUBLISHES, ...SUBSCRIPTIONS, ...OTHERS];

async function run({ say, answers = '', isConnected = true, ends }: Sequence): Promise<void> {
  const packets = isConnected ? [own(), ...say()] : say();
  const expected = `${isConnected ? CONNACK : ''}${answers}`;
  // One that ends is waited for; one that lasts is asked once the answers are there.
  const outcome = await talk(broker.url, packets, ends ? Number.MAX_SAFE_INTEGER : expected.length / 2);
  // A packet that is refused in one breath with its CONNECT can end it before the CONNACK is out.
  const isCut = ends && isConnected && outcome.answers === '';
  expect({ ...outcome, ...(isCut && { answers: expected }) }).toEqual({ answers: expected, isOver: ends });
}

describe('sequences of MQTT 3.1.1', () => {
  test.each(ALL.filter(({ policy }) => policy === undefined))('$name: ends $ends', async (sequence) => {
    await run(sequence);
    expect([...broker.violations.byCode.keys()].filter((code) => code !== 'PACKET_MALFORMED')).toEqual([]);
  });

  test.each(ALL.filter(({ policy }) => policy !== undefined))(
    '$name is refused: $policy',
    async (sequence) => {
      await run(sequence);
      expect(Object.fromEntries(broker.violations.byCode)).toEqual({ [String(sequence.policy)]: 1 });
    },
  );

  test('spec/device.md has every rule of policy that refuses one', () => {
    const page = readFileSync(new URL('../../../../spec/device.md', import.meta.url), 'utf8');
    for (const { policy } of ALL) if (policy !== undefined) expect(page).toContain(`\`${policy}\``);
  });
});
