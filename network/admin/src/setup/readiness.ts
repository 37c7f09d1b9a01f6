import { setTimeout as delay } from 'node:timers/promises';
import type { NetworkPlan } from '@careledger/network-definition';
import { messageOf, NetworkAdminError } from '../errors.js';
import { raftLeaderships } from '../fabric/raft-leader.js';
import type { PeerConnection } from '../fabric/peer-connection.js';
import type { NetworkConnections } from './connections.js';

/** Every chaincode of fabric-contract-api answers this, reads nothing and writes nothing. */
const PROBE_FUNCTION = 'org.hyperledger.fabric:GetMetadata';
const POLL_MS = 150;
/** How long gossip and chaincode may take once everything is committed. */
const READY_TIMEOUT_MS = 60_000;

/** A peer that cannot get a chaincode endorsed on a channel, and why. */
export interface Unready {
  readonly peer: string;
  readonly channel: string;
  readonly chaincode: string;
  readonly reason: string;
}

/**
 * Asks every peer's gateway once to have each chaincode endorsed on each of its channels: by all of the channel's
 * organisations with peers, and as the policy asks.
 */
export async function findUnready(plan: NetworkPlan, connections: NetworkConnections): Promise<Unready[]> {
  const results = await Promise.all(
    probes(plan, connections).map(async (item) => {
      for (const endorsers of waysOf(item)) {
        const unready = await probe(item, endorsers);
        if (unready) return unready;
      }
      return undefined;
    }),
  );
  return results.filter((result) => result !== undefined);
}

/**
 * Waits until every peer's gateway gets the endorsements that the policies ask for, and those of every organisation
 * that has a peer on the channel. An open port says less: after a definition commits, gossip still has to tell gateways
 * who can endorse. Enough endorsers say less too: clients may name any of them.
 */
export async function waitUntilReady(
  plan: NetworkPlan,
  connections: NetworkConnections,
  timeoutMs = READY_TIMEOUT_MS,
  signal?: AbortSignal,
): Promise<void> {
  const deadlineMs = Date.now() + timeoutMs;
  await waitForLeaders(plan, connections, deadlineMs, signal);
  await Promise.all(
    probes(plan, connections).map(async (item) => {
      for (const endorsers of waysOf(item)) await untilEndorsed(item, endorsers, deadlineMs, signal);
    }),
  );
}

async function untilEndorsed(
  item: Probe,
  endorsers: readonly string[],
  deadlineMs: number,
  signal?: AbortSignal,
): Promise<void> {
  for (;;) {
    const unready = await probe(item, endorsers);
    if (!unready) return;
    signal?.throwIfAborted();
    if (Date.now() > deadlineMs) {
      throw new NetworkAdminError(
        'NOT_READY',
        `${unready.peer} cannot get ${unready.chaincode} endorsed on ${unready.channel}: ${unready.reason}; ` +
          'run the doctor, or see the logs of the peer and of its chaincode',
      );
    }
    await delay(POLL_MS);
  }
}

/** Raft takes nothing until a leader is elected, which endorsing does not show. BFT orderers keep what they are given. */
async function waitForLeaders(
  plan: NetworkPlan,
  connections: NetworkConnections,
  deadlineMs: number,
  signal?: AbortSignal,
): Promise<void> {
  if (plan.consensus !== 'etcdraft') return;
  for (;;) {
    const led = await Promise.all(
      plan.orderers.map(({ id }) => raftLeaderships(connections.orderer(id).operations)),
    );
    const leaderless = plan.channels.filter((channel) => !led.flat().includes(channel.name));
    if (leaderless.length === 0) return;
    signal?.throwIfAborted();
    if (Date.now() > deadlineMs) {
      const names = leaderless.map((channel) => channel.name).join(', ');
      throw new NetworkAdminError(
        'NOT_READY',
        `no orderer leads ${names}: see whether a majority of the orderers runs`,
      );
    }
    await delay(POLL_MS);
  }
}

interface Probe {
  readonly connection: PeerConnection;
  readonly channel: string;
  readonly chaincode: string;
  /** MSP IDs of the channel's organisations with peers. */
  readonly organizations: readonly string[];
}

function probes(plan: NetworkPlan, connections: NetworkConnections): Probe[] {
  return plan.channels.flatMap(({ name, chaincodes, organizations }) =>
    connections
      .onChannel(plan, name)
      .flatMap((connection) =>
        chaincodes.map((chaincode) => ({ connection, channel: name, chaincode, organizations })),
      ),
  );
}

/**
 * Whom to ask for: a gateway finds those whom the client names in another way than those whom it chooses itself. All
 * first: that fails at once while one is unknown, where a choice that succeeds costs simulations each time.
 */
const waysOf = ({ organizations }: Probe): (readonly string[])[] => [organizations, []];

async function probe(
  { connection, channel, chaincode }: Probe,
  endorsers: readonly string[],
): Promise<Unready | undefined> {
  try {
    await connection.gatewayEndorse({ channel, chaincode, args: [PROBE_FUNCTION] }, endorsers);
    return undefined;
  } catch (error) {
    return { peer: connection.address.id, channel, chaincode, reason: messageOf(error) };
  }
}
