import type { CollectionPlan } from '@careledger/network-definition';
import { peer } from '@hyperledger/fabric-protos';
import { outOfPolicy, rolePrincipal } from '../channel/signature-policy.js';

/** The collections of a chaincode definition; undefined for none, as a definition without any says nothing of them. */
export function collectionPackage(
  collections: readonly CollectionPlan[],
): peer.CollectionConfigPackage | undefined {
  if (collections.length === 0) return undefined;
  const all = new peer.CollectionConfigPackage();
  all.setConfigList(
    collections.map((collection) => {
      const config = new peer.CollectionConfig();
      config.setStaticCollectionConfig(staticConfig(collection));
      return config;
    }),
  );
  return all;
}

/** Names of a definition's collections. */
export function collectionNames(all: peer.CollectionConfigPackage | undefined): string[] {
  return (all?.getConfigList() ?? []).map((config) => config.getStaticCollectionConfig()?.getName() ?? '');
}

/** Whether two definitions have the same collections. */
export function sameCollections(
  a: peer.CollectionConfigPackage | undefined,
  b: peer.CollectionConfigPackage | undefined,
): boolean {
  const bytes = (all: peer.CollectionConfigPackage | undefined): Buffer =>
    Buffer.from(all?.serializeBinary() ?? []);
  return bytes(a).equals(bytes(b));
}

function staticConfig(collection: CollectionPlan): peer.StaticCollectionConfig {
  const config = new peer.StaticCollectionConfig();
  config.setName(collection.name);
  config.setMemberOrgsPolicy(memberPolicy(collection.members));
  config.setRequiredPeerCount(collection.requiredPeerCount);
  config.setMaximumPeerCount(collection.maxPeerCount);
  config.setBlockToLive(collection.blockToLive);
  config.setMemberOnlyRead(collection.memberOnlyRead);
  config.setMemberOnlyWrite(collection.memberOnlyWrite);
  if (collection.endorsement) {
    const { outOf, of } = collection.endorsement;
    const policy = new peer.ApplicationPolicy();
    const principals = of.map((mspId) => rolePrincipal(mspId, 'peer'));
    policy.setSignaturePolicy(outOfPolicy(outOf, principals));
    config.setEndorsementPolicy(policy);
  }
  return config;
}

/** Fabric takes nothing but a choice of members here. */
function memberPolicy(mspIds: readonly string[]): peer.CollectionPolicyConfig {
  const policy = new peer.CollectionPolicyConfig();
  const principals = mspIds.map((mspId) => rolePrincipal(mspId, 'member'));
  policy.setSignaturePolicy(outOfPolicy(1, principals));
  return policy;
}
