import { readFile } from 'node:fs/promises';
import type { ChannelPlan, NetworkPlan } from '@careledger/network-definition';
import type { ApplicationMember, ChannelRule } from '../channel/application-group.js';
import type { ChannelSpec } from '../channel/genesis-block.js';
import type { Consenter } from '../channel/orderer-group.js';
import type { OrganizationTrust } from '../channel/organization-group.js';
import { readIfThere } from '../identities/files.js';
import type { NetworkLayout } from '../layout.js';

/** What others have to know of an organisation, from its folder. */
export async function loadTrust(layout: NetworkLayout, mspId: string): Promise<OrganizationTrust> {
  const [caCert, tlsCaCert, crl] = await Promise.all([
    readFile(layout.ca(mspId).cert, 'utf8'),
    readFile(layout.tlsCa(mspId).cert, 'utf8'),
    readIfThere(layout.crl(mspId)),
  ]);
  return { mspId, caCert, tlsCaCert, ...(crl ? { crl } : {}) };
}

/** A member with the peers that it has on a channel. */
export async function loadMember(
  plan: NetworkPlan,
  layout: NetworkLayout,
  channel: ChannelPlan,
  mspId: string,
): Promise<ApplicationMember> {
  const anchorPeers = channel.organizations.includes(mspId)
    ? plan.peers.filter((node) => node.mspId === mspId).map(({ host, port }) => ({ host, port }))
    : [];
  return { ...(await loadTrust(layout, mspId)), anchorPeers };
}

export async function loadConsenters(plan: NetworkPlan, layout: NetworkLayout): Promise<Consenter[]> {
  return Promise.all(
    plan.orderers.map(async ({ id, consenterId, mspId, host, port }) => ({
      id: consenterId,
      mspId,
      host,
      port,
      identityCert: await readFile(layout.nodeIdentity(mspId, id).cert, 'utf8'),
      tlsCert: await readFile(layout.nodeTls(mspId, id).cert, 'utf8'),
    })),
  );
}

export function channelRule(channel: ChannelPlan): ChannelRule {
  return { kind: channel.ruleKind, endorsement: channel.endorsement };
}

/** Everything that a channel's genesis block says. */
export async function loadChannelSpec(
  plan: NetworkPlan,
  layout: NetworkLayout,
  channel: ChannelPlan,
): Promise<ChannelSpec> {
  const orderingOrganizations = [...new Set(plan.orderers.map((node) => node.mspId))];
  const members = [...channel.organizations, ...channel.members];
  return {
    name: channel.name,
    rule: channelRule(channel),
    members: await Promise.all(members.map((mspId) => loadMember(plan, layout, channel, mspId))),
    ordering: {
      consensus: plan.consensus,
      settings: plan.ordering,
      consenters: await loadConsenters(plan, layout),
      organizations: await Promise.all(orderingOrganizations.map((mspId) => loadTrust(layout, mspId))),
    },
  };
}
