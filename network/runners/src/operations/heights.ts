import { chainInfo, NetworkConnections, type ChainInfo } from '@careledger/network-admin';
import type { NativeNetwork } from '../native/native-network.js';

export interface PeerHeight extends ChainInfo {
  readonly peer: string;
  readonly channel: string;
}

/** Height and head of every channel at every peer. */
export async function heights(network: NativeNetwork): Promise<PeerHeight[]> {
  const plan = network.plan(await network.state());
  using connections = await NetworkConnections.open(plan, network.layout);
  return await Promise.all(
    plan.peers.flatMap(({ id, channels }) =>
      channels.map(async (channel) => ({
        peer: id,
        channel,
        ...(await chainInfo(connections.peer(id), channel)),
      })),
    ),
  );
}

export interface OrdererHeight {
  readonly orderer: string;
  readonly channel: string;
  readonly height: number;
}

/** Height of every channel at every orderer. */
export async function ordererHeights(network: NativeNetwork): Promise<OrdererHeight[]> {
  const plan = network.plan(await network.state());
  using connections = await NetworkConnections.open(plan, network.layout);
  return await Promise.all(
    plan.orderers.flatMap(({ id }) =>
      plan.channels.map(async ({ name }) => {
        const { height } = await connections.orderer(id).admin.info(name);
        return { orderer: id, channel: name, height };
      }),
    ),
  );
}
