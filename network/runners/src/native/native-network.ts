import { mkdir, rm, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  NetworkConnections,
  newState,
  packagesOf,
  planOf,
  prepareNetwork,
  readState,
  requireState,
  setUpNetwork,
  silent,
  waitUntilReady,
  writeState,
  type NetworkState,
  type Progress,
} from '@careledger/network-admin';
import type { NetworkPlan, ProfileName } from '@careledger/network-definition';
import type { ChaincodeCommand } from '../chaincode/launch.js';
import { ProcessExitedError, RunnerError } from '../errors.js';
import { requireFabricBinaries } from './binaries.js';
import { DEFAULT_ROOT, NativeLayout } from './layout.js';
import { writeChaincodeHost, writeOrderer, writePeer, type NodeFiles } from './node-files.js';
import { checkPorts, listeners } from './ports.js';
import { ProcessTable, type ProcessSpec, type ProcessStatus } from './processes.js';

export interface NativeOptions {
  /** Folder of the network. */
  readonly root?: string;
  /** Program that serves both chaincodes. */
  readonly chaincode: ChaincodeCommand;
  readonly definitionPath?: string;
  readonly progress?: Progress;
  readonly env?: NodeJS.ProcessEnv;
}

export interface UpOptions {
  /** Only for a new network; one that is there keeps its own. */
  readonly profile?: ProfileName;
  readonly portOffset?: number;
}

/** How often processes are looked at while the network is set up, and how much of the log of a dead one is shown. */
const WATCH_MS = 250;
const DYING_MS = 1_000;
const LOG_LINES = 15;

/** Fabric as processes of this machine, all on loopback. */
export class NativeNetwork {
  readonly layout: NativeLayout;
  readonly processes: ProcessTable;
  readonly progress: Progress;

  constructor(private readonly options: NativeOptions) {
    this.layout = new NativeLayout(resolve(options.root ?? DEFAULT_ROOT));
    this.processes = new ProcessTable(this.layout.pids, this.layout.logs);
    this.progress = options.progress ?? silent;
  }

  /**
   * Brings the network up and returns when gateways endorse on every channel. Starts only what does not run, sets up
   * only what is missing: after a crash it brings back what was there, with its data.
   */
  async up(options: UpOptions = {}): Promise<NetworkPlan> {
    const started = new Set<string>();
    for (;;) {
      try {
        return await this.bringUp(options, started);
      } catch (error) {
        // It ran when this began and has ended since, as after a kill whose victim took a moment to die.
        if (error instanceof ProcessExitedError && !started.has(error.process)) continue;
        throw error;
      }
    }
  }

