import { join } from 'node:path';
import { PATIENTS_MSP } from '@careledger/domain';
import { embeddedNetwork, loadNetworkDefinition, planNetwork } from '@careledger/network-definition';
import { chaincodeHostCommand } from '@careledger/network-runners';
import { ProcessGroup, cpuTimeMs, startEmbeddedNetwork } from '@careledger/supervisor';
import { definitionWith, projectSettings } from '../fabric/definition.js';
import { fabricFolder, requireFabric, startFabric } from '../fabric/network.js';
import { WorkerProcess } from '../worker/worker-process.js';
import type { AnnounceRound, AnnounceWorker } from './announce.worker.js';

/** Channel on which records are announced. */
export const ANNOUNCED_ON = 'authorities';

/** What a network took so far, milliseconds of CPU of all of its processes. */
export interface NetworkCpu {
  /** Peers and chaincode of all organisations. */
  readonly organizations: number;
  /** Nothing where ordering is part of the same process. */
  readonly orderers: number;
}

/** A network with the project's own chaincode, and a client on it that announces records as a gateway does. */
export class AnnouncingNetwork implements AsyncDisposable {
  readonly #stack: AsyncDisposableStack;
  readonly #worker: WorkerProcess<AnnounceWorker>;
  readonly #started: Started;

  private constructor(stack: AsyncDisposableStack, worker: WorkerProcess<AnnounceWorker>, started: Started) {
    this.#stack = stack;
    this.#worker = worker;
    this.#started = started;
  }

  /** @param patients as many as a transaction has records at most: it has one of each */
  static async open(folder: string, start: StartNetwork, patients: number): Promise<AnnouncingNetwork> {
    await using stack = new AsyncDisposableStack();
    const started = await start(folder, stack);
    const { dir, networkId } = started;
    const worker = stack.use(new WorkerProcess<AnnounceWorker>('announce/announce.worker.js'));
    await worker.call('open', {
      ...{ dir, networkId, mspId: PATIENTS_MSP, name: 'gateway', channel: ANNOUNCED_ON },
      ...{ storePath: join(folder, 'ledger.db'), patients },
    });
    return new AnnouncingNetwork(stack.move(), worker, started);
  }

  /** Organisations that endorse each announcement. */
  get endorsers(): number {
    return this.#started.endorsers;
  }

  cpuMs(): NetworkCpu {
    return this.#started.cpuMs();
  }

  /** Records a second. */
  round(round: AnnounceRound): Promise<number> {
    return this.#worker.call('round', round);
  }

  /** @throws BenchError `MEASURE_INVALID` unless each record that was announced has its own row on the ledger */
  async check(): Promise<void> {
    await this.#worker.call('check', undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

/** A network as it was started. */
interface Started {
  /** Folder of its connection file and identities. */
  readonly dir: string;
  /** `aud` of statements. */
  readonly networkId: string;
  readonly endorsers: number;
  readonly cpuMs: () => NetworkCpu;
}

/** Starts a network in a folder; what has to end with it goes on the stack. */
export type StartNetwork = (folder: string, stack: AsyncDisposableStack) => Promise<Started>;

/** @throws BenchError `NOT_HERE` where Fabric's programs are not */
export const onFabric: StartNetwork = async (folder, stack) => {
  await requireFabric();
  const settings = projectSettings();
  const fabric = stack.use(await startFabric(folder, settings, await chaincodeHostCommand()));
  const plan = planNetwork(definitionWith(settings), { profile: 'small', runner: 'native' });
  const channel = plan.channels.find(({ name }) => name === ANNOUNCED_ON);
  return {
    dir: fabricFolder(folder),
    networkId: plan.network,
    endorsers: channel?.endorsement.outOf ?? Number.NaN,
    cpuMs: () => ({
      organizations: fabric.cpuMs('peers') + fabric.cpuMs('chaincode'),
      orderers: fabric.cpuMs('orderers'),
    }),
  };
};

export const onDevnet: StartNetwork = async (folder, stack) => {
  const processes = stack.use(new ProcessGroup());
  const dir = join(folder, 'network');
  const { networkId } = await startEmbeddedNetwork(processes, dir, join(folder, 'logs'));
  const { channels } = embeddedNetwork(loadNetworkDefinition());
  return {
    ...{ dir, networkId },
    endorsers: channels[ANNOUNCED_ON]?.policies.endorsement.outOf ?? Number.NaN,
    cpuMs: () => ({
      organizations: processes.pids().reduce((sum, pid) => sum + cpuTimeMs(pid), 0),
      orderers: 0,
    }),
  };
};
