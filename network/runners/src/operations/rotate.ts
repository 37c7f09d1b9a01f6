import { rm } from 'node:fs/promises';
import { NetworkConnections, rotateOrderer, rotatePeer } from '@careledger/network-admin';
import { RunnerError } from '../errors.js';
import type { NativeNetwork } from '../native/native-network.js';
import { clientKindOf, type ServiceNode } from '../services/service-node.js';
import type { TlsHost } from '../services/tls.js';
import type { RunnerNetwork } from './runner-network.js';

/** What has certificates beside the plan's peers, orderers and chaincode hosts. */
export interface Certified {
  readonly services: readonly ServiceNode[];
  /** What has a TLS certificate and nothing else. */
  readonly others?: readonly TlsHost[];
}

/**
 * New keys and certificates for a node, for the network's next `up`: a peer or an orderer has them already when this
 * returns, and the channels know; of all others `up` makes what is missing.
 * @throws RunnerError `UNKNOWN_NAME`
 */
export async function renewCertificates(
  network: RunnerNetwork,
  nodeId: string,
  { services, others = [] }: Certified,
): Promise<void> {
  const { layout } = network;
  const plan = network.plan(await network.state());
  const named = <T extends { readonly id: string }>(nodes: readonly T[]): T | undefined =>
    nodes.find(({ id }) => id === nodeId);
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
    if (service) await rm(layout.client(service.mspId, clientKindOf(service)).cert, { force: true });
  } else {
    const all = [...plan.peers, ...plan.orderers, ...plan.chaincodeHosts, ...services, ...others];
    const known = all.map(({ id }) => id).join(', ');
    throw new RunnerError('UNKNOWN_NAME', `there is no node ${nodeId}; there are ${known}`);
  }
}

/** Gives a node or a service new keys and certificates and starts it with them. All others keep running. */
export async function rotateNode(network: NativeNetwork, nodeId: string): Promise<void> {
  const services = network.services(await network.state());
  await renewCertificates(network, nodeId, { services });
  // A service whose certificate is another is out of date, and started anew only once there is one.
  if (!services.some(({ id }) => id === nodeId)) await network.processes.stop(nodeId);
  network.progress('certificates', `${nodeId} has new ones`);
  await network.up();
}
