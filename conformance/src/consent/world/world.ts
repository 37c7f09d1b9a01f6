import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { TestOrganisation } from '@careledger/chaincode-runtime/testing';
import { PERMIT_RELEASE_WINDOW_S } from '@careledger/contracts';
import { localConfig, localServices, newRoleTokens, type Child } from '@careledger/supervisor';
import type { ChaincodeNetwork } from '../../fixtures/chaincode/chaincode-network.js';
import type { ChaincodeModules } from '../../fixtures/chaincode/embedded-channels.js';
import { startEmbeddedProcess, type EmbeddedProcess } from '../../fixtures/chaincode/embedded-process.js';
import { CloudFixture } from '../../fixtures/providers/cloud-fixture.js';
import { ProviderProcess } from '../../fixtures/providers/provider-process.js';
import { runningNetwork } from '../../fixtures/providers/providers-fixture.js';
import { HolderTime } from './holder-time.js';

const HEIGHT_POLL_MS = 100;
/** Longer than a permit lasts at its holder. */
const PASSED_MS = (PERMIT_RELEASE_WINDOW_S + 1) * 1_000;

export interface WorldOptions {
  /** Chaincode in the place of what is compiled. */
  readonly modules?: ChaincodeModules;
  /** URL of a build in the place of the provider's service that is compiled. */
  readonly providerBuild?: string;
}

/** A network, a provider that holds records, and who may be registered there: what is judged. */
export class World implements AsyncDisposable {
  readonly time = new HolderTime();
  readonly fixture: CloudFixture<{ readonly network: ChaincodeNetwork; readonly a: ProviderProcess }>;
  readonly #stack: AsyncDisposableStack;

  private constructor(
    readonly network: ChaincodeNetwork,
    readonly provider: ProviderProcess,
    readonly networkProcess: Child | undefined,
    stack: AsyncDisposableStack,
  ) {
    this.#stack = stack;
    this.fixture = new CloudFixture(() => ({ network, a: provider }));
  }

  /** On an embedded network. */
  static async start({ modules, providerBuild }: WorldOptions = {}): Promise<World> {
    return World.on(await startEmbeddedProcess(modules), providerBuild);
  }

  /** @param child the network's process, where it is one that may be killed */
  static async on(
    { network, child }: Pick<EmbeddedProcess, 'network'> & Partial<EmbeddedProcess>,
    providerBuild?: string,
  ): Promise<World> {
    await using stack = new AsyncDisposableStack();
    stack.use(network);
    const dir = await mkdtemp(join(tmpdir(), 'careledger-consent-'));
    stack.defer(() => rm(dir, { recursive: true, force: true }));
    const running = runningNetwork(network);
    const everyMspId = running.plan.organizations.map(({ mspId }) => mspId);
    const services = (await localServices(running)).map((each) => ({
      ...each,
      tokens: newRoleTokens(everyMspId),
    }));
    const service = services.find(({ program }) => program === 'cloud');
    if (service === undefined) throw new RangeError('The network has no provider.');
    const provider = stack.use(
      await ProviderProcess.start(
        {
          service,
          config: { ...localConfig(service, { network: running, dir, services }) },
          admin: running.identity(service.mspId, 'admin'),
          dir,
        },
        providerBuild,
      ),
    );
    const world = new World(network, provider, child, stack.move());
    await world.fixture.register();
    await network.register(world.relay, 'hospital admin', 'cloud');
    return world;
  }

  /** The hospital as a provider of its own: it relays what it asks for, when it likes and by the clock that it likes. */
  get relay(): TestOrganisation {
    return this.network.organisation('prv_hospital', 'HospitalMSP');
  }

  /** Those who ask. */
  get readers(): readonly TestOrganisation[] {
    return [this.fixture.hospital, this.fixture.lab];
  }

  /** Blocks of `cloud` that the holder's peer has; waits for one that is gone. */
  async holderHeight(): Promise<bigint> {
    for (;;)
      try {
        return await (await this.network.as('cloud-a client')).channel('cloud').height();
      } catch {
        await delay(HEIGHT_POLL_MS);
      }
  }

  /** kill -9 of the network. */
  async killNetwork(): Promise<void> {
    await this.networkProcess?.kill();
    await this.networkProcess?.start();
  }

  /** kill -9 of the provider. */
  async killProvider(): Promise<void> {
    await this.provider.child.kill();
    await this.provider.start(0);
  }

  /** SIGSTOP and, after a while, SIGCONT. */
  async pause(pid: number | undefined, ms: number): Promise<void> {
    if (pid === undefined) return;
    process.kill(pid, 'SIGSTOP');
    await delay(ms);
    process.kill(pid, 'SIGCONT');
  }

  /**
   * More time passes at the provider than any permit lasts; then those who hold one try it, and the provider begins again by
   * the host's clock, that permits may be released again.
   */
  async letPermitsEnd(tryThem: () => Promise<void>): Promise<void> {
    await this.time.pass(PASSED_MS, async () => {
      this.provider.setAhead(PASSED_MS);
      await this.provider.ready();
    });
    await tryThem();
    await this.killProvider();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}
