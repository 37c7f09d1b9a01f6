import { framesTopic } from '@careledger/protocol';
import { connectAsync, type MqttClient } from 'mqtt';
import { serveWorker } from '../worker/serve.js';
import type { DeviceLogin } from './devices.worker.js';
import { readFrames, type DeviceFrames } from './frame-file.js';

/** Frames of a device that wait for their PUBACK. */
const IN_FLIGHT_PER_DEVICE = 20;
const MQTT_3_1_1 = 4;

/** A device's connection and what it has still to send. */
class Publisher {
  #next = 0;

  constructor(
    readonly client: MqttClient,
    readonly topic: string,
    readonly frames: DeviceFrames,
  ) {}

  /** Publishes the next `count` frames with QoS 1; resolves when each has its PUBACK. */
  async publish(count: number): Promise<void> {
    const end = Math.min(this.#next + count, this.frames.length);
    if (end - this.#next < count) throw new RangeError('Not enough frames were signed beforehand');
    const publishInTurn = async (): Promise<void> => {
      while (this.#next < end) {
        const frame = this.frames[this.#next++] as Buffer;
        await this.client.publishAsync(this.topic, frame, { qos: 1 });
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT_PER_DEVICE }, publishInTurn));
  }
}

let publishers: Publisher[] = [];

const handlers = {
  /** Connects every device; `logins` in the order of the file. */
  async connect({ url, path, logins }: ConnectRequest): Promise<void> {
    const frames = readFrames(path);
    publishers = await Promise.all(
      logins.map(async ({ deviceId, token }, index) => {
        const client = await connectAsync(url, {
          protocolVersion: MQTT_3_1_1,
          clientId: deviceId,
          username: deviceId,
          password: token,
          reconnectPeriod: 0,
        });
        // Ends this process, and with it the measure: what was on its way would never be acknowledged.
        client.once('close', () => {
          throw new Error(`The gateway closed the connection of ${deviceId}`);
        });
        return new Publisher(client, framesTopic(deviceId), frames[index] ?? []);
      }),
    );
  },
  /** Sends the next frames of every device, all devices at once. Returns how many got their PUBACK. */
  async round(framesEach: number): Promise<number> {
    await Promise.all(publishers.map((publisher) => publisher.publish(framesEach)));
    return publishers.length * framesEach;
  },
};

interface ConnectRequest {
  readonly url: string;
  readonly path: string;
  readonly logins: readonly DeviceLogin[];
}

export type PublishWorker = typeof handlers;

serveWorker(handlers);
