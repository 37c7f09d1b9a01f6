import { createPublicKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ChannelPlan, NetworkPlan } from '@careledger/network-definition';
import { messageOf } from '../errors.js';
import { chainInfo, listChannels } from '../fabric/peer-channels.js';
import { certificateExpiry } from '../identities/expiry.js';
import { X509Certificate } from '../identities/x509.js';
import type { NetworkLayout, PemPair } from '../layout.js';
import { collectionPackage, sameCollections } from '../lifecycle/collections.js';
import { queryCommitted } from '../lifecycle/lifecycle.js';
import type { NetworkConnections } from './connections.js';
import { findUnready } from './readiness.js';

/** Something that is wrong, and the command that repairs it. */
export interface Finding {
  readonly problem: string;
  readonly fix: string;
}

/** Certificates are worth a word this many days before they expire. */
export const EXPIRY_WARNING_DAYS = 30;
/** How many blocks a peer may be behind the others before that is worth a word. */
const LAG_BLOCKS = 10;

/** Commands as the user of a runner types them. */
export interface Remedies {
  readonly up: string;
  /** New certificates for a node or, by its MSP ID, for an organisation's clients. */
  readonly rotate: (nodeOrMspId: string) => string;
  /** For a peer whose chaincode does not endorse; `up` unless this says more. */
  readonly endorse?: (peerId: string) => string;
}

/** What is wrong with certificates: they can be read without a running network. */
export async function diagnoseCertificates(
  plan: NetworkPlan,
  layout: NetworkLayout,
  remedies: Remedies,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { file, daysLeft } of await certificateExpiry(layout)) {
    if (daysLeft >= EXPIRY_WARNING_DAYS) continue;
    const [, mspId = '', node] = /organizations\/([^/]+)\/(?:nodes\/([^/]+)\/)?/.exec(file) ?? [];
    const isAuthority = /\/(?:tls)?ca\/[^/]+$/.test(file);
    findings.push({
      problem: `${file} ${daysLeft < 0 ? 'has expired' : `expires in ${daysLeft} days`}`,
      fix: isAuthority
        ? 'no command replaces an authority: every channel has to admit its successor first'
        : remedies.rotate(node ?? mspId),
    });
  }
  for (const { id, mspId } of [...plan.peers, ...plan.orderers]) {
    for (const pair of [layout.nodeIdentity(mspId, id), layout.nodeTls(mspId, id)]) {
      const problem = await mismatch(pair);
      if (problem) findings.push({ problem, fix: remedies.rotate(id) });
    }
  }
  return findings;
}

async function mismatch({ cert, key }: PemPair): Promise<string | undefined> {
  try {
    const [certificate, privateKey] = await Promise.all([readFile(cert, 'utf8'), readFile(key, 'utf8')]);
    const certified = Buffer.from(new X509Certificate(certificate).publicKey.rawData);
    const held = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
    return certified.equals(held) ? undefined : `${cert} is not the certificate of the key beside it`;
  } catch (error) {
    return `${cert} or its key cannot be read: ${messageOf(error)}`;
  }
}

/** What is wrong with running nodes: channels not joined, chaincode not committed, peers behind, no endorsements. */
export async function diagnoseNodes(
  plan: NetworkPlan,
  connections: NetworkConnections,
  remedies: Remedies,
): Promise<Finding[]> {
  const fix = remedies.up;
  const findings: Finding[] = [];
  const check = async (subject: string, test: () => Promise<string[]>): Promise<void> => {
    try {
      findings.push(...(await test()).map((problem) => ({ problem, fix })));
    } catch (error) {
      findings.push({ problem: `${subject}: ${messageOf(error)}`, fix });
    }
  };
  await Promise.all([
    ...plan.orderers.map(({ id }) =>
      check(id, async () => {
        const joined = await connections.orderer(id).admin.list();
        return plan.channels
          .filter(({ name }) => !joined.includes(name))
          .map(({ name }) => `${id} has not joined ${name}`);
      }),
    ),
    ...plan.peers.map(({ id, channels }) =>
      check(id, async () => {
        const joined = await listChannels(connections.peer(id));
        return channels
          .filter((name) => !joined.includes(name))
          .map((name) => `${id} has not joined ${name}`);
      }),
    ),
  ]);
  if (findings.length > 0) return findings;

  await Promise.all(
    plan.channels.map((channel) =>
      check(channel.name, async () => [
        ...(await laggards(plan, connections, channel.name)),
        ...(await uncommitted(plan, connections, channel)),
      ]),
    ),
  );
  const unready = await findUnready(plan, connections);
  findings.push(
    ...unready.map(({ peer, channel, chaincode, reason }) => ({
      problem: `${peer} cannot get ${chaincode} endorsed on ${channel}: ${reason}`,
      fix: remedies.endorse?.(peer) ?? fix,
    })),
  );
  return findings;
}

async function laggards(
  plan: NetworkPlan,
  connections: NetworkConnections,
  channel: string,
): Promise<string[]> {
  const heights = await Promise.all(
    connections.onChannel(plan, channel).map(async (connection) => ({
      peer: connection.address.id,
      height: (await chainInfo(connection, channel)).height,
    })),
  );
  const highest = Math.max(...heights.map(({ height }) => height));
  return heights
    .filter(({ height }) => highest - height > LAG_BLOCKS)
    .map(({ peer, height }) => `${peer} is at block ${height} of ${channel}, others at ${highest}`);
}

async function uncommitted(
  plan: NetworkPlan,
  connections: NetworkConnections,
  channel: ChannelPlan,
): Promise<string[]> {
  const [connection] = connections.onChannel(plan, channel.name);
  if (!connection) return [];
  const problems = await Promise.all(
    plan.chaincodes
      .filter(({ name }) => channel.chaincodes.includes(name))
      .map(async ({ name, version }) => {
        const committed = await queryCommitted(connection, channel.name, name);
        if (committed?.version !== version)
          return [`${channel.name} has ${name} ${committed?.version ?? 'not at all'}, not ${version}`];
        const collections = collectionPackage(channel.collections[name] ?? []);
        return sameCollections(committed.collections, collections)
          ? []
          : [`${channel.name} has ${name} with other private data collections than the definition`];
      }),
  );
  return problems.flat();
}
