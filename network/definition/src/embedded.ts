import type { CollectionPlan } from './collections.js';
import { planNetwork, type PeerNode } from './resolve.js';
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
  /** Their private data collections, by chaincode. */
  readonly collections: Readonly<Record<string, readonly EmbeddedCollection[]>>;
}

/** A private data collection with the field names and policies of Fabric's collection files. */
export interface EmbeddedCollection extends Omit<CollectionPlan, 'members' | 'endorsement'> {
  /** `OR('Org1MSP.member', …)` */
  readonly policy: string;
  readonly endorsementPolicy?: { readonly signaturePolicy: string };
}

/** What the embedded network needs of the definition. */
export interface EmbeddedNetwork {
  readonly network: string;
  readonly transactionTimeWindowMs: number;
  /** What the peer of each MSP ID is called; of several peers the first, for the embedded network has one each. */
  readonly peerNames: Readonly<Record<string, string>>;
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
    peerNames: peerNames(plan.peers),
    channels: Object.fromEntries(
      plan.channels.map((channel): [string, EmbeddedChannel] => [
        channel.name,
        {
          organizations: channel.organizations,
          members: channel.members,
          policies: { endorsement: channel.endorsement },
          chaincodes: channel.chaincodes,
          collections: Object.fromEntries(
            Object.entries(channel.collections).map(([chaincode, collections]) => [
              chaincode,
              collections.map(embeddedCollection),
            ]),
          ),
        },
      ]),
    ),
  };
}

function peerNames(peers: readonly PeerNode[]): Record<string, string> {
  const names = new Map<string, string>();
  for (const { mspId, id, channels } of peers) {
    if (channels.length > 0 && !names.has(mspId)) names.set(mspId, id);
  }
  return Object.fromEntries(names);
}

function embeddedCollection({ members, endorsement, ...rest }: CollectionPlan): EmbeddedCollection {
  const named = (mspIds: readonly string[], role: string): string =>
    mspIds.map((mspId) => `'${mspId}.${role}'`).join(', ');
  return {
    ...rest,
    policy: `OR(${named(members, 'member')})`,
    ...(endorsement && {
      endorsementPolicy: {
        signaturePolicy: `OutOf(${endorsement.outOf}, ${named(endorsement.of, 'peer')})`,
      },
    }),
  };
}
