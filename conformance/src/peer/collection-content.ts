import { msp, type common, type peer } from '@hyperledger/fabric-protos';
import type { Outcome } from './outcome.js';

/** What a chaincode's definition says of its private data collections. */
export function collectionsOf(all: peer.CollectionConfigPackage | undefined): Outcome {
  return (all?.getConfigList() ?? []).map((each) => {
    const config = each.getStaticCollectionConfig();
    return {
      name: config?.getName() ?? '',
      members: ruleOf(config?.getMemberOrgsPolicy()?.getSignaturePolicy()),
      requiredPeerCount: config?.getRequiredPeerCount() ?? 0,
      maxPeerCount: config?.getMaximumPeerCount() ?? 0,
      blockToLive: config?.getBlockToLive() ?? 0,
      memberOnlyRead: config?.getMemberOnlyRead() ?? false,
      memberOnlyWrite: config?.getMemberOnlyWrite() ?? false,
      endorsement: ruleOf(config?.getEndorsementPolicy()?.getSignaturePolicy()),
    };
  });
}

/** How many of whom, as `1 of AMSP.0 BMSP.0`, with the numbers of roles (msp.MSPRole). */
function ruleOf(policy: common.SignaturePolicyEnvelope | undefined): Outcome {
  if (!policy) return null;
  const principals = policy.getIdentitiesList().map((principal) => {
    const role = msp.MSPRole.deserializeBinary(principal.getPrincipal_asU8());
    return `${role.getMspIdentifier()}.${role.getRole()}`;
  });
  return `${policy.getRule()?.getNOutOf()?.getN() ?? 0} of ${principals.join(' ')}`;
}
