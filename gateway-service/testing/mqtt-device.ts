import { framesTopic, resultsTopic, type FrameResult } from '@careledger/protocol';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { GATEWAY_ID } from './open-core.js';
import type { SimulatedDevice } from './simulated-device.js';

/** A simulated device on the public MQTT protocol. */
export class MqttDevice implements AsyncDisposable {
  readonly results: FrameResult[] = [];
  /** Resolves when the connection has ended. */
  readonly disconnected: Promise<void>;
  readonly #unacknowledged = new Set<(error: Error) => void>();

  private constructor(
    readonly device: SimulatedDevice,
    readonly client: MqttClient,
  ) {
    client.on('message', (_topic, payload) =>
      this.results.push(JSON.parse(payload.toString()) as FrameResult),
    );
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
  nextResult(): Promise<FrameResult> {
    return new Promise((resolve) => {
      this.client.once('message', (_topic, payload) =>
        resolve(JSON.parse(payload.toString()) as FrameResult),
      );
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.endAsync(true);
  }
}
