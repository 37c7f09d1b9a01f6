import { common } from '@hyperledger/fabric-protos';

/** Who may change an element: the `Admins` policy of the group that it stands in. */
const ADMINS = 'Admins';

interface Serializable {
  serializeBinary(): Uint8Array;
}

/** A policy of a group, not yet bound to a name. */
export type PolicySpec =
  | { readonly signature: common.SignaturePolicyEnvelope }
  /** Counted over the sub-policies of the same name in the groups below. */
  | { readonly rule: 'ANY' | 'ALL' | 'MAJORITY'; readonly subPolicy: string };

export interface GroupSpec {
  readonly policies: Readonly<Record<string, PolicySpec>>;
  readonly values: Readonly<Record<string, Serializable>>;
  readonly groups?: Readonly<Record<string, common.ConfigGroup>>;
}

/** A configuration group in which everything is changed by its Admins. */
export function configGroup(spec: GroupSpec): common.ConfigGroup {
  const group = new common.ConfigGroup();
  group.setModPolicy(ADMINS);
  for (const [name, policy] of Object.entries(spec.policies))
    group.getPoliciesMap().set(name, configPolicy(policy));
  for (const [name, value] of Object.entries(spec.values)) setValue(group, name, value);
  for (const [name, sub] of Object.entries(spec.groups ?? {})) group.getGroupsMap().set(name, sub);
  return group;
}

/** Puts or replaces a value of a group. */
export function setValue(group: common.ConfigGroup, name: string, value: Serializable): void {
  const configValue = new common.ConfigValue();
  configValue.setModPolicy(ADMINS);
  configValue.setValue(value.serializeBinary());
  group.getValuesMap().set(name, configValue);
}

export function configPolicy(spec: PolicySpec): common.ConfigPolicy {
  const policy = new common.Policy();
  if ('signature' in spec) {
    policy.setType(common.Policy.PolicyType.SIGNATURE);
    policy.setValue(spec.signature.serializeBinary());
  } else {
    const meta = new common.ImplicitMetaPolicy();
    meta.setRule(common.ImplicitMetaPolicy.Rule[spec.rule]);
    meta.setSubPolicy(spec.subPolicy);
    policy.setType(common.Policy.PolicyType.IMPLICIT_META);
    policy.setValue(meta.serializeBinary());
  }
  const configured = new common.ConfigPolicy();
  configured.setModPolicy(ADMINS);
  configured.setPolicy(policy);
  return configured;
}

/** Switches a set of features on, by Fabric's name for it. */
export function capabilities(name: string): common.Capabilities {
  const value = new common.Capabilities();
  value.getCapabilitiesMap().set(name, new common.Capability());
  return value;
}
