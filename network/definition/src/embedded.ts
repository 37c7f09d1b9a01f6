import { planNetwork } from './resolve.js';
import type { EndorsementRule } from './policy.js';
import type { NetworkDefinition, ProfileName } from './schema.js';

export interface EmbeddedChannel {
  /** MSP IDs of the members with peers: they endorse. */
  readonly organizations: readonly string[];
  /** MSP IDs of the members without peers: they read and write through others. */
  readonly members: readonly string[];
  readonly policies: { readonly endorsement: EndorsementRule };
  /** Names of the chaincodes that run on this channel. */
  readonly chaincodes: readonly string[];
}

/** What the embedded network needs of the definition. */
export interface EmbeddedNetwork {
  readonly network: string;
  readonly transactionTimeWindowMs: number;
  readonly channels: Readonly<Record<string, EmbeddedChannel>>;
}

/** The channels of a profile, for the embedded network: the same names, members and rules as on Fabric. */
export function embeddedNetwork(
  definition: NetworkDefinition,
  profile: ProfileName = 'full',
): EmbeddedNetwork {
  const plan = planNetwork(definition, { profile, runner: 'native' });
  return {
    network: plan.network,
    transactionTimeWindowMs: plan.transactionTimeWindowMs,
    channels: Object.fromEntries(
      plan.channels.map((channel): [string, EmbeddedChannel] => [
        channel.name,
        {
          organizations: channel.organizations,
          members: channel.members,
          policies: { endorsement: channel.endorsement },
          chaincodes: channel.chaincodes,
        },
      ]),
    ),
  };
}
