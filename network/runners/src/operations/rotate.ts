import { rm } from 'node:fs/promises';
import { CLIENT_KINDS, NetworkConnections, rotateOrderer, rotatePeer } from '@careledger/network-admin';
import { clientOf, type ServiceNode } from '@careledger/network-definition';
import { RunnerError } from '../errors.js';
import type { RunnerNetwork } from './runner-network.js';

/**
 * New keys and certificates for a node, a service or, by its MSP ID, for an organisation's clients: administrator, user,
 * gateway. Natively what uses them runs with them when this returns; all others keep running.
 * @returns IDs of the nodes and services that use them
 * @throws RunnerError `UNKNOWN_NAME`
 */
export async function rotate(network: RunnerNetwork, nodeOrMspId: string): Promise<string[]> {
  const services = network.services(await network.state());
  const outdated = await renewCertificates(network, services, nodeOrMspId);
  network.progress('certificates', `${nodeOrMspId} has new ones`);
  // Services are stopped by `up`, once it has made what they start with.
  await network.end(outdated.filter((id) => !services.some((service) => service.id === id)));
  await network.up();
  return outdated;
}

/**
 * A peer or an orderer has new certificates when this returns, and the channels know; all others get them by the
 * network's next `up`, which makes what is missing.
 */
async function renewCertificates(
  network: RunnerNetwork,
  services: readonly ServiceNode[],
  nodeOrMspId: string,
): Promise<string[]> {
  const { layout, otherHosts, otherMspIds } = network;
  const plan = network.plan(await network.state());
  const named = <T extends { readonly id: string }>(nodes: readonly T[]): T | undefined =>
    nodes.find(({ id }) => id === nodeOrMspId);
  const peer = named(plan.peers);
  const orderer = named(plan.orderers);
  const service = named(services);
  const host = service ?? named(plan.chaincodeHosts) ?? named(plan.identities) ?? named(otherHosts);
  if (peer) {
    await rotatePeer(plan, layout, peer);
  } else if (orderer) {
    using connections = await NetworkConnections.open(plan, layout);
    await rotateOrderer({ plan, layout, connections, progress: network.progress }, orderer);
  } else if (host) {
    await rm(layout.nodeTls(host.mspId, host.id).cert, { force: true });
    if (service) await rm(layout.client(service.mspId, clientOf(service)).cert, { force: true });
  } else if ([...plan.organizations.map(({ mspId }) => mspId), ...otherMspIds].includes(nodeOrMspId)) {
    const pairs = CLIENT_KINDS.map((kind) => layout.client(nodeOrMspId, kind));
    for (const { cert } of [...pairs, layout.adminTls(nodeOrMspId)]) await rm(cert, { force: true });
    return services.filter(({ mspId }) => mspId === nodeOrMspId).map(({ id }) => id);
  } else {
    const { chaincodeHosts, identities, orderers, peers } = plan;
    const all = [...peers, ...orderers, ...chaincodeHosts, ...services, ...identities, ...otherHosts];
    const known = all.map(({ id }) => id).join(', ');
    throw new RunnerError('UNKNOWN_NAME', `there is no node ${nodeOrMspId}; there are ${known}`);
  }
  return [nodeOrMspId];
}
