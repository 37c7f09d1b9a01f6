import { sha256 } from '@careledger/crypto';
import { timestampOf, type Reading } from '@careledger/domain';
import { frameOrigin, makeFrame, nodeMerkleHasher } from '@careledger/private-chain';
import { FrameResult } from '@careledger/protocol';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { Value } from 'typebox/value';
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

/** A frame on its way: what the device keeps until the gateway has answered, to send it again if need be. */
interface Sent {
  readonly token: string;
  readonly resolve: (result: FrameResult) => void;
  readonly reject: (error: Error) => void;
}

/** A device's connection to its gateway over MQTT 3.1.1: signs, numbers and links its frames. */
export class DeviceSession implements AsyncDisposable {
  #seq = 0;
  #prev: string;
  readonly #waiting = new Map<number, Sent>();
  #room: (() => void)[] = [];
  /** Told of each frame that goes once more, after a lost connection. */
  onResent: () => void = () => undefined;

  private constructor(
    readonly device: PairedDevice,
    readonly client: MqttClient,
  ) {
    const { deviceId, epoch, resultsTopic } = device.registration;
    this.#prev = frameOrigin(deviceId, epoch, sha256);
    client.on('message', (topic, payload) => {
      if (topic === resultsTopic) this.#onResult(JSON.parse(payload.toString('utf8')));
    });
    // After a lost connection: what was not answered goes again, byte for byte; the gateway knows duplicates.
    client.on('connect', () => {
      for (const { token } of this.#waiting.values()) {
        this.#publish(token);
        this.onResent();
      }
    });
  }

  /**
   * Connects with a fresh token, also whenever the connection was lost. `tls`: whom to trust, and the device's own
   * certificate for brokers that ask for one.
   */
  static async open(
    device: PairedDevice,
    tls: Pick<IClientOptions, 'ca' | 'cert' | 'key'> = {},
  ): Promise<DeviceSession> {
    const { mqttUrl, deviceId, resultsTopic } = device.registration;
    const client = await connectAsync(mqttUrl, {
      ...tls,
      protocolVersion: 4,
      clientId: deviceId,
      username: deviceId,
      password: deviceToken(device),
      keepalive: KEEP_ALIVE_S,
      reconnectPeriod: RECONNECT_MS,
      connectTimeout: CONNECT_TIMEOUT_MS,
    });
    client.on('close', () => {
      client.options.password = deviceToken(device);
    });
    const session = new DeviceSession(device, client);
    await client.subscribeAsync(resultsTopic, { qos: 1 });
    return session;
  }

  /** Signs the readings as the next frame, sends it, and resolves with what the gateway made of it. */
  async send(readings: readonly Reading[]): Promise<FrameResult> {
    const sent = await this.enqueue(readings);
    return sent.answer;
  }

  /**
   * Signs and sends without waiting for the answer: resolves once there is room for the next frame.
   * At most IN_FLIGHT_MAX frames are unanswered at any time.
   */
  async enqueue(readings: readonly Reading[]): Promise<{ readonly answer: Promise<FrameResult> }> {
    while (this.#waiting.size >= IN_FLIGHT_MAX)
      await new Promise<void>((resolve) => this.#room.push(resolve));
    const seq = this.#seq++;
    const token = makeFrame(
      {
        v: 1,
        epoch: this.device.registration.epoch,
        seq,
        prev: this.#prev,
        sent: timestampOf(Date.now()),
        readings,
      },
      this.device.signer,
    );
    this.#prev = nodeMerkleHasher.leaf(token);
    const { promise, resolve, reject } = Promise.withResolvers<FrameResult>();
    this.#waiting.set(seq, { token, resolve, reject });
    this.#publish(token);
    return { answer: promise };
  }

  #publish(token: string): void {
    this.client.publish(this.device.registration.framesTopic, token, { qos: 1 });
  }

  #onResult(message: unknown): void {
    const result = Value.Parse(FrameResult, message);
    if (result.seq === null) return;
    const sent = this.#waiting.get(result.seq);
    if (sent === undefined) return;
    this.#waiting.delete(result.seq);
    sent.resolve(result);
    this.#room.shift()?.();
  }

  /** Disconnects; frames that are still unanswered are given up. */
  async close(): Promise<void> {
    await this.client.endAsync();
    for (const { reject } of this.#waiting.values())
      reject(new Error('The device disconnected before the answer.'));
    this.#waiting.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
