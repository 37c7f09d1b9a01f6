import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { WorkerProcess } from '../worker/worker-process.js';
import { BenchError } from '../errors.js';
import type { DevicesWorker } from './devices.worker.js';
import type { GatewayWorker } from './gateway.worker.js';
import type { PublishWorker } from './publish.worker.js';

const GATEWAY_ID = 'gw_bench';
const PATIENTS = 32;
const DEVICES_EACH = 2;
const US_PER_MS = 1_000;
/** Devices that send at the same time. */
export const DEVICES = PATIENTS * DEVICES_EACH;

export interface StationOptions {
  readonly folder: string;
  /** Frames that each device gets signed beforehand. */
  readonly framesEach: number;
  /** How often the gateway verifies each signature; once unless told. */
  readonly verifications?: number;
  /** Threads of the gateway that verify beside the one that does the rest; as a gateway has them unless told. */
  readonly verifyThreads?: number;
  /** The cores of the gateway, and that of the process that sends; any unless told. */
  readonly cores?: { readonly gateway: readonly number[]; readonly publisher: number };
}

/** A gateway in a process, its devices in another, and their frames, which a third has signed and which is gone. */
export class Station implements AsyncDisposable {
  readonly #gateway: WorkerProcess<GatewayWorker>;
  readonly #publisher: WorkerProcess<PublishWorker>;
  #published = 0;

  private constructor(
    readonly framesPath: string,
    /** In the order of the devices in the file. */
    readonly deviceKeys: readonly string[],
    gateway: WorkerProcess<GatewayWorker>,
    publisher: WorkerProcess<PublishWorker>,
  ) {
    this.#gateway = gateway;
    this.#publisher = publisher;
  }

  static async open(options: StationOptions): Promise<Station> {
    const {
      folder,
      framesEach,
      verifications = 1,
      verifyThreads = availableParallelism() - 1,
      cores,
    } = options;
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
      ...{ verifications, verifyThreads },
    });
    await using devices = new WorkerProcess<DevicesWorker>('ingest/devices.worker.js');
    const registrations = await devices.call('make', { pairingCodes, gatewayId });
    const epochs = await gateway.call('register', registrations);
    const logins = await devices.call('sign', { epochs, framesEach, path, gatewayId });
    const publisher = stack.use(new WorkerProcess<PublishWorker>('ingest/publish.worker.js'));
    await publisher.call('connect', { url, path, logins });
    if (cores !== undefined) {
      pin(gateway, cores.gateway);
      pin(publisher, [cores.publisher]);
    }
    const deviceKeys = registrations.map(({ deviceKey }) => deviceKey);
    stack.move();
    return new Station(path, deviceKeys, gateway, publisher);
  }

  /** Every device sends its next frames. CPU of the gateway alone, in microseconds per frame. */
  async round(framesEach: number): Promise<number> {
    const { frames, gatewayUs } = await this.#send(framesEach);
    return gatewayUs / frames;
  }

  /**
   * Every device sends its next frames. Wall-clock time in microseconds per frame; of `cores` cores that the gateway has,
   * the process that sends takes its CPU time away, and that is subtracted: in equal parts, since work goes where room is.
   * @param cores how many the gateway shares with it: 0 if it has its own
   */
  async timedRound(framesEach: number, cores: number): Promise<number> {
    const startUs = performance.now() * US_PER_MS;
    const { frames, publisherUs } = await this.#send(framesEach);
    const wallUs = performance.now() * US_PER_MS - startUs;
    return (cores === 0 ? wallUs : wallUs - publisherUs / cores) / frames;
  }

  async #send(framesEach: number): Promise<{ frames: number; gatewayUs: number; publisherUs: number }> {
    await this.#gateway.call('begin', undefined);
    const { operations, cpuUs } = await this.#publisher.call('round', framesEach);
    const { cpuUs: gatewayUs, stored } = await this.#gateway.call('end', undefined);
    this.#published += operations;
    if (stored !== this.#published) throw lost(this.#published, stored);
    return { frames: operations, gatewayUs, publisherUs: cpuUs };
  }

  /** @throws BenchError `MEASURE_INVALID` unless every frame is in a chain that verifies */
  async check(): Promise<void> {
    const frames = await this.#gateway.call('check', undefined);
    if (frames !== this.#published) throw lost(this.#published, frames);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#publisher.close();
    await this.#gateway.close();
  }
}

/** Linux only: all threads that a process has, and those that they start. @throws BenchError `MEASURE_INVALID` */
function pin({ pid }: Pick<WorkerProcess<never>, 'pid'>, cores: readonly number[]): void {
  try {
    execFileSync('taskset', ['-acp', cores.join(','), String(pid)], { stdio: 'ignore' });
  } catch (cause) {
    throw new BenchError('MEASURE_INVALID', 'taskset (util-linux) could not give processes their cores', {
      cause,
    });
  }
}

function lost(published: number, stored: number): BenchError {
  return new BenchError('MEASURE_INVALID', `${published} frames were acknowledged, ${stored} are stored`);
}
