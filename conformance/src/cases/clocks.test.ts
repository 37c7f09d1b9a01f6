import { setTimeout as pause } from 'node:timers/promises';
import { sha256 } from '@careledger/crypto';
import {
  DeviceSession,
  deviceToken,
  noClock,
  pairDevice,
  stamp,
  wallClock,
  type ChainPlace,
  type DeviceClock,
  type PairedDevice,
} from '@careledger/examples/device';
import { frameOrigin, makeFrame, nodeMerkleHasher, type FramePayloadV2 } from '@careledger/private-chain';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connectAsync, type MqttClient } from 'mqtt';
import { GATEWAY_ID, GatewayFixture, glucose } from '../fixtures/services/gateway-fixture.js';
import type { EmittedAlarm } from './emitted.js';
import { LivePatient } from './live-patient.js';

/**
 * The kinds of case 32 and 34: devices whose clocks are wrong from the beginning, or are set while frames are on their way.
 * Whatever the clock says, a very low value of now is an alarm of now, and what was measured counts at its time.
 */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const TIMEOUT_MS = 60_000;
/** What a test itself may take between two looks at the clock. */
const SLACK_MS = 20_000;
/** A device measures at intervals: frames that come faster than they were made are a backlog, which says nothing of a clock. */
const BETWEEN_FRAMES_MS = 150;

let fixture: GatewayFixture;
beforeAll(async () => {
  fixture = await GatewayFixture.start();
}, 120_000);
afterAll(() => fixture[Symbol.asyncDispose](), 60_000);

const CGM = { type: 'continuous-glucose-monitor', codes: ['2339-0'] };
const live = {
  ...{ rule: 'glucose-very-low', type: 'physiological', priority: 'high', confirmation: 'confirmed' },
  timeliness: 'live',
} as const;

/** A clock that is set: it is ahead by so much, from now on. */
class SetClock {
  #aheadMs: number;
  readonly clock: DeviceClock;

  constructor(aheadMs = 0) {
    this.#aheadMs = aheadMs;
    const told = (timeMs: number): number => Math.max(0, timeMs + this.#aheadMs);
    this.clock = { kind: 'clock', told, nowMs: () => told(Date.now()) };
  }

  set(aheadMs: number): void {
    this.#aheadMs = aheadMs;
  }
}

async function send(device: DeviceSession, ...values: readonly number[]): Promise<void> {
  for (const value of values) {
    expect(await device.send([glucose(Date.now(), value)])).toMatchObject({ status: 'stored' });
    await pause(BETWEEN_FRAMES_MS);
  }
}

/** The patient's alarms and readings, once everything is on the ledgers; what is told of the clock itself apart. */
async function outcomeOf(person: LivePatient) {
  await person.settle();
  const [all, readings] = [await person.alarms(), await person.readings()];
  const agesMs = readings.map(({ t }) => Date.now() - Date.parse(t));
  const isOfClock = ({ rule }: EmittedAlarm): boolean => rule === 'wrong-clock';
  return {
    ...{ readings, agesMs, alarms: all.filter((alarm) => !isOfClock(alarm)) },
    isClockTold: all.some(isOfClock),
  };
}

/** A device that says no hello, or whose hellos are lost: a connection, and frames. */
class MuteDevice implements AsyncDisposable {
  #seq: number;
  #prev: string;

  private constructor(
    readonly device: PairedDevice,
    readonly client: MqttClient,
    public clock: DeviceClock,
    { seq, prev }: ChainPlace,
  ) {
    this.#seq = seq;
    this.#prev = prev;
  }

  /** @param place where its chain goes on, if it has sent something before */
  static async connect(device: PairedDevice, clock: DeviceClock, place?: ChainPlace): Promise<MuteDevice> {
    const { mqttUrl, deviceId, epoch } = device.registration;
    const options = { protocolVersion: 4, clientId: deviceId, username: deviceId } as const;
    const client = await connectAsync(mqttUrl, {
      ...{
        ...options,
        reconnectPeriod: 500,
        connectTimeout: 5_000,
        password: deviceToken(device, { clock }),
      },
    });
    const origin = { seq: 0, prev: frameOrigin(deviceId, epoch, sha256) };
    return new MuteDevice(device, client, clock, place ?? origin);
  }

