import { rm } from 'node:fs/promises';
import { CLIENT_KINDS, NetworkConnections, rotateOrderer, rotatePeer } from '@careledger/network-admin';
import { clientOf, type ServiceNode } from '@careledger/network-definition';
import { RunnerError } from '../errors.js';
import type { NativeNetwork } from '../native/native-network.js';
import type { TlsHost } from '../services/tls.js';
import type { RunnerNetwork } from './runner-network.js';

/** What has certificates beside the plan's peers, orderers and chaincode hosts. */
export interface Certified {
  readonly services: readonly ServiceNode[];
  /** What has a TLS certificate and nothing else. */
  readonly others?: readonly TlsHost[];
  /** MSP IDs of who takes no part in the network and has certificates all the same. */
  readonly otherMspIds?: readonly string[];
}

/**
 * New keys and certificates for a node or, by its MSP ID, for an organisation's clients: administrator, user, gateway. A
 * peer or an orderer has them already when this returns, and the channels know; all others get them by the network's
 * next `up`, which makes what is missing.
 * @returns IDs of the nodes and services that have to be started anew
 * @throws RunnerError `UNKNOWN_NAME`
 */
export async function renewCertificates(
  network: RunnerNetwork,
  nodeOrMspId: string,
  { services, others = [], otherMspIds = [] }: Certified,
): Promise<string[]> {
  const { layout } = network;
  const plan = network.plan(await network.state());
  const named = <T extends { readonly id: string }>(nodes: readonly T[]): T | undefined =>
    nodes.find(({ id }) => id === nodeOrMspId);
  const peer = named(plan.peers);
  const orderer = named(plan.orderers);
  const service = named(services);
  const host = service ?? named(plan.chaincodeHosts) ?? named(others);
  if (peer) {
    await rotatePeer(plan, layout, peer);
  } else if (orderer) {
    using connections = await NetworkConnections.open(plan, layout);
    await rotateOrderer(plan, layout, connections, orderer, network.progress);
  } else if (host) {
    await rm(layout.nodeTls(host.mspId, host.id).cert, { force: true });
    if (service) await rm(layout.client(service.mspId, clientOf(service)).cert, { force: true });
  } else if ([...plan.organizations.map(({ mspId }) => mspId), ...otherMspIds].includes(nodeOrMspId)) {
    const pairs = CLIENT_KINDS.map((kind) => layout.client(nodeOrMspId, kind));
    for (const { cert } of [...pairs, layout.adminTls(nodeOrMspId)]) await rm(cert, { force: true });
    return services.filter(({ mspId }) => mspId === nodeOrMspId).map(({ id }) => id);
  } else {
    const all = [...plan.peers, ...plan.orderers, ...plan.chaincodeHosts, ...services, ...others];
    const known = all.map(({ id }) => id).join(', ');
    throw new RunnerError('UNKNOWN_NAME', `there is no node ${nodeOrMspId}; there are ${known}`);
  }
  return [nodeOrMspId];
}

/**
 * Gives a node, a service or an organisation's clients new keys and certificates and starts with them what uses them. All
 * others keep running.
 */
export async function rotateNode(network: NativeNetwork, nodeOrMspId: string): Promise<void> {
  const services = network.services(await network.state());
  const outdated = await renewCertificates(network, nodeOrMspId, { services });
  network.progress('certificates', `${nodeOrMspId} has new ones`);
  // Services are stopped by `up`, once it has made what they start with.
  const isService = new Set(services.map(({ id }) => id));
  for (const id of outdated) if (!isService.has(id)) await network.processes.stop(id);
  await network.up();
}
