import type { NetworkPlan } from '@careledger/network-definition';
import { ensureIdentities } from '../identities/ensure.js';
import type { NetworkLayout } from '../layout.js';
import { install } from '../lifecycle/lifecycle.js';
import type { Progress } from '../progress.js';
import { ensureDefinitions, packagesOf } from './chaincode.js';
import { writeConnectionProfile } from './connection-profile.js';
import { NetworkConnections } from './connections.js';
import { ensureGenesisBlocks } from './genesis.js';
import { joinOrderers, joinPeer, waitUntilCaughtUp } from './join.js';

/** Everything that has to be on disk before the first node starts. */
export async function prepareNetwork(
  plan: NetworkPlan,
  layout: NetworkLayout,
  progress: Progress,
): Promise<void> {
  await ensureIdentities(plan, layout, progress);
  await ensureGenesisBlocks(plan, layout, progress);
  await writeConnectionProfile(plan, layout);
}

/**
 * Takes running nodes to a network with its channels joined and its chaincode committed. Looks at what is there and does what is missing,
 * so it finishes what an earlier run began, and does nothing to a network that is complete. `signal` ends it early, by
 * closing its connections.
 */
export async function setUpNetwork(
  plan: NetworkPlan,
  layout: NetworkLayout,
  progress: Progress,
  signal?: AbortSignal,
): Promise<void> {
  using connections = await NetworkConnections.open(plan, layout);
  signal?.addEventListener('abort', () => connections[Symbol.dispose](), { once: true });
  const packages = await packagesOf(plan);
  await Promise.all([
    joinOrderers(plan, layout, connections, progress),
    ...plan.peers.map(async (node) => {
      await joinPeer(node, layout, connections, progress);
      for (const pkg of packages.values()) {
        const outcome = await install(connections.peer(node.id), pkg);
        if (outcome === 'installed') progress('chaincode', `${node.id} has ${pkg.label}`);
      }
    }),
  ]);
  await waitUntilCaughtUp(plan, connections);
  await Promise.all(
    plan.channels.map((channel) => ensureDefinitions({ plan, connections, progress }, channel, packages)),
  );
}
