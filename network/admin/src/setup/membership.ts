import type { NetworkPlan } from '@careledger/network-definition';
import { addOrganization, removeOrganization } from '../channel/changes.js';
import type { NetworkLayout } from '../layout.js';
import type { Progress } from '../progress.js';
import { changeChannel } from './change-channel.js';
import type { NetworkConnections } from './connections.js';
import { channelRule, loadMember } from './trust.js';

export interface MembershipChange {
  /** The network as it is; its administrators sign. */
  readonly from: NetworkPlan;
  /** The network as it shall be. */
  readonly to: NetworkPlan;
  readonly mspId: string;
  readonly layout: NetworkLayout;
  readonly connections: NetworkConnections;
  readonly progress: Progress;
}

/** Lets an organisation into every channel that it belongs to in `to`. Its identities are in its folder already. */
export async function admitOrganization(change: MembershipChange): Promise<void> {
  const { from, to, mspId, layout, connections, progress } = change;
  for (const channel of to.channels) {
    if (![...channel.organizations, ...channel.members].includes(mspId)) continue;
    const member = await loadMember(to, layout, channel, mspId);
    const edit = addOrganization(member, channelRule(channel));
    const outcome = await changeChannel({ plan: from, layout, connections }, channel.name, edit);
    progress(
      'channel',
      `${mspId} ${outcome === 'changed' ? 'admitted to' : 'is already on'} ${channel.name}`,
    );
  }
}

/** Shuts an organisation out of every channel. What it stored stays on the ledgers; it gets no later block. */
export async function expelOrganization(change: MembershipChange): Promise<void> {
  const { from, to, mspId, layout, connections, progress } = change;
  for (const channel of to.channels) {
    const edit = removeOrganization(mspId, channelRule(channel));
    const outcome = await changeChannel({ plan: from, layout, connections }, channel.name, edit);
    if (outcome === 'changed') progress('channel', `${mspId} removed from ${channel.name}`);
  }
}
