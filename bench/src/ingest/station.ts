import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { WorkerProcess } from '../worker/worker-process.js';
import { GATEWAY_ID } from '../chain/names.js';
import { BenchError } from '../errors.js';
import type { DevicesWorker, InDanger } from './devices.worker.js';
import type { GatewayWorker } from './gateway.worker.js';
import { pinTo } from './pinning.js';
import type { PacedRequest, PublishWorker, Sent } from './publish.worker.js';

const PATIENTS = 32;
const DEVICES_EACH = 2;
/** Devices that send at the same time. */
export const DEVICES = PATIENTS * DEVICES_EACH;

export interface StationOptions {
  readonly folder: string;
  /** Frames that each device gets signed beforehand. */
  readonly framesEach: number;
  /** How often the gateway verifies each signature. */
  readonly verifications: number;
  /** Whether a second thread of the gateway verifies under load; unless told, as a gateway has it where it verifies once. */
  readonly verifyThread?: boolean;
  /** None unless given. */
  readonly inDanger?: InDanger;
}

/** A round: what it took the gateway and whoever sent. */
export interface IngestRound extends Sent {
  readonly gatewayCpuUs: number;
}

/** CPU of the gateway alone, in microseconds per frame. */
export const cpuPerFrameUs = ({ gatewayCpuUs, frames }: IngestRound): number => gatewayCpuUs / frames;

interface Processes {
  readonly gateway: WorkerProcess<GatewayWorker>;
  readonly publisher: WorkerProcess<PublishWorker>;
  /** Of the devices in danger: nothing else that is sent keeps it from hearing that one was acknowledged. */
  readonly calling: WorkerProcess<PublishWorker>;
}

/** A gateway in a process, its devices in another, and their frames, which a third has signed and which is gone. */
export class Station implements AsyncDisposable {
  readonly #gateway: WorkerProcess<GatewayWorker>;
  readonly #publisher: WorkerProcess<PublishWorker>;
  readonly #calling: WorkerProcess<PublishWorker>;
  #published = 0;
  #emergencies = 0;

  private constructor(
    readonly framesPath: string,
    /** In the order of the devices in the file. */
    readonly deviceKeys: readonly string[],
    { gateway, publisher, calling }: Processes,
  ) {
    this.#gateway = gateway;
    this.#publisher = publisher;
    this.#calling = calling;
  }

  static async open(options: StationOptions): Promise<Station> {
    const { folder, framesEach, verifications, inDanger = { devices: 0, framesEach: 0 } } = options;
    const { verifyThread = verifications === 1 && availableParallelism() > 1 } = options;
    mkdirSync(folder, { recursive: true });
    const path = join(folder, 'frames');
    const gatewayId = GATEWAY_ID;
    await using stack = new AsyncDisposableStack();
    const gateway = stack.use(new WorkerProcess<GatewayWorker>('ingest/gateway.worker.js'));
    const { url, pairingCodes } = await gateway.call('start', {
      folder,
      gatewayId,
      patients: PATIENTS,
      devicesEach: DEVICES_EACH,
      verifications,
      verifyThread,
    });
    await using devices = new WorkerProcess<DevicesWorker>('ingest/devices.worker.js');
    const registrations = await devices.call('make', { pairingCodes, gatewayId });
    const epochs = await gateway.call('register', registrations);
    const logins = await devices.call('sign', { epochs, framesEach, path, gatewayId, inDanger });
    const publisher = stack.use(new WorkerProcess<PublishWorker>('ingest/publish.worker.js'));
    const calling = stack.use(new WorkerProcess<PublishWorker>('ingest/publish.worker.js'));
    const inDangerFrom = logins.length - inDanger.devices;
    await publisher.call('connect', { url, path, logins, from: 0, to: inDangerFrom });
    await calling.call('connect', { url, path, logins, from: inDangerFrom, to: logins.length });
    const deviceKeys = registrations.map(({ deviceKey }) => deviceKey);
    stack.move();
    return new Station(path, deviceKeys, { gateway, publisher, calling });
  }

  /**
   * Has the processes run on these processors alone, all their threads.
   * @throws BenchError `NOT_HERE` where the system cannot
   */
  async pin(processors: {
    readonly gateway: readonly number[];
    readonly generator: readonly number[];
  }): Promise<void> {
    await pinTo(this.#gateway.pid, processors.gateway);
    await pinTo(this.#publisher.pid, processors.generator);
  }

  /** Every device sends its next frames. */
  async round(framesEach: number): Promise<IngestRound> {
    await this.#gateway.call('begin', undefined);
    const sent = await this.#publisher.call('round', framesEach);
    const { cpuUs: gatewayCpuUs, stored } = await this.#gateway.call('end', undefined);
    this.#published += sent.frames;
    if (stored !== this.#published) throw lost(this.#published, stored);
    return { ...sent, gatewayCpuUs };
  }

  /** All devices but those in danger send as fast as they can. Frames a second, and milliseconds to each PUBACK. */
  async full(framesEach: number): ReturnType<PublishWorker['full']> {
    const full = await this.#publisher.call('full', framesEach);
    this.#published += full.latenciesMs.length;
    return full;
  }

  /**
   * They send so many a second, and those in danger theirs beside them. Milliseconds to the PUBACK of each emergency.
   * @throws BenchError `MEASURE_INVALID` unless the gateway took each for one
   */
  async emergenciesMs(load: PacedRequest, emergencies: PacedRequest): Promise<readonly number[]> {
    const loading = this.#publisher.call('paced', load);
    const latenciesMs = await this.#calling.call('paced', emergencies);
    this.#published += latenciesMs.length + (await loading).length;
    this.#emergencies += latenciesMs.length;
    const urgent = await this.#gateway.call('urgent', undefined);
    if (urgent === this.#emergencies) return latenciesMs;
    const message = `${this.#emergencies} emergencies were sent, and the gateway took ${urgent} frames for one`;
    throw new BenchError('MEASURE_INVALID', message);
  }

  /** @throws BenchError `MEASURE_INVALID` unless every frame is in a chain that verifies */
  async check(): Promise<void> {
    const frames = await this.#gateway.call('check', undefined);
    if (frames !== this.#published) throw lost(this.#published, frames);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#publisher.close();
    await this.#calling.close();
    await this.#gateway.close();
  }
}

function lost(published: number, stored: number): BenchError {
  return new BenchError('MEASURE_INVALID', `${published} frames were acknowledged, ${stored} are stored`);
}
