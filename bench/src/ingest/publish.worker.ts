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
const BETWEEN_EMERGENCIES_MS = 10;
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
  /** Sends the next frames of every device, all devices at once. How many got their PUBACK, and what that took. */
  async round(framesEach: number): Promise<Sent> {
    const beginMs = performance.now();
    const { cpuUs, operations } = await sampleCpu(async () => {
      await Promise.all(publishers.map((publisher) => publisher.publish(framesEach)));
      return publishers.length * framesEach;
    });
    return { frames: operations, wallUs: (performance.now() - beginMs) * US_PER_MS, generatorCpuUs: cpuUs };
  },
  /** As many as can be of all but those in danger. Frames a second, and milliseconds to each PUBACK. */
  async full({ framesEach, inDanger }: Omit<PacedRequest, 'perS'>): Promise<Full> {
    const ordinary = publishers.slice(0, publishers.length - inDanger);
    const beginMs = performance.now();
    const latencies = await Promise.all(
      ordinary.flatMap((publisher) =>
        Array.from({ length: IN_FLIGHT_PER_DEVICE }, async (_, first) => {
          const own: number[] = [];
          for (let frame = first; frame < framesEach; frame += IN_FLIGHT_PER_DEVICE)
            own.push(await publisher.publishOne());
          return own;
        }),
      ),
    );
    const frames = ordinary.length * framesEach;
    return { perS: (frames * MS_PER_S) / (performance.now() - beginMs), latenciesMs: latencies.flat() };
  },
  /** So many a second of all but those in danger, who send beside them. Milliseconds to the PUBACK of each emergency. */
  async paced({ perS, framesEach, inDanger }: PacedRequest): Promise<Paced> {
    const ordinary = publishers.slice(0, publishers.length - inDanger);
    const callers = publishers.slice(publishers.length - inDanger);
    const frames = ordinary.length * framesEach;
    const beginMs = performance.now();
    const sent: Promise<number>[] = [];
    const latenciesMs: number[] = [];
    const call = async (): Promise<void> => {
      for (let turn = 0; sent.length < frames; turn++) {
        latenciesMs.push((await callers[turn % callers.length]?.publishOne()) ?? Number.NaN);
        await delay(BETWEEN_EMERGENCIES_MS);
      }
    };
    const calling = call();
    while (sent.length < frames) {
      const due = Math.min(frames, Math.ceil(((performance.now() - beginMs) * perS) / MS_PER_S));
      while (sent.length < due)
        sent.push(ordinary[sent.length % ordinary.length]?.publishOne() ?? Promise.resolve(0));
      await delay(PACE_MS);
    }
    await Promise.all([calling, ...sent]);
    return { latenciesMs, frames: frames + latenciesMs.length };
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

interface Paced {
  readonly latenciesMs: readonly number[];
  /** All that were acknowledged. */
  readonly frames: number;
}

interface PacedRequest {
  /** Frames a second of all of them together. */
  readonly perS: number;
  readonly framesEach: number;
  /** So many devices, the last ones, send one frame after the other beside them. */
  readonly inDanger: number;
}

interface ConnectRequest {
  readonly url: string;
  readonly path: string;
  readonly logins: readonly DeviceLogin[];
}

export type PublishWorker = typeof handlers;

serveWorker(handlers);
