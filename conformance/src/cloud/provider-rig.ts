import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PATIENTS_MSP } from '@careledger/domain';
import { freePorts } from '@careledger/supervisor';
import type { ChaincodeNetwork } from '../fixtures/chaincode/chaincode-network.js';
import { startEmbedded } from '../fixtures/chaincode/embedded.js';
import { RunningProvider, newTokens, type ProviderPlan } from '../fixtures/providers/running-provider.js';

const CALLERS = [PATIENTS_MSP, 'HospitalMSP', 'LabMSP', 'CloudAMSP', 'CloudBMSP'];

/** Quota of each organisation at both providers: small, so that a test fills it. */
export const QUOTA = { versionsMax: 4, bytesMax: 8 * 1024 * 1024 };

/**
 * Two cloud providers, real services over real HTTP, on an embedded network with the real chaincode. They run in this
 * process, so that tests move their clocks.
 */
export class ProviderRig implements AsyncDisposable {
  private constructor(
    readonly network: ChaincodeNetwork,
    readonly a: RunningProvider,
    readonly b: RunningProvider,
    private readonly stack: AsyncDisposableStack,
  ) {}

  /** @param build of the service, where a test has one of its own */
  static async start(build?: ProviderPlan['build']): Promise<ProviderRig> {
    await using stack = new AsyncDisposableStack();
    const dir = await mkdtemp(join(tmpdir(), 'careledger-providers-'));
    stack.defer(() => rm(dir, { recursive: true, force: true }));
    const network = stack.use(await startEmbedded());
    const [portA = 0, portB = 0] = await freePorts(2);
    const tokens = { a: newTokens(CALLERS), b: newTokens(CALLERS) };
    const planOf = (name: string, mspId: string): Omit<ProviderPlan, 'port' | 'tokens' | 'providers'> => ({
      name,
      mspId,
      dir,
      networkId: network.networkId,
      connectionFile: network.running.connectionFile,
      client: filesOf(network, mspId, 'user'),
      admin: filesOf(network, mspId, 'admin'),
      quota: QUOTA,
      ...(build && { build }),
    });
    const a = stack.use(
      await RunningProvider.start({
        ...planOf('cloud-a', 'CloudAMSP'),
        port: portA,
        tokens: tokens.a,
        providers: [{ providerId: 'prv_cloud-b', token: tokens.b['CloudAMSP'] ?? '' }],
      }),
    );
    const b = stack.use(
      await RunningProvider.start({
        ...planOf('cloud-b', 'CloudBMSP'),
        port: portB,
        tokens: tokens.b,
        providers: [{ providerId: 'prv_cloud-a', token: tokens.a['CloudBMSP'] ?? '' }],
      }),
    );
    return new ProviderRig(network, a, b, stack.move());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stack.disposeAsync();
  }
}

function filesOf(network: ChaincodeNetwork, mspId: string, name: string) {
  const { cert, key } = network.running.identity({ mspId, name });
  return { certificateFile: cert, privateKeyFile: key };
}
