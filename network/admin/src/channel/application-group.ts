import type { EndorsementRule } from '@careledger/network-definition';
import type { common } from '@hyperledger/fabric-protos';
import { capabilities, configGroup, type PolicySpec } from './config-group.js';
import { applicationOrganization, type Endpoint, type OrganizationTrust } from './organization-group.js';
import { outOfPolicy, rolePrincipal, type MspRole } from './signature-policy.js';

export interface ApplicationMember extends OrganizationTrust {
  /** Empty for a member without peers. */
  readonly anchorPeers: readonly Endpoint[];
}

/** How a channel decides: by majority of its members, or by a written rule over those with peers. */
export interface ChannelRule {
  readonly kind: 'majority' | 'outOf';
  readonly endorsement: EndorsementRule;
}

/** Where chaincode definitions find their endorsement policy, so that it changes with the membership. */
export const ENDORSEMENT_POLICY_REFERENCE = '/Channel/Application/Endorsement';

export function applicationGroup(
  rule: ChannelRule,
  members: readonly ApplicationMember[],
): common.ConfigGroup {
  return configGroup({
    policies: {
      Readers: { rule: 'ANY', subPolicy: 'Readers' },
      Writers: { rule: 'ANY', subPolicy: 'Writers' },
      ...governedPolicies(rule),
    },
    values: { Capabilities: capabilities('V2_5') },
    groups: Object.fromEntries(
      members.map((member) => [member.mspId, applicationOrganization(member, member.anchorPeers)]),
    ),
  });
}

/** The policies that follow the channel's rule: who endorses, who agrees on chaincode, who changes the channel. */
export function governedPolicies(
  rule: ChannelRule,
): Record<'Endorsement' | 'LifecycleEndorsement' | 'Admins', PolicySpec> {
  if (rule.kind === 'majority') {
    return {
      Endorsement: { rule: 'MAJORITY', subPolicy: 'Endorsement' },
      LifecycleEndorsement: { rule: 'MAJORITY', subPolicy: 'Endorsement' },
      Admins: { rule: 'MAJORITY', subPolicy: 'Admins' },
    };
  }
  const { outOf, of } = rule.endorsement;
  // Members without peers would count in an implicit majority, so the rule names those with peers.
  const named = (role: MspRole): PolicySpec => ({
    signature: outOfPolicy(
      outOf,
      of.map((mspId) => rolePrincipal(mspId, role)),
    ),
  });
  return { Endorsement: named('peer'), LifecycleEndorsement: named('peer'), Admins: named('admin') };
}
