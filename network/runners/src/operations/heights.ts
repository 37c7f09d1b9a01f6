import { chainInfo, messageOf, NetworkConnections, type ChainInfo } from '@careledger/network-admin';
import type { RunnerNetwork } from './runner-network.js';

/** A channel's ledger at one peer. */
interface PeerLedger {
  readonly peer: string;
  readonly channel: string;
}

export interface PeerHeight extends PeerLedger, ChainInfo {}

/** A ledger whose peer does not answer. */
export interface UnreachableLedger extends PeerLedger {
  readonly error: string;
}

/** Height and head of every channel at every peer. */
export function heights(network: RunnerNetwork): Promise<PeerHeight[]> {
  return ofEveryLedger(network, (info) => info);
}

/** The same, with what is wrong with those that cannot be asked. */
export function reachableHeights(network: RunnerNetwork): Promise<(PeerHeight | UnreachableLedger)[]> {
  return ofEveryLedger(network, (info) => info.catch((error: unknown) => ({ error: messageOf(error) })));
}

async function ofEveryLedger<T extends object>(
  network: RunnerNetwork,
  read: (info: Promise<ChainInfo>) => Promise<T>,
): Promise<(PeerLedger & T)[]> {
  const plan = network.plan(await network.state());
  using connections = await NetworkConnections.open(plan, network.layout);
  return await Promise.all(
    plan.peers.flatMap(({ id, channels }) =>
      channels.map(async (channel) => ({
        peer: id,
        channel,
        ...(await read(chainInfo(connections.peer(id), channel))),
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
export async function ordererHeights(network: RunnerNetwork): Promise<OrdererHeight[]> {
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
