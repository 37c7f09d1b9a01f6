import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { NativeNetwork } from '@careledger/network-runners';
import { CLOUD_A, CLOUD_B, PATIENTS, PeerNetwork } from './peer-network.js';

/** Away from the ports of other tests and of a network that a developer may have up. */
const PORT_OFFSET = 7_000;
const GOSSIP_TIMEOUT_MS = 30_000;
const GOSSIP_POLL_MS = 250;
const HOST = fileURLToPath(new URL('./probe/host.js', import.meta.url));

/** The small profile on real Fabric, with the probe in the place of both chaincodes. */
export async function startNative(): Promise<PeerNetwork> {
  await using stack = new AsyncDisposableStack();
  const root = await mkdtemp(join(tmpdir(), 'careledger-peer-'));
  const network = new NativeNetwork({ root, chaincode: { command: process.execPath, args: [HOST] } });
  stack.defer(() => network.destroy());
  await network.up({ profile: 'small', portOffset: PORT_OFFSET });
  const started = new PeerNetwork(root, stack.move());
  try {
    for (const mspId of [PATIENTS, CLOUD_A, CLOUD_B]) await untilAllEndorse(started, mspId);
    return started;
  } catch (error) {
    await started[Symbol.asyncDispose]();
    throw error;
  }
}

/** A network is up when enough peers endorse; scenarios name any of them, so each gateway has to have heard of all. */
async function untilAllEndorse(network: PeerNetwork, mspId: string): Promise<void> {
  const { contract } = network.client({ mspId });
  const deadline = Date.now() + GOSSIP_TIMEOUT_MS;
  for (;;) {
    try {
      const proposal = contract.newProposal('get', {
        arguments: ['ready'],
        endorsingOrganizations: [PATIENTS, CLOUD_A, CLOUD_B],
      });
      await proposal.endorse();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await delay(GOSSIP_POLL_MS);
    }
  }
}
