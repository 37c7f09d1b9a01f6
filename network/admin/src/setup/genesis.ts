import type { NetworkPlan } from '@careledger/network-definition';
import { genesisBlock } from '../channel/genesis-block.js';
import { exists, writePublic } from '../identities/files.js';
import type { NetworkLayout } from '../layout.js';
import type { Progress } from '../progress.js';
import { loadChannelSpec } from './trust.js';

/** Makes the genesis blocks that are not there. One that is there is the channel's for ever. */
export async function ensureGenesisBlocks(
  plan: NetworkPlan,
  layout: NetworkLayout,
  progress: Progress,
): Promise<void> {
  for (const channel of plan.channels) {
    const path = layout.genesisBlock(channel.name);
    if (await exists(path)) continue;
    await writePublic(path, genesisBlock(await loadChannelSpec(plan, layout, channel)));
    progress(
      'genesis',
      `${channel.name}: ${plan.consensus}, ${channel.organizations.length} organisations with peers`,
    );
  }
}
