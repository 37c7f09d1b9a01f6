import { mkdir, readFile, rm, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
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
import {
  servicesOf,
  type IdentityNode,
  type NetworkPlan,
  type ProfileName,
  type ServiceNode,
} from '@careledger/network-definition';
import type { ChaincodeCommand } from '../chaincode/launch.js';
import { ProcessExitedError, RunnerError } from '../errors.js';
import type { RunnerNetwork } from '../operations/runner-network.js';
import { waitUntilServicesReady, type Addressed } from '../services/readiness.js';
import { registerAll } from '../services/register.js';
import { requireFabricBinaries } from './binaries.js';
import { DEFAULT_ROOT, NativeLayout } from './layout.js';
import { writeChaincodeHost, writeOrderer, writePeer, type NodeFiles } from './node-files.js';
import { checkPorts, listeners, type Listener, type Program } from './ports.js';
import { ProcessTable, type ProcessSpec, type ProcessStatus } from './processes.js';
import { prepareServices, serviceSpec } from './service-processes.js';
import { whileAllRun } from './watch.js';

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
  /** Whether the organisations' services run too: gateway, cloud-services, apis, OpenID providers. As before unless it is said. */
  readonly services?: boolean;
}

/** Fabric, and the organisations' services where they are wanted, as processes of this machine, all on loopback. */
export class NativeNetwork implements RunnerNetwork {
  readonly layout: NativeLayout;
  readonly processes: ProcessTable;
  readonly progress: Progress;
  readonly otherHosts = [];
  readonly otherMspIds = [];
  readonly #options: NativeOptions;

  constructor(options: NativeOptions) {
    this.#options = options;
    this.layout = new NativeLayout(resolve(options.root ?? DEFAULT_ROOT));
    this.processes = new ProcessTable(this.layout.pids, this.layout.logs);
    this.progress = options.progress ?? silent;
  }

  /**
   * Brings the network up and returns when gateways endorse on every channel, and services are ready. Starts only what
   * does not run, sets up only what is missing: after a crash it brings back what was there, with its data.
   */
  async up(options: UpOptions = {}): Promise<NetworkPlan> {
    const started = new Set<string>();
    for (;;) {
      try {
        return await this.#bringUp(options, started);
      } catch (error) {
        // It ran when this began and has ended since, as after a kill whose victim took a moment to die.
        if (error instanceof ProcessExitedError && !started.has(error.process)) continue;
        throw error;
      }
    }
  }

  /** One attempt; adds to `started` what it starts. */
  async #bringUp(options: UpOptions, started: Set<string>): Promise<NetworkPlan> {
    const { profile, portOffset } = options;
    const known = (await readState(this.layout.root)) ?? newState(profile ?? 'small', 'native', portOffset);
    const state = options.services === undefined ? known : { ...known, services: options.services };
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
    const binaries = await requireFabricBinaries(this.#options.env);
    const planned = listeners(plan, this.programs(state));
    await this.#goOn();
    await this.#stopUnplanned(planned);
    await this.#forgetDead(this.programs(state));
    await this.#checkPorts(planned);
    await writeState(this.layout.root, state);
    await prepareNetwork(plan, this.layout, this.progress);
    await linkBuilder(this.layout, binaries.ccaasBuilder);
    const files: NodeFiles = { plan, layout: this.layout, binaries };
    const outdated = await this.#startAll(files, started);
    await whileAllRun(this.processes, (signal) => setUpNetwork(plan, this.layout, this.progress, signal));
    // Chaincode of another version answers to the peers only once its definition is committed.
    for (const spec of outdated) await this.#restart(spec, started);
    await whileAllRun(this.processes, (signal) => this.waitUntilReady(plan, signal));
    if (state.services) await this.#bringUpServices(plan, started);
    return plan;
  }

