import {
  framesTopic,
  resultsTopic,
  type DeviceResult,
  type FrameResult,
  type HelloResult,
} from '@careledger/protocol';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { GATEWAY_ID } from './open-core.js';
import type { SimulatedDevice } from './simulated-device.js';

/** A simulated device on the public MQTT protocol. */
export class MqttDevice implements AsyncDisposable {
  /** Without `gatewayTime`, which `gatewayTimes` has. */
  readonly results: FrameResult[] = [];
  readonly hellos: HelloResult[] = [];
  readonly gatewayTimes: (string | undefined)[] = [];
  /** Resolves when the connection has ended. */
  readonly disconnected: Promise<void>;
  readonly #unacknowledged = new Set<(error: Error) => void>();

  private constructor(
    readonly device: SimulatedDevice,
    readonly client: MqttClient,
  ) {
    client.on('message', (_topic, payload) => {
      const { gatewayTime, ...result } = JSON.parse(payload.toString()) as DeviceResult;
      this.gatewayTimes.push(gatewayTime);
      if ('hello' in result) this.hellos.push(result);
      else this.results.push(result);
    });
    // A connection that breaks is what several tests are about; what waits for it learns it by its own promise.
    client.on('error', () => undefined);
    this.disconnected = new Promise((resolve) => {
      client.once('close', () => {
        for (const reject of this.#unacknowledged) reject(new Error('connection lost before the PUBACK'));
        resolve();
      });
    });
  }

  /** Connects and subscribes to its results. @throws what the broker's CONNACK says */
  static async connect(
    url: string,
    device: SimulatedDevice,
    nowMs = Date.now(),
    options: IClientOptions = {},
  ): Promise<MqttDevice> {
    const client = await connectAsync(
      url,
      {
        clientId: device.deviceId,
        username: device.deviceId,
        password: device.token(GATEWAY_ID, nowMs),
        protocolVersion: 4,
        reconnectPeriod: 0,
        ...options,
      },
      false,
    );
    const connected = new MqttDevice(device, client);
    await client.subscribeAsync(resultsTopic(device.deviceId));
    return connected;
  }

  /** Resolves with the PUBACK; rejects if the connection ends before it. */
  publish(bytes: Uint8Array): Promise<void> {
    const topic = framesTopic(this.device.deviceId);
    return new Promise((resolve, reject) => {
      this.#unacknowledged.add(reject);
      this.client.publish(topic, Buffer.from(bytes), { qos: 1 }, (error) => {
        this.#unacknowledged.delete(reject);
        if (error) reject(error);
        else resolve();
      });
    });
  }

  /** Resolves with the next result. */
  nextResult(): Promise<DeviceResult> {
    return new Promise((resolve) => {
      this.client.once('message', (_topic, payload) =>
        resolve(JSON.parse(payload.toString()) as DeviceResult),
      );
    });
  }

  /** Says hello, and again with the nonce that it gets. Resolves with the last answer. */
  async greet(clock: { sent: string } | { boot: string; up: number }): Promise<HelloResult> {
    const answers = this.hellos;
    await this.publish(this.device.hello(null, clock));
    const { nonce = null } = answers.at(-1) ?? {};
    await this.publish(this.device.hello(nonce, clock));
    const last = answers.at(-1);
    if (last === undefined) throw new Error('No hello was answered');
    return last;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.endAsync(true);
  }
}
