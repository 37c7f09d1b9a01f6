import { mkdir, rm, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { packagesOf, prepareNetwork, setUpNetwork, silent, type Progress } from '@careledger/network-admin';
import {
  loadNetworkDefinition,
  planNetwork,
  type NetworkPlan,
  type ProfileName,
} from '@careledger/network-definition';
import type { ChaincodeCommand } from '../chaincode/launch.js';
import { RunnerError } from '../errors.js';
import { requireFabricBinaries, type FabricBinaries } from './binaries.js';
import { DEFAULT_ROOT, NativeLayout } from './layout.js';
import { writeChaincodeHost, writeOrderer, writePeer, type NodeFiles } from './node-files.js';
import { ProcessTable, type ProcessSpec, type ProcessStatus } from './processes.js';
import { newState, readState, writeState, type NativeState } from './state.js';

export interface NativeOptions {
  /** Folder of the network. */
  readonly root?: string;
  /** Program that serves both chaincodes. */
  readonly chaincode: ChaincodeCommand;
  readonly definitionPath?: string;
  readonly progress?: Progress;
  readonly env?: NodeJS.ProcessEnv;
}

/** How often processes are looked at while the network is set up, and how much of the log of a dead one is shown. */
const WATCH_MS = 250;
const LOG_LINES = 15;

/** Fabric as processes of this machine, all on loopback. */
export class NativeNetwork {
  readonly layout: NativeLayout;
  readonly processes: ProcessTable;
  private readonly progress: Progress;

  constructor(private readonly options: NativeOptions) {
    this.layout = new NativeLayout(resolve(options.root ?? DEFAULT_ROOT));
    this.processes = new ProcessTable(this.layout.pids, this.layout.logs);
    this.progress = options.progress ?? silent;
  }

  /**
   * Brings the network up and returns when gateways endorse on every channel. Starts only what does not run, sets up
   * only what is missing: after a crash it brings back what was there, with its data.
   */
  async up(profile?: ProfileName): Promise<NetworkPlan> {
    const binaries = await requireFabricBinaries(this.options.env);
    const state = (await readState(this.layout.root)) ?? newState(profile ?? 'small');
    if (profile && profile !== state.profile) {
      throw new RunnerError(
        'PROFILE_DIFFERS',
        `${this.layout.root} holds a network of profile ${state.profile}: use that, or name another folder with --dir`,
      );
    }
    await writeState(this.layout.root, state);
    const plan = this.plan(state);
    await prepareNetwork(plan, this.layout, this.progress);
    await this.startAll(plan, binaries);
    await this.whileAllRun((signal) => setUpNetwork(plan, this.layout, this.progress, signal));
    return plan;
  }

  /** Ends every process; ledgers and identities stay. */
  async down(): Promise<number> {
    const known = await this.processes.list();
    const outcomes = await Promise.all(known.map(({ name }) => this.processes.stop(name)));
    return outcomes.filter((outcome) => outcome === 'stopped').length;
  }

  async status(): Promise<ProcessStatus[]> {
    return this.processes.list();
  }

  /** Ends every process and deletes ledgers, identities and logs. */
  async destroy(): Promise<void> {
    await this.down();
    await rm(this.layout.root, { recursive: true, force: true });
  }

  /** The plan of the network that was started in this folder. */
  async currentPlan(): Promise<NetworkPlan> {
    return this.plan(await this.state());
  }

  async state(): Promise<NativeState> {
    const state = await readState(this.layout.root);
    if (state) return state;
    throw new RunnerError(
      'NOT_SET_UP',
      `there is no network in ${this.layout.root}: start one with "careledger-native up"`,
    );
  }

  private plan(state: NativeState): NetworkPlan {
    return planNetwork(loadNetworkDefinition(this.options.definitionPath), {
      profile: state.profile,
      runner: 'native',
      joined: state.joined,
      chaincodeVersions: state.chaincodeVersions,
    });
  }

  private async startAll(plan: NetworkPlan, binaries: FabricBinaries): Promise<void> {
    await linkBuilder(this.layout, binaries);
    const files: NodeFiles = { plan, layout: this.layout, binaries };
    const packages = await packagesOf(plan);
    const started = await Promise.all([
      ...plan.orderers.map(async (node) => this.startUnlessRunning(node.id, () => writeOrderer(files, node))),
      ...plan.peers.map(async (node) => this.startUnlessRunning(node.id, () => writePeer(files, node))),
      ...plan.chaincodeHosts.map(async (host) =>
        this.startUnlessRunning(host.id, () =>
          writeChaincodeHost(files, host, packages, this.options.chaincode),
        ),
      ),
    ]);
    const count = started.filter(Boolean).length;
    this.progress(
      'processes',
      count === 0 ? 'all run already' : `${count} started, logs in ${this.layout.logs}`,
    );
  }

  /** Gives a task up as soon as a process has ended, with the end of its log instead of a time-out. */
  private async whileAllRun(task: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const controller = new AbortController();
    let finished = false;
    const watch = async (): Promise<void> => {
      while (!finished) {
        await delay(WATCH_MS);
        const ended = (await this.processes.list()).find((entry) => !entry.running);
        if (!ended || finished) continue;
        controller.abort();
        const log = await this.processes.tail(ended.name, LOG_LINES);
        throw new RunnerError(
          'PROCESS_EXITED',
          `${ended.name} has ended; see ${this.processes.logFile(ended.name)}, which ends with:\n${log.join('\n')}`,
        );
      }
    };
    const watching = watch();
    try {
      await Promise.race([task(controller.signal), watching]);
    } finally {
      finished = true;
    }
    await watching;
  }

  private async startUnlessRunning(name: string, prepare: () => Promise<ProcessSpec>): Promise<boolean> {
    const running = (await this.processes.list()).some((entry) => entry.name === name && entry.running);
    if (running) return false;
    return (await this.processes.start(await prepare())) === 'started';
  }
}

/** The peer looks for `bin/detect` below the builder's path; distributions put the programs in differing places. */
async function linkBuilder(layout: NativeLayout, binaries: FabricBinaries): Promise<void> {
  await mkdir(layout.ccaasBuilder, { recursive: true });
  const link = join(layout.ccaasBuilder, 'bin');
  await rm(link, { force: true });
  await symlink(resolve(binaries.ccaasBuilder), link);
}
