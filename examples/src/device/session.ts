import { sha256 } from '@careledger/crypto';
import {
  frameOrigin,
  makeFrame,
  makeHello,
  nodeMerkleHasher,
  parseFrame,
  type FramePayloadV2,
} from '@careledger/private-chain';
import { FrameResult, HelloResult } from '@careledger/protocol';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { Value } from 'typebox/value';
import { sentNow, stamp, wallClock, type DeviceClock, type MeasuredReading } from './clock.js';
import { deviceToken, type PairedDevice } from './pairing.js';

/** Frames that a device sends ahead of the gateway's answers. */
const IN_FLIGHT_MAX = 32;

/**
 * A connection through which nothing comes for one and a half times as long is given up: half of it may be gone without
 * either side being told (a router that forgot it, a network that was changed). A broker answers a ping at once.
 */
const KEEP_ALIVE_S = 5;
/** Pause before a lost connection is made again. */
const RECONNECT_MS = 500;
/** Time in which the broker has to answer a CONNECT. */
const CONNECT_TIMEOUT_MS = 5_000;

/** Longest wait, before the first frame, for what the gateway makes of the device's clock. */
const HELLO_WAIT_MS = 1_000;
/** Pause before hello is said again where no answer came, or the gateway's own clock is not proved; and to any other, so that none drifts. */
const HELLO_LATER_MS = 60_000;
const HELLO_INTERVAL_MS = 24 * 60 * 60_000;

/** Refusals of what a frame holds. Its bytes are never taken: its place is free again, or is made void. */
const CONTENT_REFUSALS: ReadonlySet<string> = new Set([
  'UNKNOWN_CODE',
  'CODE_NOT_IN_PROFILE',
  'WRONG_UNIT',
  'INVALID_VALUE',
  'INVALID_TIME',
]);

/** A frame on its way: what the device keeps until the gateway has answered, to send it again if need be. */
interface Sent {
  readonly token: string;
  readonly seq: number;
  readonly prev: string;
  readonly resolve: (result: FrameResult) => void;
  readonly reject: (error: Error) => void;
}

export interface SessionOptions extends Pick<IClientOptions, 'ca' | 'cert' | 'key'> {
  /** How the device tells the time; rightly unless set. */
  readonly clock?: DeviceClock;
}

/** Where a device's chain goes on. */
export interface ChainPlace {
  readonly seq: number;
  readonly prev: string;
}

/** A device's connection to its gateway over MQTT 3.1.1: says hello, signs, numbers and links its frames. */
export class DeviceSession implements AsyncDisposable {
  /** What the gateway adds to the times of this device, once it has said so; of a device with a clock. */
  offsetMs: number | undefined;
  /** The gateway's clock, with its last answer. Not signed. */
  gatewayTime: string | undefined;
  #place: ChainPlace;
  readonly #waiting = new Map<number, Sent>();
  #room: (() => void)[] = [];
  #greeted: () => void = () => undefined;
  #helloTimer: NodeJS.Timeout | undefined;
  /** Told of each frame that goes once more, after a lost connection. */
  onResent: () => void = () => undefined;

