import { setTimeout as delay } from 'node:timers/promises';
import { framesTopic } from '@careledger/protocol';
import { connectAsync, type MqttClient } from 'mqtt';
import { sampleCpu } from '../run/cpu.js';
import { serveWorker } from '../worker/serve.js';
import type { DeviceLogin } from './devices.worker.js';
import { readFrames, type DeviceFrames } from './frame-file.js';

/** Frames of a device that wait for their PUBACK. */
const IN_FLIGHT_PER_DEVICE = 20;
const MQTT_3_1_1 = 4;
const PACE_MS = 2;
const MS_PER_S = 1_000;
const US_PER_MS = 1_000;

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

  /** Publishes the next frame. Milliseconds to its PUBACK. */
  async publishOne(): Promise<number> {
    const frame = this.frames[this.#next++];
    if (frame === undefined) throw new RangeError('Not enough frames were signed beforehand');
    const beginMs = performance.now();
    await this.client.publishAsync(this.topic, frame as Buffer, { qos: 1 });
    return performance.now() - beginMs;
  }
}

let publishers: Publisher[] = [];

const handlers = {
  /** Connects devices; `logins` in the order of the file. */
  async connect({ url, path, logins, from, to }: ConnectRequest): Promise<void> {
    const frames = readFrames(path);
    publishers = await Promise.all(
      logins.slice(from, to).map(async ({ deviceId, token }, index) => {
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
        return new Publisher(client, framesTopic(deviceId), frames[from + index] ?? []);
      }),
    );
  },
  /** Sends the next frames of every device, all devices at once. How many got their PUBACK, and what that took. */
  async round(framesEach: number): Promise<Sent> {
    const beginMs = performance.now();
    const { cpuUs, operations } = await sampleCpu(async () => {
      await Promise.all(publishers.map((publisher) => publisher.publish(framesEach)));
      return publishers.length * framesEach;
    });
    return { frames: operations, wallUs: (performance.now() - beginMs) * US_PER_MS, generatorCpuUs: cpuUs };
  },
  /** As many as can be. Frames a second, and milliseconds to each PUBACK. */
  async full(framesEach: number): Promise<Full> {
    const beginMs = performance.now();
    const latencies = await Promise.all(
      publishers.flatMap((publisher) =>
        Array.from({ length: IN_FLIGHT_PER_DEVICE }, async (_, first) => {
          const own: number[] = [];
          for (let frame = first; frame < framesEach; frame += IN_FLIGHT_PER_DEVICE)
            own.push(await publisher.publishOne());
          return own;
        }),
      ),
    );
    const latenciesMs = latencies.flat();
    return { perS: (latenciesMs.length * MS_PER_S) / (performance.now() - beginMs), latenciesMs };
  },
  /** So many a second of all together, each at its time, whether those before were answered. Milliseconds to each PUBACK. */
  async paced({ perS, framesEach }: PacedRequest): Promise<readonly number[]> {
    const frames = publishers.length * framesEach;
    const beginMs = performance.now();
    const sent: Promise<number>[] = [];
    while (sent.length < frames) {
      const due = Math.min(frames, Math.ceil(((performance.now() - beginMs) * perS) / MS_PER_S));
      while (sent.length < due)
        sent.push(publishers[sent.length % publishers.length]?.publishOne() ?? Promise.resolve(Number.NaN));
      await delay(PACE_MS);
    }
    return Promise.all(sent);
  },
};

/** A round, as whoever sends sees it. */
export interface Sent {
  readonly frames: number;
  readonly wallUs: number;
  /** Of the process that sends. */
  readonly generatorCpuUs: number;
}

interface Full {
  readonly perS: number;
  readonly latenciesMs: readonly number[];
}

export interface PacedRequest {
  /** Frames a second of all devices together. */
  readonly perS: number;
  readonly framesEach: number;
}

interface ConnectRequest {
  readonly url: string;
  readonly path: string;
  readonly logins: readonly DeviceLogin[];
  /** The first of those that this process connects, and the one behind the last. */
  readonly from: number;
  readonly to: number;
}

export type PublishWorker = typeof handlers;

serveWorker(handlers);