  /** Resolves with the PUBACK: the gateway has decided. */
  async send(...values: readonly number[]): Promise<void> {
    const { registration, signer } = this.device;
    for (const value of values) {
      const stamped = stamp(this.clock, [glucose(Date.now(), value)]);
      const place = { epoch: registration.epoch, seq: this.#seq++, prev: this.#prev };
      const frame = makeFrame({ v: 2, by: 'device', ...place, ...stamped } as FramePayloadV2, signer);
      this.#prev = nodeMerkleHasher.leaf(frame);
      await this.client.publishAsync(registration.framesTopic, frame, { qos: 1 });
      await pause(BETWEEN_FRAMES_MS);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.endAsync(true);
  }
}

async function paired(person: LivePatient): Promise<PairedDevice> {
  const { pairingCode } = await fixture.own(person.patient, 'POST', '/pairing-codes');
  return pairDevice({
    ...{ gatewayUrl: fixture.gateway.url, gatewayId: GATEWAY_ID, pairingCode: String(pairingCode) },
    ...CGM,
  });
}

const CLOCKS: readonly (readonly [name: string, aheadMs: number])[] = [
  ['right', 0],
  ['2 min ahead', 2 * MINUTE_MS],
  ['8 min ahead', 8 * MINUTE_MS],
  ['9 min behind', -9 * MINUTE_MS],
  ['an hour behind', -HOUR_MS],
  ['5 h ahead', 5 * HOUR_MS],
  ['5 h behind', -5 * HOUR_MS],
  ['26 h behind', -26 * HOUR_MS],
  ['in 1970', HOUR_MS - Date.now()],
];

test.each(CLOCKS)(
  'a device that says hello and whose clock is %s: an alarm of now',
  async (_name, aheadMs) => {
    await using person = await LivePatient.enrol(fixture);
    await send(await person.device({ ...CGM, clock: wallClock(aheadMs) }), 44);
    const { alarms, readings, agesMs } = await outcomeOf(person);
    expect(alarms).toMatchObject([{ ...live, evidence: ['44'] }]);
    expect(readings[0]?.flags).not.toContain('FUTURE_READING');
    expect(Math.abs(agesMs[0] ?? NaN)).toBeLessThan(SLACK_MS);
  },
  TIMEOUT_MS,
);

test.each(CLOCKS)(
  'a device without hello whose clock is %s: an alarm of now from its third frame on',
  async (_name, aheadMs) => {
    await using person = await LivePatient.enrol(fixture);
    await using device = await MuteDevice.connect(await paired(person), wallClock(aheadMs));
    await device.send(60, 59, 50);
    const { alarms, agesMs, isClockTold } = await outcomeOf(person);
    expect(alarms).toMatchObject([{ ...live, evidence: ['50'] }]);
    // Less may be the way from the device, or is what comes of any.
    const isFound = aheadMs > 2 * MINUTE_MS || aheadMs < -10 * MINUTE_MS;
    const wayMs = isFound ? 0 : Math.max(0, -aheadMs);
    expect(Math.abs((agesMs.at(-1) ?? NaN) - wayMs)).toBeLessThan(SLACK_MS);
    if (!isFound) expect(isClockTold).toBe(false);
  },
  TIMEOUT_MS,
);

describe('a clock that is set while its device is connected', () => {
  const SETS: readonly (readonly [
    name: string,
    fromMs: number,
    toMs: number,
    alarms: Partial<EmittedAlarm>[],
  ])[] = [
    // Within an hour of the frames before: one episode, which the first of them raises.
    ['an hour back', 0, -HOUR_MS, [{ ...live, timeliness: 'late' }]],
    ['five hours back', 0, -5 * HOUR_MS, [{ ...live, timeliness: 'late' }, live]],
    ['to 1970', 0, -Date.now(), [{ ...live, timeliness: 'late' }, live]],
    ['an hour ahead', 0, HOUR_MS, [live]],
    ['7 min ahead', 0, 7 * MINUTE_MS, [live]],
    ['right again from an hour ahead', HOUR_MS, 0, [live]],
    ['right again from an hour behind', -HOUR_MS, 0, [live]],
  ];

  test.each(SETS)(
    '%s: danger is heard from the first frame on, and is of now from the third',
    async (_name, fromMs, toMs, expected) => {
      await using person = await LivePatient.enrol(fixture);
      const set = new SetClock(fromMs);
      const device = await person.device({ ...CGM, clock: set.clock });
      await send(device, 60, 59);
      set.set(toMs);
      await send(device, 50, 49, 48);
      const { alarms, agesMs } = await outcomeOf(person);
      expect(alarms).toMatchObject(expected);
      expect(Math.abs(agesMs.at(-1) ?? NaN)).toBeLessThan(SLACK_MS);
    },
    TIMEOUT_MS,
  );

  test(
    'five hours back, into an episode that was then: the new one is heard',
    async () => {
      await using person = await LivePatient.enrol(fixture);
      const set = new SetClock();
      const device = await person.device({ ...CGM, clock: set.clock });
      const ago = (minutes: number, value: number) => glucose(Date.now() - minutes * MINUTE_MS, value);
      await device.send([ago(310, 50), ago(295, 52), ago(280, 100), ago(260, 101), ago(10, 60), ago(5, 58)]);
      set.set(-5 * HOUR_MS);
      await send(device, 50, 49, 48);
      const { alarms } = await outcomeOf(person);
      expect(alarms).toMatchObject([
        { ...live, timeliness: 'late', end: 'recovered' },
        { ...live, end: undefined },
      ]);
    },
    TIMEOUT_MS,
  );
});

test(
  'no clock, and a restart before each frame, with and without hello',
  async () => {
    await using person = await LivePatient.enrol(fixture);
    await using mute = await MuteDevice.connect(await paired(person), noClock());
    await mute.send(60);
    for (const value of [59, 50]) {
      mute.clock = noClock();
      await mute.send(value);
    }
    const device = await paired(person);
    let place: ChainPlace | undefined;
    for (const value of [61, 58, 100]) {
      const session: DeviceSession = await DeviceSession.open(device, { clock: noClock() }, place);
      await send(session, value);
      place = session.place;
      await session.close();
    }
    const { alarms, readings, agesMs } = await outcomeOf(person);
    expect(alarms).toMatchObject([{ ...live, evidence: ['50'], end: undefined }]);
    expect(readings.flatMap(({ flags }) => flags)).not.toContain('TIME_UNKNOWN');
    for (const ageMs of agesMs) expect(Math.abs(ageMs)).toBeLessThan(SLACK_MS);
  },
  TIMEOUT_MS,
);

test(
  'no clock, and a hello that is lost after a restart: heard as late, and of now from the third frame on',
  async () => {
    await using person = await LivePatient.enrol(fixture);
    const device = await paired(person);
    const first = await DeviceSession.open(device, { clock: noClock() });
    await send(first, 75);
    await first.close();
    await using mute = await MuteDevice.connect(device, noClock(), first.place);
    await mute.send(60, 59, 50);
    const { alarms, readings, agesMs } = await outcomeOf(person);
    expect(alarms).toMatchObject([{ ...live, evidence: ['50'] }]);
    const isUnknown = readings.map(({ flags }) => flags.includes('TIME_UNKNOWN'));
    expect(isUnknown).toEqual([false, true, true, false]);
    expect(Math.abs(agesMs.at(-1) ?? NaN)).toBeLessThan(SLACK_MS);
  },
  TIMEOUT_MS,
);

test(
  'two devices with different offsets: neither hides the other',
  async () => {
    await using person = await LivePatient.enrol(fixture);
    const behind = await person.device({ ...CGM, clock: wallClock(-5 * HOUR_MS) });
    const ahead = await person.device({ ...CGM, clock: wallClock(3 * HOUR_MS) });
    await send(ahead, 110);
    await send(behind, 44);
    await send(ahead, 111, 112);
    const { alarms, agesMs } = await outcomeOf(person);
    expect(alarms).toMatchObject([{ ...live, evidence: ['44'], end: undefined }]);
    for (const ageMs of agesMs) expect(Math.abs(ageMs)).toBeLessThan(SLACK_MS);
  },
  TIMEOUT_MS,
);

test(
  'a gateway that is restarted between frames: what it knew of the clocks holds, and each alarm is raised once',
  async () => {
    await using person = await LivePatient.enrol(fixture);
    const greeted = await person.device({ ...CGM, clock: wallClock(-5 * HOUR_MS) });
    await using mute = await MuteDevice.connect(await paired(person), wallClock(20 * MINUTE_MS));
    await send(greeted, 60);
    await mute.send(90, 90, 90);
    const gateway = fixture.layers.processes.child('gateway');
    await gateway.kill();
    await gateway.start();
    mute.client.options.password = deviceToken(mute.device, { clock: mute.clock });
    await mute.send(88);
    await send(greeted, 44);
    const { alarms, agesMs } = await outcomeOf(person);
    expect(alarms).toMatchObject([{ ...live, evidence: ['44'] }]);
    for (const ageMs of agesMs.slice(-2)) expect(Math.abs(ageMs)).toBeLessThan(SLACK_MS);
  },
  2 * TIMEOUT_MS,
);
