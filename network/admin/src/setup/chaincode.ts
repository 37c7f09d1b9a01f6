import { setTimeout as delay } from 'node:timers/promises';
import type { ChannelPlan, NetworkPlan } from '@careledger/network-definition';
import { NetworkAdminError } from '../errors.js';
import type { PeerConnection } from '../fabric/peer-connection.js';
import { collectionPackage, sameCollections } from '../lifecycle/collections.js';
import type { ChaincodeDefinition } from '../lifecycle/definition.js';
import { approve, checkReadiness, commit, queryCommitted } from '../lifecycle/lifecycle.js';
import { packageChaincode, type ChaincodePackage } from '../lifecycle/package.js';
import type { Progress } from '../progress.js';
import type { RunningNetwork } from './running-network.js';

/** The packages of a plan, by chaincode name. */
export async function packagesOf(plan: NetworkPlan): Promise<Map<string, ChaincodePackage>> {
  const packages = await Promise.all(
    plan.chaincodes.map(async ({ name, version, address }): Promise<[string, ChaincodePackage]> => [
      name,
      await packageChaincode({ name, version, addressField: address }),
    ]),
  );
  return new Map(packages);
}

/**
 * Brings every chaincode of a channel to the plan's version and collections: each organisation approves, then one
 * transaction commits. What is committed stays; anything else is committed under the next sequence number.
 */
export async function ensureDefinitions(
  { plan, connections, progress }: Pick<RunningNetwork, 'plan' | 'connections' | 'progress'>,
  channel: ChannelPlan,
  packages: ReadonlyMap<string, ChaincodePackage>,
): Promise<void> {
  const peers = connections.onChannel(plan, channel.name);
  await Promise.all(
    plan.chaincodes
      .filter((chaincode) => channel.chaincodes.includes(chaincode.name))
      .map(async ({ name, version }) => {
        const pkg = packages.get(name);
        if (!pkg) throw new NetworkAdminError('UNKNOWN_NAME', `there is no package of ${name}`);
        const collections = collectionPackage(channel.collections[name] ?? []);
        await ensureDefinition({ channel: channel.name, name, version, collections, pkg, peers, progress });
      }),
  );
}

/** Errors of a commit that overtook an approval on its way to some peer. */
const RACES: ReadonlySet<string> = new Set(['TRANSACTION_INVALID', 'PROPOSAL_RESPONSES_DIFFER']);
const COMMIT_ATTEMPTS = 5;
const COMMIT_PAUSE_MS = 300;

interface DefinitionTask {
  readonly channel: string;
  readonly name: string;
  readonly version: string;
  readonly collections: ChaincodeDefinition['collections'];
  readonly pkg: ChaincodePackage;
  readonly peers: readonly PeerConnection[];
  readonly progress: Progress;
}

async function ensureDefinition(task: DefinitionTask): Promise<void> {
  const { channel, name, version, collections, pkg, peers, progress } = task;
  const [first] = peers;
  if (!first) throw new NetworkAdminError('UNKNOWN_NAME', `no peer is on ${channel}`);
  const committed = await queryCommitted(first, channel, name);
  const isCommitted = committed?.version === version && sameCollections(committed.collections, collections);
  const sequence = (committed?.sequence ?? 0) + (isCommitted ? 0 : 1);
  const definition: ChaincodeDefinition = { name, version, sequence, collections };

  const outcomes = await Promise.all(peers.map((peer) => approve(peer, channel, definition, pkg.packageId)));
  const approved = outcomes.filter((outcome) => outcome === 'approved').length;
  if (approved > 0)
    progress('chaincode', `${name} ${version} on ${channel}: ${approved} organisations approved`);
  if (isCommitted) return;
  await commitWhenSettled(task, definition);
  progress('chaincode', `${name} ${version} on ${channel}: committed as sequence ${definition.sequence}`);
}

/** An approval may reach a peer's ledger after that peer was asked: what it simulated is void then, and done again. */
async function commitWhenSettled(task: DefinitionTask, definition: ChaincodeDefinition): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await commitOnce(task, definition);
    } catch (error) {
      const isRace = error instanceof NetworkAdminError && RACES.has(error.code);
      if (!isRace || attempt === COMMIT_ATTEMPTS) throw error;
      await delay(COMMIT_PAUSE_MS);
    }
  }
}

async function commitOnce(
  { channel, name, version, peers }: DefinitionTask,
  definition: ChaincodeDefinition,
): Promise<void> {
  const [first, ...others] = peers;
  if (!first) throw new NetworkAdminError('UNKNOWN_NAME', `no peer is on ${channel}`);
  const approvals = await checkReadiness(first, channel, definition);
  const approving = peers.filter((peer) => approvals[peer.identity.mspId]);
  const [submitter, ...endorsers] = approving.includes(first)
    ? [first, ...others.filter((p) => approving.includes(p))]
    : approving;
  if (!submitter)
    throw new NetworkAdminError(
      'CHAINCODE_DEFINITION_CONFLICT',
      `nobody on ${channel} approved ${name} ${version}`,
    );
  await commit(submitter, endorsers, channel, definition);
}
