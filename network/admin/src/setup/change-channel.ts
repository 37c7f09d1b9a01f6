import { ConfigUpdate, type ConfigEdit } from '../channel/config-update.js';
import { NetworkAdminError } from '../errors.js';
import { Identity } from '../fabric/identity.js';
import { channelConfig } from '../fabric/peer-channels.js';
import type { RunningNetwork } from './running-network.js';

/**
 * Changes a channel with the signatures of every administrator whose identity is in this folder. Where organisations
 * keep theirs to themselves, the update goes from one to the next as a file: {@link ConfigUpdate}.
 */
export async function changeChannel(
  { plan, layout, connections }: Pick<RunningNetwork, 'plan' | 'layout' | 'connections'>,
  channel: string,
  edit: ConfigEdit,
): Promise<'changed' | 'present'> {
  const [connection] = connections.onChannel(plan, channel);
  if (!connection) throw new NetworkAdminError('UNKNOWN_NAME', `no peer is on ${channel}`);
  const update = ConfigUpdate.compute(channel, await channelConfig(connection, channel), edit);
  if (!update) return 'present';
  for (const { mspId } of plan.organizations)
    update.sign(await Identity.load(mspId, layout.client(mspId, 'admin')));
  await update.submit(connection);
  return 'changed';
}
