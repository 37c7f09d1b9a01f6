import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planNetwork } from '@careledger/network-definition';
import { localConfig, localServices, newRoleTokens, type RunningNetwork } from '@careledger/supervisor';
import type { ChaincodeNetwork } from '../chaincode/chaincode-network.js';
import { chaincodeDefinition } from '../chaincode/definition.js';
import { startEmbedded } from '../chaincode/embedded.js';
import { RunningProvider, type ProviderPlan } from './running-provider.js';

/** Quota of each organisation at both providers: small, so that a test fills it. */
export const QUOTA = { versionsMax: 4, bytesMax: 8 * 1024 * 1024 };

/**
 * Two cloud providers, real services over real HTTP, on an embedded network with the real chaincode. They run in this
 * process, so that tests move their clocks.
 */
export class ProviderRig implements AsyncDisposable {
  readonly #stack: AsyncDisposableStack;

  private constructor(
    readonly network: ChaincodeNetwork,
    readonly a: RunningProvider,
    readonly b: RunningProvider,
    stack: AsyncDisposableStack,
  ) {
    this.#stack = stack;
  }

  /** @param build of the service, where a test has one of its own */
  static async start(build?: ProviderPlan['build']): Promise<ProviderRig> {
    await using stack = new AsyncDisposableStack();
    const dir = await mkdtemp(join(tmpdir(), 'careledger-providers-'));
    stack.defer(() => rm(dir, { recursive: true, force: true }));
    const network = stack.use(await startEmbedded());
    const running = runningNetwork(network);
    // Tests call a provider for every organisation, its own included.
    const everyMspId = running.plan.organizations.map(({ mspId }) => mspId);
    const services = (await localServices(running)).map((service) => ({
      ...service,
      tokens: newRoleTokens(everyMspId),
    }));
    const providers: RunningProvider[] = [];
    for (const service of services.filter(({ program }) => program === 'cloud')) {
      const provider = await RunningProvider.start({
        service,
        config: { ...localConfig(service, { network: running, dir, services }), quota: QUOTA },
        admin: running.identity(service.mspId, 'admin'),
        dir,
        ...(build && { build }),
      });
      providers.push(stack.use(provider));
    }
    const [a, b] = providers;
    if (a === undefined || b === undefined) throw new RangeError('The network has fewer than two providers.');
    return new ProviderRig(network, a, b, stack.move());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}

/** The network as services see it. */
function runningNetwork({ networkId, running }: ChaincodeNetwork): RunningNetwork {
  return {
    plan: planNetwork(chaincodeDefinition(), { profile: 'small', runner: 'native' }),
    networkId,
    connectionFile: running.connectionFile,
    identity: (mspId, name) => {
      const { cert, key } = running.identity({ mspId, name });
      return { certificateFile: cert, privateKeyFile: key };
    },
  };
}