  /** One attempt; adds to `started` what it starts. */
  private async bringUp({ profile, portOffset }: UpOptions, started: Set<string>): Promise<NetworkPlan> {
    const state = (await readState(this.layout.root)) ?? newState(profile ?? 'small', 'native', portOffset);
    if (
      (profile ?? state.profile) !== state.profile ||
      (portOffset ?? state.portOffset) !== state.portOffset
    ) {
      throw new RunnerError(
        'PROFILE_DIFFERS',
        `${this.layout.root} holds a network of profile ${state.profile} with port offset ${state.portOffset}: ` +
          'use these, or name another folder with --dir',
      );
    }
    const plan = this.plan(state);
    const binaries = await requireFabricBinaries(this.options.env);
    await this.stopUnplanned(plan);
    await this.checkPorts(plan);
    await writeState(this.layout.root, state);
    await prepareNetwork(plan, this.layout, this.progress);
    await linkBuilder(this.layout, binaries.ccaasBuilder);
    const files: NodeFiles = { plan, layout: this.layout, binaries };
    const outdated = await this.startAll(files, started);
    await this.whileAllRun((signal) => setUpNetwork(plan, this.layout, this.progress, signal));
    // Chaincode of another version answers to the peers only once its definition is committed.
    for (const spec of outdated) {
      await this.processes.stop(spec.name);
      await this.processes.start(spec);
      started.add(spec.name);
      this.progress('chaincode', `${spec.name} started anew`);
    }
    await this.whileAllRun((signal) => this.waitUntilReady(plan, signal));
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

  /** What the network in this folder was started and changed with. */
  async state(): Promise<NetworkState> {
    return requireState(this.layout.root);
  }

  /** The plan that a state amounts to. */
  plan(state: NetworkState): NetworkPlan {
    return planOf(state, this.options.definitionPath);
  }

  async waitUntilReady(plan: NetworkPlan, signal?: AbortSignal): Promise<void> {
    using connections = await NetworkConnections.open(plan, this.layout);
    await waitUntilReady(plan, connections, undefined, signal);
    this.progress(
      'ready',
      `gateways endorse on ${plan.channels.map((channel) => channel.name).join(' and ')}`,
    );
  }

  /** Starts what does not run; returns the chaincode hosts that run, but with settings of an earlier version. */
  private async startAll(files: NodeFiles, started: Set<string>): Promise<ProcessSpec[]> {
    const { plan } = files;
    const packages = await packagesOf(plan);
    const running = await this.running();
    const absent = <T extends { id: string }>(nodes: readonly T[]): T[] =>
      nodes.filter(({ id }) => !running.has(id));
    const specs = await Promise.all([
      ...absent(plan.orderers).map((node) => writeOrderer(files, node)),
      ...absent(plan.peers).map((node) => writePeer(files, node)),
      ...plan.chaincodeHosts.map((host) => writeChaincodeHost(files, host, packages, this.options.chaincode)),
    ]);
    const outcomes = await Promise.all(
      specs.map(async (spec) => {
        const outcome = await this.processes.start(spec);
        if (outcome === 'started') started.add(spec.name);
        return { spec, outcome };
      }),
    );
    const fresh = outcomes.filter(({ outcome }) => outcome === 'started');
    this.progress(
      'processes',
      fresh.length === 0 ? 'all run already' : `${fresh.length} started, logs in ${this.layout.logs}`,
    );
    return outcomes.filter(({ outcome }) => outcome === 'outdated').map(({ spec }) => spec);
  }

  /** Ends processes of organisations that have left. */
  private async stopUnplanned(plan: NetworkPlan): Promise<void> {
    const planned = listeners(plan);
    for (const { name } of await this.processes.list())
      if (!planned.has(name)) await this.processes.stop(name);
  }

  private async checkPorts(plan: NetworkPlan): Promise<void> {
    const running = await this.running();
    await checkPorts(plan, new Set([...listeners(plan).keys()].filter((name) => !running.has(name))));
  }

  private async running(): Promise<Set<string>> {
    const known = await this.processes.list();
    return new Set(known.filter((entry) => entry.running).map((entry) => entry.name));
  }

  /** Gives a task up as soon as a process has ended, with the end of its log instead of a time-out. */
  private async whileAllRun(task: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const controller = new AbortController();
    const watching = new AbortController();
    const watch = async (): Promise<void> => {
      while (!watching.signal.aborted) {
        const ended = await this.endedProcess();
        if (ended) {
          controller.abort();
          throw ended;
        }
        await delay(WATCH_MS, undefined, { signal: watching.signal }).catch(() => undefined);
      }
    };
    try {
      await Promise.race([task(controller.signal), watch()]);
    } catch (error) {
      // The task may see a lost connection before the process behind it is all gone.
      throw (await this.endedProcessWithin(DYING_MS)) ?? error;
    } finally {
      watching.abort();
    }
  }

  private async endedProcessWithin(timeoutMs: number): Promise<ProcessExitedError | undefined> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const ended = await this.endedProcess();
      if (ended || Date.now() > deadline) return ended;
      await delay(WATCH_MS);
    }
  }

  private async endedProcess(): Promise<ProcessExitedError | undefined> {
    const ended = (await this.processes.list()).find((entry) => !entry.running);
    if (!ended) return undefined;
    const log = await this.processes.tail(ended.name, LOG_LINES);
    const path = this.processes.logFile(ended.name);
    return new ProcessExitedError(
      ended.name,
      `${ended.name} has ended; see ${path}, which ends with:\n${log.join('\n')}`,
    );
  }
}

/** The peer looks for `bin/detect` below the builder's path; distributions put the programs in differing places. */
async function linkBuilder(layout: NativeLayout, programs: string): Promise<void> {
  await mkdir(layout.ccaasBuilder, { recursive: true });
  const link = join(layout.ccaasBuilder, 'bin');
  await rm(link, { force: true });
  await symlink(resolve(programs), link);
}