  /** Ends every process, services before what they need; ledgers, stores and identities stay. */
  async down(): Promise<number> {
    await this.#goOn();
    const known = (await this.processes.list()).map(({ name }) => name);
    const services = new Set(await this.#serviceNames());
    let stopped = 0;
    for (const names of [known.filter((n) => services.has(n)), known.filter((n) => !services.has(n))]) {
      const outcomes = await Promise.all(names.map((name) => this.processes.stop(name)));
      stopped += outcomes.filter((outcome) => outcome === 'stopped').length;
    }
    return stopped;
  }

  async end(nodeIds: readonly string[]): Promise<void> {
    for (const id of nodeIds) await this.processes.stop(id);
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
    return planOf(state, this.#options.definitionPath);
  }

  /** The services that run beside the network: none unless they are wanted. */
  services(state: NetworkState): ServiceNode[] {
    return state.services ? servicesOf(this.plan(state)) : [];
  }

  /** The same, and the OpenID providers at which an authority's people sign in. */
  programs(state: NetworkState): (IdentityNode | ServiceNode)[] {
    return state.services ? programsOf(this.plan(state)) : [];
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
  async #startAll(files: NodeFiles, started: Set<string>): Promise<ProcessSpec[]> {
    const { plan } = files;
    const packages = await packagesOf(plan);
    const running = await this.#running();
    const absent = <T extends { id: string }>(nodes: readonly T[]): T[] =>
      nodes.filter(({ id }) => !running.has(id));
    const specs = await Promise.all([
      ...absent(plan.orderers).map((node) => writeOrderer(files, node)),
      ...absent(plan.peers).map((node) => writePeer(files, node)),
      ...plan.chaincodeHosts.map((host) =>
        writeChaincodeHost(files, host, packages, this.#options.chaincode),
      ),
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

  /** Registers the services, starts them and the OpenID providers where they do not run; returns when all are ready. */
  async #bringUpServices(plan: NetworkPlan, started: Set<string>): Promise<void> {
    const services = await prepareServices(plan, this.layout, this.progress);
    await whileAllRun(this.processes, () => registerAll(this.layout, services, this.progress));
    const roots = await readFile(this.layout.tlsRoots, 'utf8');
    const programs = programsOf(plan);
    const outdated: (IdentityNode | ServiceNode)[] = [];
    for (const node of programs) {
      const outcome = await this.processes.start(await serviceSpec(this.layout, node));
      if (outcome === 'started') started.add(node.id);
      if (outcome === 'outdated') outdated.push(node);
    }
    const ready = (nodes: readonly Addressed[]): Promise<void> =>
      whileAllRun(this.processes, (signal) => waitUntilServicesReady(nodes, roots, signal));
    await ready(programs.filter((node) => !outdated.includes(node)));
    // One after the other, so that another provider serves while one is away.
    for (const node of outdated) {
      await this.#restart(await serviceSpec(this.layout, node), started);
      await ready([node]);
    }
    this.progress('services', `${programs.map(({ id }) => id).join(', ')} are ready`);
  }

  async #restart(spec: ProcessSpec, started: Set<string>): Promise<void> {
    await this.processes.stop(spec.name);
    await this.processes.start(spec);
    started.add(spec.name);
    this.progress('processes', `${spec.name} restarted`);
  }

  /** Services start after what they need: until then, those that have died are not looked for. */
  async #forgetDead(programs: readonly Program[]): Promise<void> {
    const running = await this.#running();
    for (const { id } of programs) if (!running.has(id)) await this.processes.stop(id);
  }

  /** What a backup that was killed has left halted goes on. */
  async #goOn(): Promise<void> {
    for (const { name } of await this.processes.list()) await this.processes.signal(name, 'SIGCONT');
  }

  async #serviceNames(): Promise<string[]> {
    const state = await readState(this.layout.root);
    return state ? programsOf(this.plan(state)).map(({ id }) => id) : [];
  }

  /** Ends processes of organisations that have left, and services that are not wanted any more. */
  async #stopUnplanned(planned: ReadonlyMap<string, Listener>): Promise<void> {
    for (const { name } of await this.processes.list())
      if (!planned.has(name)) await this.processes.stop(name);
  }

  async #checkPorts(planned: ReadonlyMap<string, Listener>): Promise<void> {
    const running = await this.#running();
    await checkPorts(planned, new Set([...planned.keys()].filter((name) => !running.has(name))));
  }

  async #running(): Promise<Set<string>> {
    const known = await this.processes.list();
    return new Set(known.filter((entry) => entry.running).map((entry) => entry.name));
  }
}

/** Providers first: apis trust them. */
const programsOf = (plan: NetworkPlan): (IdentityNode | ServiceNode)[] => [
  ...plan.identities,
  ...servicesOf(plan),
];

/** The peer looks for `bin/detect` below the builder's path; distributions put the programs in differing folders. */
async function linkBuilder(layout: NativeLayout, programs: string): Promise<void> {
  await mkdir(layout.ccaasBuilder, { recursive: true });
  const link = join(layout.ccaasBuilder, 'bin');
  await rm(link, { force: true });
  await symlink(resolve(programs), link);
}
