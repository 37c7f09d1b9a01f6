import { readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { NetworkPlan, OrdererNode, PeerNode } from '@careledger/network-definition';
import { replaceConsenters, updateTrust } from '../channel/changes.js';
import { NetworkAdminError } from '../errors.js';
import {
  ensurePair,
  issueNodeIdentity,
  issueNodeTls,
  openAuthorities,
  writePair,
} from '../identities/ensure.js';
import { revokeCertificate } from '../identities/revocation.js';
import type { NetworkLayout, PemPair } from '../layout.js';
import { changeChannel } from './change-channel.js';
import type { RunningNetwork } from './running-network.js';
import { loadConsenters, loadTrust } from './trust.js';

/** New keys and certificates for a peer. No channel has to know: its organisation's authorities are the same. */
export async function rotatePeer(plan: NetworkPlan, layout: NetworkLayout, node: PeerNode): Promise<void> {
  await stage({ plan, layout }, node, 'peer');
  await adopt(layout, node);
}

/**
 * New certificates for an orderer, with new keys where there are several orderers. Every channel lists its orderers by
 * certificate, so each is changed first; the orderer has to be started with the new ones right after this returns. The
 * new keys are on disk before any channel expects them, so a run that was cut short is finished by the next one.
 */
export async function rotateOrderer(network: RunningNetwork, node: OrdererNode): Promise<void> {
  const { plan, layout, progress } = network;
  if (plan.orderers.length === 1) {
    // A lone Raft node cannot commit its own replacement, and need not: nodes compare certificates by public key.
    await stage({ plan, layout }, node, 'orderer', 'same key');
    await adopt(layout, node);
    return;
  }
  await stage({ plan, layout }, node, 'orderer');
  const [identityCert, tlsCert] = await Promise.all([
    readFile(layout.nextNodeIdentity(node.mspId, node.id).cert, 'utf8'),
    readFile(layout.nextNodeTls(node.mspId, node.id).cert, 'utf8'),
  ]);
  const consenters = (await loadConsenters(plan, layout)).map((consenter) =>
    consenter.id === node.consenterId ? { ...consenter, identityCert, tlsCert } : consenter,
  );
  for (const { name } of plan.channels) {
    const edit = replaceConsenters(plan.consensus, plan.ordering, consenters);
    await changeChannel(network, name, edit);
    progress('channel', `${name} expects the new certificate of ${node.id}`);
  }
  await adopt(layout, node);
}

/** Revokes a certificate of an organisation on every channel that knows the organisation. */
export async function revokeOnChannels(
  network: RunningNetwork,
  mspId: string,
  certificateFile: string,
): Promise<void> {
  const { plan, layout, progress } = network;
  await revokeCertificate(layout, organizationOf(plan, mspId), certificateFile);
  const trust = await loadTrust(layout, mspId);
  for (const { name } of plan.channels) {
    const outcome = await changeChannel(network, name, updateTrust(trust));
    if (outcome === 'changed') progress('channel', `${name} has the revocation list of ${mspId}`);
  }
}

/** Makes the next certificates of a node, unless an earlier run did. */
async function stage(
  { plan, layout }: Pick<RunningNetwork, 'plan' | 'layout'>,
  node: PeerNode | OrdererNode,
  role: 'peer' | 'orderer',
  keys: 'new key' | 'same key' = 'new key',
): Promise<void> {
  const { mspId, id } = node;
  const organization = organizationOf(plan, mspId);
  const authorities = await openAuthorities(layout, organization);
  const keyOf = async ({ key }: PemPair): Promise<string | undefined> =>
    keys === 'same key' ? readFile(key, 'utf8') : undefined;
  await ensurePair(layout.nextNodeIdentity(mspId, id), async () =>
    issueNodeIdentity(authorities, organization, { id, role }, await keyOf(layout.nodeIdentity(mspId, id))),
  );
  await ensurePair(layout.nextNodeTls(mspId, id), async () =>
    issueNodeTls(authorities, organization, node, await keyOf(layout.nodeTls(mspId, id))),
  );
}

/** Replaces the present certificates by the next ones. */
async function adopt(layout: NetworkLayout, node: PeerNode | OrdererNode): Promise<void> {
  const moves = [
    [layout.nextNodeIdentity(node.mspId, node.id), layout.nodeIdentity(node.mspId, node.id)],
    [layout.nextNodeTls(node.mspId, node.id), layout.nodeTls(node.mspId, node.id)],
  ] as const;
  for (const [next, present] of moves) {
    await writePair(present, {
      cert: await readFile(next.cert, 'utf8'),
      key: await readFile(next.key, 'utf8'),
    });
  }
  for (const [next] of moves) await rm(dirname(next.cert), { recursive: true });
}

function organizationOf(plan: NetworkPlan, mspId: string): NetworkPlan['organizations'][number] {
  const organization = plan.organizations.find((o) => o.mspId === mspId);
  if (!organization) throw new NetworkAdminError('UNKNOWN_NAME', `${mspId} takes no part in this network`);
  return organization;
}
