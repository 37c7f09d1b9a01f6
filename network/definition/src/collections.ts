import type { EndorsementRule } from './policy.js';
import type { NetworkDefinition } from './schema.js';

type ChaincodeDefinition = NetworkDefinition['chaincodes'][number];
type CollectionDefinition = NonNullable<ChaincodeDefinition['collections']>[number];

/** A collection among the organisations that take part. */
export interface CollectionPlan {
  readonly name: string;
  readonly members: readonly string[];
  readonly requiredPeerCount: number;
  readonly maxPeerCount: number;
  /** 0: for ever. */
  readonly blockToLive: number;
  readonly memberOnlyRead: boolean;
  readonly memberOnlyWrite: boolean;
  /** Without one, the chaincode's own rule holds. */
  readonly endorsement?: EndorsementRule;
}

/** What Fabric's own tools fill in. */
const DEFAULT_REQUIRED_PEERS = 0;
const DEFAULT_MAX_PEERS = 1;

/** The collections that a chaincode has on a channel, with the organisations that take part. */
export function collectionPlans(
  chaincode: ChaincodeDefinition,
  channel: string,
  taking: ReadonlySet<string>,
): CollectionPlan[] {
  return collectionsOn(chaincode, channel).map(({ endorsement, ...collection }) => ({
    name: collection.name,
    members: collection.members.filter((mspId) => taking.has(mspId)),
    requiredPeerCount: collection.requiredPeerCount ?? DEFAULT_REQUIRED_PEERS,
    maxPeerCount: collection.maxPeerCount ?? DEFAULT_MAX_PEERS,
    blockToLive: collection.blockToLive ?? 0,
    memberOnlyRead: collection.memberOnlyRead ?? false,
    memberOnlyWrite: collection.memberOnlyWrite ?? false,
    ...(endorsement && {
      endorsement: { outOf: endorsement.outOf, of: endorsement.of.filter((mspId) => taking.has(mspId)) },
    }),
  }));
}

/** What Fabric would refuse of a definition's collections, or what nobody could ever write. */
export function findCollectionProblems(definition: NetworkDefinition): string[] {
  return definition.chaincodes.flatMap((chaincode) =>
    (chaincode.collections ?? []).flatMap((collection, index, all) => {
      const location = `chaincodes/${chaincode.name}/collections/${collection.name}`;
      const twice = all.findIndex((other) => sameName(other, collection)) !== index;
      return [
        ...(twice ? [`stands twice on ${collection.channel}`] : []),
        ...problemsOf(definition, chaincode, collection),
      ].map((problem) => `${location}: ${problem}`);
    }),
  );
}

function problemsOf(
  definition: NetworkDefinition,
  chaincode: ChaincodeDefinition,
  collection: CollectionDefinition,
): string[] {
  const { members, endorsement, requiredPeerCount = DEFAULT_REQUIRED_PEERS } = collection;
  const maxPeerCount = collection.maxPeerCount ?? DEFAULT_MAX_PEERS;
  const channel = definition.channels[collection.channel];
  if (!channel || !chaincode.channels.includes(collection.channel))
    return [`the chaincode is not on channel ${collection.channel}`];
  const problems = [...members, ...(endorsement?.of ?? [])]
    .filter((mspId) => ![...channel.organizations, ...channel.members].includes(mspId))
    .map((mspId) => `${mspId} is not on ${collection.channel}`);
  if (maxPeerCount < requiredPeerCount)
    problems.push(`maxPeerCount ${maxPeerCount} is less than requiredPeerCount ${requiredPeerCount}`);
  for (const [name, profile] of Object.entries(definition.profiles)) {
    const taking = (mspId: string): boolean => profile.organizations.includes(mspId);
    if (!members.some((mspId) => channel.organizations.includes(mspId) && taking(mspId)))
      problems.push(`profile ${name} has no peer that keeps its data`);
    const endorsers = endorsement?.of.filter(
      (mspId) => channel.organizations.includes(mspId) && taking(mspId),
    );
    if (endorsement && (endorsers?.length ?? 0) < endorsement.outOf)
      problems.push(`profile ${name} has ${endorsers?.length ?? 0} endorsers, needs ${endorsement.outOf}`);
  }
  return problems;
}

const collectionsOn = (chaincode: ChaincodeDefinition, channel: string): CollectionDefinition[] =>
  (chaincode.collections ?? []).filter((collection) => collection.channel === channel);

const sameName = (a: CollectionDefinition, b: CollectionDefinition): boolean =>
  a.name === b.name && a.channel === b.channel;
