import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PATIENTS_MSP } from '@careledger/domain';
import {
  MemoryCheckpoints,
  MemoryJournal,
  connectLedger,
  loadConnection,
  type Ledger,
} from '@careledger/ledger';
import type { ServiceProgram } from '@careledger/network-definition';
import {
  ProcessGroup,
  localConfig,
  localServices,
  newToken,
  registerOrganisation,
  runningService,
  servicePlan,
  startEmbeddedNetwork,
  startService,
  type LocalService,
  type RunningNetwork,
  type RunningService,
} from '@careledger/supervisor';
import { TestHome } from './test-home.js';

export type RigAuthority = RunningService & { readonly authorityId: string };
export type RigProvider = RunningService & { readonly providerId: string };

export interface LayersRigOptions {
  /** Names of the authorities whose apis run; the hospital's alone unless given. */
  readonly authorities?: readonly string[];
  /** More configuration of every api. */
  readonly api?: Readonly<Record<string, unknown>>;
  /** Units for each of which there is a practitioner's token, `UNIT` → token. */
  readonly units?: readonly string[];
}

interface RunningLayers {
  readonly processes: ProcessGroup;
  readonly network: RunningNetwork;
  readonly dir: string;
  readonly services: readonly LocalService[];
  readonly unitTokens: ReadonlyMap<string, string>;
  readonly patientsLedger: Ledger;
  readonly stack: AsyncDisposableStack;
}

/**
 * Layers 2 and 3 as processes on an embedded network: its ledgers, cloud providers, authorities' apis. Patients are
 * played by `home()`, by the same APIs that a gateway uses.
 */
export class LayersRig implements AsyncDisposable {
  readonly processes: ProcessGroup;
  readonly network: RunningNetwork;
  readonly dir: string;
  /** Of all layers; whoever wants a gateway starts it. */
  readonly services: readonly LocalService[];
  /** Tokens of practitioners that are bound to a unit. */
  readonly unitTokens: ReadonlyMap<string, string>;
  readonly patientsLedger: Ledger;
  readonly #stack: AsyncDisposableStack;

  private constructor(running: RunningLayers) {
    this.processes = running.processes;
    this.network = running.network;
    this.dir = running.dir;
    this.services = running.services;
    this.unitTokens = running.unitTokens;
    this.patientsLedger = running.patientsLedger;
    this.#stack = running.stack;
  }

  static async start(options: LayersRigOptions = {}): Promise<LayersRig> {
    const { authorities = ['hospital'], units = [] } = options;
    await using stack = new AsyncDisposableStack();
    const dir = await mkdtemp(join(tmpdir(), 'careledger-rig-'));
    stack.defer(() => rm(dir, { recursive: true, force: true }));
    const processes = stack.use(new ProcessGroup());
    const logDir = join(dir, 'logs');
    const network = await startEmbeddedNetwork(processes, join(dir, 'network'), logDir);
    const services = await localServices(network, authorities);
    const unitTokens = new Map(units.map((unit) => [unit, newToken()]));
    const configOf = (service: LocalService): Readonly<Record<string, unknown>> => {
      if (service.program !== 'api') return { ...localConfig(service, { network, dir, services }) };
      const { mspId } = service;
      const moreTokens = [...unitTokens].map(
        ([unit, token]) => ({ token, role: 'practitioner', mspId, unit }) as const,
      );
      return { ...localConfig(service, { network, dir, services, moreTokens }), ...options.api };
    };
    for (const service of services.filter(({ program }) => program !== 'gateway')) {
      const plan = servicePlan(service, configOf(service));
      await registerOrganisation(plan, join(dir, 'config'), network.identity(service.mspId, 'admin'));
      await startService(processes, plan, join(dir, 'config'), logDir);
    }
    const { certificateFile, privateKeyFile } = network.identity(PATIENTS_MSP, 'gateway');
    const patientsLedger = stack.use(
      connectLedger({
        connection: loadConnection(network.connectionFile),
        mspId: PATIENTS_MSP,
        certificatePem: readFileSync(certificateFile, 'utf8'),
        privateKeyPem: readFileSync(privateKeyFile, 'utf8'),
        journal: new MemoryJournal(),
        checkpoints: new MemoryCheckpoints(),
      }),
    );
    return new LayersRig({
      processes,
      network,
      dir,
      services,
      unitTokens,
      patientsLedger,
      stack: stack.move(),
    });
  }

  authority(name = 'hospital'): RigAuthority {
    const service = this.#service('api', name);
    return { ...runningService(service), authorityId: service.name };
  }

  provider(name = 'cloud-a'): RigProvider {
    const service = this.#service('cloud', name);
    return { ...runningService(service), providerId: service.name };
  }

  #service(program: ServiceProgram, name: string): LocalService {
    const found = this.services.find((service) => service.program === program && service.id === name);
    if (found === undefined) throw new RangeError(`There is no ${program} ${name}`);
    return found;
  }

  /** A registered patient. */
  home(): Promise<TestHome> {
    return new TestHome(this.patientsLedger, this.network.networkId).register();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}
