import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { NetworkPlan, PeerNode } from '@careledger/network-definition';
import { NetworkAdminError } from '../errors.js';
import type { OrdererAdmin } from '../fabric/participation.js';
import { joinChannel, listChannels } from '../fabric/peer-channels.js';
import type { NetworkLayout } from '../layout.js';
import type { Progress } from '../progress.js';
import type { NetworkConnections } from './connections.js';

/** How long a node may take to open its port. */
export const START_TIMEOUT_MS = 60_000;
const POLL_MS = 50;

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
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    try {
      return await orderer.list();
    } catch (error) {
      const starting = error instanceof NetworkAdminError && error.code === 'ORDERER_UNREACHABLE';
      if (!starting || Date.now() > deadline) throw error;
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
