import { rm } from 'node:fs/promises';
import { NetworkConnections, rotateOrderer, rotatePeer } from '@careledger/network-admin';
import { RunnerError } from '../errors.js';
import type { NativeNetwork } from '../native/native-network.js';

/** Gives a peer, an orderer or a service new keys and certificates and starts it with them. All others keep running. */
export async function rotateNode(network: NativeNetwork, nodeId: string): Promise<void> {
  const state = await network.state();
  const plan = network.plan(state);
  const services = network.services(state);
  const service = services.find(({ id }) => id === nodeId);
  const peer = plan.peers.find(({ id }) => id === nodeId);
  const orderer = plan.orderers.find(({ id }) => id === nodeId);
  if (peer) {
    await rotatePeer(plan, network.layout, peer);
  } else if (orderer) {
    using connections = await NetworkConnections.open(plan, network.layout);
    await rotateOrderer(plan, network.layout, connections, orderer, network.progress);
  } else if (service) {
    // What is missing is made anew by `up`, which starts a service anew whose certificate is another.
    await rm(network.layout.nodeTls(service.mspId, service.id).cert);
  } else {
    const known = [...plan.peers, ...plan.orderers, ...services].map(({ id }) => id).join(', ');
    throw new RunnerError('UNKNOWN_NAME', `there is no node ${nodeId}; there are ${known}`);
  }
  if (!service) await network.processes.stop(nodeId);
  network.progress('certificates', `${nodeId} has new ones`);
  await network.up();
}
