import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { NetworkPlan, PeerNode } from '@careledger/network-definition';
import { NetworkAdminError } from '../errors.js';
import type { OrdererAdmin } from '../fabric/participation.js';
import { chainInfo, joinChannel, listChannels } from '../fabric/peer-channels.js';
import type { PeerConnection } from '../fabric/peer-connection.js';
import type { NetworkLayout } from '../layout.js';
import type { Progress } from '../progress.js';
import type { NetworkConnections } from './connections.js';

/** How long a node may take to open its port. */
const START_TIMEOUT_MS = 60_000;
const POLL_MS = 50;
/** How long a new peer may take to fetch the ledgers: large ones take long. */
const CATCH_UP_TIMEOUT_MS = 3_600_000;

/** Joins every orderer to every channel, except where it has joined. */
export async function joinOrderers(
  plan: NetworkPlan,
  layout: NetworkLayout,
  connections: NetworkConnections,
  progress: Progress,
): Promise<void> {
  await Promise.all(
    plan.orderers.map(async ({ id }) => {
      const { admin: orderer } = connections.orderer(id);
      const present = await listOnceListening(orderer);
      for (const { name } of plan.channels) {
        if (present.includes(name)) continue;
        const outcome = await orderer.join(name, await readFile(layout.genesisBlock(name)));
        if (outcome === 'joined') progress('orderer', `${id} joined ${name}`);
      }
    }),
  );
}

async function listOnceListening(orderer: OrdererAdmin): Promise<string[]> {
  const deadlineMs = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    try {
      return await orderer.list();
    } catch (error) {
      const starting = error instanceof NetworkAdminError && error.code === 'ORDERER_UNREACHABLE';
      if (!starting || Date.now() > deadlineMs) throw error;
      await delay(POLL_MS);
    }
  }
}

/** Joins a peer to its channels, except where it has joined. */
export async function joinPeer(
  node: PeerNode,
  layout: NetworkLayout,
  connections: NetworkConnections,
  progress: Progress,
): Promise<void> {
  const connection = connections.peer(node.id);
  await connection.waitUntilListening(START_TIMEOUT_MS);
  const present = await listChannels(connection);
  for (const name of node.channels) {
    if (present.includes(name)) continue;
    await joinChannel(connection, await readFile(layout.genesisBlock(name)));
    progress('peer', `${node.id} joined ${name}`);
  }
}

/**
 * Waits until every peer has the blocks that any peer of its channels had when this began. A peer that has just joined
 * knows the channel as it was at first, perhaps without its own organisation, and refuses its own administrator.
 */
export async function waitUntilCaughtUp(plan: NetworkPlan, connections: NetworkConnections): Promise<void> {
  const deadlineMs = Date.now() + CATCH_UP_TIMEOUT_MS;
  await Promise.all(
    plan.channels.map(async ({ name }) => {
      const peers = connections.onChannel(plan, name);
      const heights = await Promise.all(peers.map((peer) => heightOf(peer, name)));
      const goal = Math.max(...heights);
      await Promise.all(
        peers.map(async (peer) => {
          while ((await heightOf(peer, name)) < goal) {
            if (Date.now() > deadlineMs) {
              throw new NetworkAdminError(
                'NOT_READY',
                `${peer.address.id} does not reach block ${goal} of ${name}: see in its log whether it reaches the orderers`,
              );
            }
            await delay(POLL_MS);
          }
        }),
      );
    }),
  );
}

/** Height of a channel at a peer; 0 while the peer does not know who asks. */
async function heightOf(peer: PeerConnection, channel: string): Promise<number> {
  try {
    return (await chainInfo(peer, channel)).height;
  } catch (error) {
    if (error instanceof NetworkAdminError && error.code === 'PROPOSAL_REFUSED') return 0;
    throw error;
  }
}
