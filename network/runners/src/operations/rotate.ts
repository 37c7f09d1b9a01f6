import { NetworkConnections, rotateOrderer, rotatePeer } from '@careledger/network-admin';
import { RunnerError } from '../errors.js';
import type { NativeNetwork } from '../native/native-network.js';

/** Gives a peer or an orderer new keys and certificates and starts it with them. All others keep running. */
export async function rotateNode(network: NativeNetwork, nodeId: string): Promise<void> {
  const plan = network.plan(await network.state());
  const peer = plan.peers.find(({ id }) => id === nodeId);
  const orderer = plan.orderers.find(({ id }) => id === nodeId);
  if (peer) {
    await rotatePeer(plan, network.layout, peer);
  } else if (orderer) {
    using connections = await NetworkConnections.open(plan, network.layout);
    await rotateOrderer(plan, network.layout, connections, orderer, network.progress);
  } else {
    const known = [...plan.peers, ...plan.orderers].map(({ id }) => id).join(', ');
    throw new RunnerError('UNKNOWN_NAME', `there is no node ${nodeId}; there are ${known}`);
  }
  await network.processes.stop(nodeId);
  network.progress('certificates', `${nodeId} has new ones`);
  await network.up();
}