  private constructor(
    readonly device: PairedDevice,
    readonly client: MqttClient,
    readonly clock: DeviceClock,
    place: ChainPlace | undefined,
  ) {
    const { deviceId, epoch, resultsTopic } = device.registration;
    this.#place = place ?? { seq: 0, prev: frameOrigin(deviceId, epoch, sha256) };
    client.on('message', (topic, payload) => {
      if (topic === resultsTopic) this.#onMessage(JSON.parse(payload.toString('utf8')));
    });
    // After a lost connection: what was not answered goes again, byte for byte; the gateway knows duplicates.
    client.on('connect', () => {
      client.subscribe(resultsTopic, { qos: 1 }, () => this.#hello(null));
      for (const { token } of this.#waiting.values()) {
        this.#publish(token);
        this.onResent();
      }
    });
  }

  /**
   * Connects with a fresh token, also whenever the connection was lost, and says hello. With the certificates of
   * `options`: whom to trust, and the device's own for brokers that ask for one.
   * @param place where its chain goes on, if this is not its first session
   */
  static async open(
    device: PairedDevice,
    { clock = wallClock(), ...tls }: SessionOptions = {},
    place?: ChainPlace,
  ): Promise<DeviceSession> {
    const { mqttUrl, deviceId, resultsTopic } = device.registration;
    const client = await connectAsync(mqttUrl, {
      ...tls,
      protocolVersion: 4,
      clientId: deviceId,
      username: deviceId,
      password: deviceToken(device, { clock }),
      keepalive: KEEP_ALIVE_S,
      reconnectPeriod: RECONNECT_MS,
      connectTimeout: CONNECT_TIMEOUT_MS,
    });
    client.on('close', () => {
      client.options.password = deviceToken(device, { clock });
    });
    const session = new DeviceSession(device, client, clock, place);
    await client.subscribeAsync(resultsTopic, { qos: 1 });
    await session.#greet();
    return session;
  }

  /** Where its chain goes on after the frames that it has signed. */
  get place(): ChainPlace {
    return this.#place;
  }

  /** Signs the readings as the next frame, sends it, and resolves with what the gateway made of it. */
  async send(readings: readonly MeasuredReading[]): Promise<FrameResult> {
    const sent = await this.enqueue(readings);
    return sent.answer;
  }

  /**
   * Signs and sends without waiting for the answer: resolves once there is room for the next frame.
   * At most IN_FLIGHT_MAX frames are unanswered at any time.
   */
  async enqueue(readings: readonly MeasuredReading[]): Promise<{ readonly answer: Promise<FrameResult> }> {
    while (this.#waiting.size >= IN_FLIGHT_MAX)
      await new Promise<void>((resolve) => this.#room.push(resolve));
    return { answer: this.#send(this.sign(readings)) };
  }

  /** Signs the readings as the next frame, which is to be sent later, perhaps by another session: `resend`. */
  sign(readings: readonly MeasuredReading[]): string {
    const { seq, prev } = this.#place;
    const token = this.#signed({ ...stamp(this.clock, readings), seq, prev });
    this.#place = { seq: seq + 1, prev: nodeMerkleHasher.leaf(token) };
    return token;
  }

  /** Sends a frame that was signed before, as it is. */
  resend(token: string): Promise<FrameResult> {
    return this.#send(token);
  }

  #signed(members: Omit<FramePayloadV2, 'v' | 'by' | 'epoch'>): string {
    const { epoch } = this.device.registration;
    const payload = { v: 2, by: 'device', epoch, ...members } as FramePayloadV2;
    return makeFrame(payload, this.device.signer);
  }

  #send(token: string): Promise<FrameResult> {
    const { seq, prev } = parseFrame(token);
    const { promise, resolve, reject } = Promise.withResolvers<FrameResult>();
    this.#waiting.set(seq, { token, seq, prev, resolve, reject });
    this.#publish(token);
    return promise;
  }

  #publish(token: string): void {
    this.client.publish(this.device.registration.framesTopic, token, { qos: 1 });
  }

  /** Says hello, and waits a moment for what the gateway makes of it. */
  async #greet(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, HELLO_WAIT_MS);
    this.#greeted = resolve;
    this.#hello(null);
    await promise;
    clearTimeout(timer);
  }

  #hello(nonce: string | null): void {
    const { epoch } = this.device.registration;
    this.#publish(makeHello({ v: 2, epoch, nonce, ...sentNow(this.clock) }, this.device.signer));
    this.#helloAgain(HELLO_LATER_MS);
  }

  #helloAgain(afterMs: number): void {
    clearTimeout(this.#helloTimer);
    this.#helloTimer = setTimeout(() => this.#hello(null), afterMs).unref();
  }

  #onMessage(message: unknown): void {
    if (Value.Check(HelloResult, message)) this.#onHello(message);
    else this.#onResult(Value.Parse(FrameResult, message));
  }

  #onHello({ hello, nonce, offsetMs, gatewayTime }: HelloResult): void {
    this.gatewayTime = gatewayTime;
    if (hello === 'nonce' && nonce !== undefined) {
      this.#hello(nonce);
      return;
    }
    if (hello === 'taken') this.offsetMs = offsetMs;
    this.#greeted();
    this.#helloAgain(hello === 'later' ? HELLO_LATER_MS : HELLO_INTERVAL_MS);
  }

  #onResult(result: FrameResult): void {
    this.gatewayTime = result.gatewayTime;
    if (result.seq === null) return;
    const sent = this.#waiting.get(result.seq);
    if (sent === undefined) return;
    this.#waiting.delete(result.seq);
    if (CONTENT_REFUSALS.has(result.code ?? '')) this.#giveUp(sent, result.code ?? '');
    sent.resolve(result);
    this.#room.shift()?.();
  }

  /** The refused frame's counter is free again; or, if others behind it name it already, a void frame takes its place. */
  #giveUp({ token, seq, prev }: Sent, reason: string): void {
    if (seq === this.#place.seq - 1) {
      this.#place = { seq, prev };
      return;
    }
    const voided = { seq, prev, void: { leaf: nodeMerkleHasher.leaf(token), reason } };
    this.#send(this.#signed({ ...sentNow(this.clock), ...voided })).catch(() => undefined); // closed before the answer
  }

  /** Disconnects; frames that are still unanswered are given up. */
  async close(): Promise<void> {
    clearTimeout(this.#helloTimer);
    await this.client.endAsync();
    for (const { reject } of this.#waiting.values())
      reject(new Error('The device disconnected before the answer.'));
    this.#waiting.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
