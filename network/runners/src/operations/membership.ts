import {
  admitOrganization,
  ensureIdentities,
  expelOrganization,
  NetworkConnections,
  writeState,
} from '@careledger/network-admin';
import { RunnerError } from '../errors.js';
import type { RunnerNetwork } from './runner-network.js';

/**
 * Lets an organisation of the definition join a running network: its channels admit it, its peer starts and fetches
 * the ledgers, it installs and approves the chaincode. Nothing that runs is restarted.
 */
export async function addOrganization(network: RunnerNetwork, mspId: string): Promise<void> {
  const state = await network.state();
  const from = network.plan(state);
  const joins = !from.organizations.some((organization) => organization.mspId === mspId);
  if (joins) {
    const next = {
      ...state,
      joined: [...state.joined.filter((other) => other !== mspId), mspId],
      left: state.left.filter((other) => other !== mspId),
    };
    const to = network.plan(next);
    await ensureIdentities(to, network.layout, network.progress);
    using connections = await NetworkConnections.open(from, network.layout);
    const { layout, progress } = network;
    await admitOrganization({ from, to, mspId, layout, connections, progress });
    await writeState(network.layout.root, next);
  }
  await network.up();
}

/** Shuts an organisation out of all channels and ends its processes. Its folder stays. */
export async function removeOrganization(network: RunnerNetwork, mspId: string): Promise<void> {
  const state = await network.state();
  const from = network.plan(state);
  if (from.organizations.some((organization) => organization.mspId === mspId)) {
    const owned = [...from.orderers, ...from.chaincodeHosts.filter((host) => host.serves.length > 1)];
    const kept = owned.find((node) => node.mspId === mspId);
    if (kept) {
      throw new RunnerError(
        'ORGANIZATION_NEEDED',
        `${mspId} runs ${kept.id}, which others need: it cannot leave before that is moved`,
      );
    }
    const next = {
      ...state,
      joined: state.joined.filter((other) => other !== mspId),
      left: [...state.left.filter((other) => other !== mspId), mspId],
    };
    const to = network.plan(next);
    using connections = await NetworkConnections.open(from, network.layout);
    const { layout, progress } = network;
    await expelOrganization({ from, to, mspId, layout, connections, progress });
    await writeState(network.layout.root, next);
  }
  await network.up();
}
