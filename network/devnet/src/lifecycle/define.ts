import { organisationsOf } from '../config/options.js';
import type { ChaincodeOptions, ChannelOptions, CollectionOptions } from '../config/options.js';
import { parsePolicy } from '../policy/parse.js';
import { majorityEndorsement, principalsOf } from '../policy/policy.js';
import type { ChaincodeDefinition, CollectionDefinition } from './chaincode-definition.js';

const DEFAULT_VERSION = '1.0';
/** What Fabric's own tools fill in. */
const DEFAULT_MAX_PEER_COUNT = 1;

function defineCollection(options: CollectionOptions, mspIds: readonly string[]): CollectionDefinition {
  const members = principalsOf(parsePolicy(options.policy, mspIds)).map((each) => each.mspId);
  const own = options.endorsementPolicy;
  return {
    name: options.name,
    members: [...new Set(members)],
    memberOnlyRead: options.memberOnlyRead ?? false,
    memberOnlyWrite: options.memberOnlyWrite ?? false,
    requiredPeerCount: options.requiredPeerCount ?? 0,
    maxPeerCount: options.maxPeerCount ?? DEFAULT_MAX_PEER_COUNT,
    blockToLive: options.blockToLive ?? 0,
    ...(own && { endorsementPolicy: parsePolicy(own.signaturePolicy, mspIds) }),
  };
}

/** The chaincode definition that options describe. */
function defineChaincode(
  name: string,
  options: ChaincodeOptions,
  mspIds: readonly string[],
): ChaincodeDefinition {
  const collections = (options.collections ?? []).map((each) => defineCollection(each, mspIds));
  return {
    name,
    version: options.version ?? DEFAULT_VERSION,
    policy: options.policy === undefined ? majorityEndorsement(mspIds) : parsePolicy(options.policy, mspIds),
    collections: new Map(collections.map((each) => [each.name, each])),
  };
}

/** The definitions of a channel's chaincodes, by name. */
export function defineChaincodes(channel: ChannelOptions): ReadonlyMap<string, ChaincodeDefinition> {
  const mspIds = organisationsOf(channel);
  return new Map(
    Object.entries(channel.chaincodes ?? {}).map(([name, options]) => [
      name,
      defineChaincode(name, options, mspIds),
    ]),
  );
}
