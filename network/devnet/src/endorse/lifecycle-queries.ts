import { peer } from '@hyperledger/fabric-protos';
import { aclRefusal, allows } from '../channel/acl.js';
import type { Channel } from '../channel/channel.js';
import type { ChaincodeDefinition, CollectionDefinition } from '../lifecycle/chaincode-definition.js';
import type { Identity } from '../msp/identity.js';
import { policyToProto } from '../policy/policy-proto.js';
import { outOf, signedBy } from '../policy/policy.js';
import type { Policy } from '../policy/policy.js';
import { failure, notFound, success } from './system-response.js';

const { lifecycle } = peer;

/** Definitions are what the devnet is started with: none is ever a second one. */
const SEQUENCE = 1;
const ENDORSEMENT_PLUGIN = 'escc';
const VALIDATION_PLUGIN = 'vscc';

interface DefinitionFields {
  setSequence(value: number): void;
  setVersion(value: string): void;
  setEndorsementPlugin(value: string): void;
  setValidationPlugin(value: string): void;
  setValidationParameter(value: Uint8Array): void;
  setCollections(value?: peer.CollectionConfigPackage): void;
}

/** Answers the two queries for definitions; undefined for other functions of `_lifecycle`, which is left to the caller. */
export function lifecycleQuery(
  channel: Channel,
  args: readonly Buffer[],
  creator: Identity,
): peer.Response | undefined {
  const name = args[0]?.toString('utf8') ?? '';
  if (name !== 'QueryChaincodeDefinition' && name !== 'QueryChaincodeDefinitions') return undefined;
  if (args.length !== 2)
    return failure(`lifecycle scc operations require exactly two arguments but received ${args.length}`);
  const local = channel.msps.validIdentity(creator.serialized);
  if (!local || !allows('Writers', local)) {
    const refusal = aclRefusal(channel.name, 'Writers').message;
    return failure(`Failed to authorize invocation due to failed ACL check: ${refusal}`);
  }
  if (name === 'QueryChaincodeDefinitions') return all(channel);
  let wanted: string;
  try {
    wanted = lifecycle.QueryChaincodeDefinitionArgs.deserializeBinary(args[1] ?? new Uint8Array()).getName();
  } catch {
    return failure(`failed to invoke backing implementation of '${name}': cannot read the argument`);
  }
  const definition = channel.definition(wanted);
  return definition ? one(channel, definition) : notFound(`namespace ${wanted} is not defined`);
}

function one(channel: Channel, definition: ChaincodeDefinition): peer.Response {
  const result = fill(new lifecycle.QueryChaincodeDefinitionResult(), definition);
  const installed = channel.endorsersOf(definition.name);
  for (const mspId of channel.mspIds) result.getApprovalsMap().set(mspId, installed.includes(mspId));
  return success(result.serializeBinary());
}

function all(channel: Channel): peer.Response {
  const result = new lifecycle.QueryChaincodeDefinitionsResult();
  for (const definition of channel.parts.definitions.values()) {
    const item = fill(new lifecycle.QueryChaincodeDefinitionsResult.ChaincodeDefinition(), definition);
    item.setName(definition.name);
    result.addChaincodeDefinitions(item);
  }
  return success(result.serializeBinary());
}

function fill<T extends DefinitionFields>(result: T, definition: ChaincodeDefinition): T {
  result.setSequence(SEQUENCE);
  result.setVersion(definition.version);
  result.setEndorsementPlugin(ENDORSEMENT_PLUGIN);
  result.setValidationPlugin(VALIDATION_PLUGIN);
  result.setValidationParameter(applicationPolicy(definition.policy).serializeBinary());
  const collections = new peer.CollectionConfigPackage();
  collections.setConfigList([...definition.collections.values()].map(collectionToProto));
  result.setCollections(collections);
  return result;
}

function collectionToProto(collection: CollectionDefinition): peer.CollectionConfig {
  const config = new peer.StaticCollectionConfig();
  config.setName(collection.name);
  const members = new peer.CollectionPolicyConfig();
  const rules = collection.members.map((mspId) => signedBy(mspId, 'member'));
  members.setSignaturePolicy(policyToProto(outOf(1, rules)));
  config.setMemberOrgsPolicy(members);
  config.setRequiredPeerCount(collection.requiredPeerCount);
  config.setMaximumPeerCount(collection.maxPeerCount);
  config.setBlockToLive(collection.blockToLive);
  config.setMemberOnlyRead(collection.memberOnlyRead);
  config.setMemberOnlyWrite(collection.memberOnlyWrite);
  if (collection.endorsementPolicy)
    config.setEndorsementPolicy(applicationPolicy(collection.endorsementPolicy));
  const one = new peer.CollectionConfig();
  one.setStaticCollectionConfig(config);
  return one;
}

function applicationPolicy(policy: Policy): peer.ApplicationPolicy {
  const application = new peer.ApplicationPolicy();
  application.setSignaturePolicy(policyToProto(policy));
  return application;
}
