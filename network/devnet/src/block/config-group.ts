import { common } from '@hyperledger/fabric-protos';
import type { Policy } from '../policy/policy.js';
import { policyToProto } from '../policy/policy-proto.js';

/** Anything protobuf can write. */
interface Serializable {
  serializeBinary(): Uint8Array;
}

/** Who may change a part of the configuration; nobody does on a devnet. */
const MOD_POLICY = 'Admins';

export function configGroup(): common.ConfigGroup {
  const group = new common.ConfigGroup();
  group.setModPolicy(MOD_POLICY);
  return group;
}

export function setValue(group: common.ConfigGroup, name: string, message: Serializable): void {
  const value = new common.ConfigValue();
  value.setValue(message.serializeBinary());
  value.setModPolicy(MOD_POLICY);
  group.getValuesMap().set(name, value);
}

function setPolicy(group: common.ConfigGroup, name: string, type: number, message: Serializable): void {
  const policy = new common.Policy();
  policy.setType(type);
  policy.setValue(message.serializeBinary());
  const wrapped = new common.ConfigPolicy();
  wrapped.setPolicy(policy);
  wrapped.setModPolicy(MOD_POLICY);
  group.getPoliciesMap().set(name, wrapped);
}

export function setSignaturePolicy(group: common.ConfigGroup, name: string, policy: Policy): void {
  setPolicy(group, name, common.Policy.PolicyType.SIGNATURE, policyToProto(policy));
}

/** A policy that counts the groups below: ANY, ALL or MAJORITY of their policies of a name. */
export function setImplicitPolicy(
  group: common.ConfigGroup,
  name: string,
  rule: keyof common.ImplicitMetaPolicy.RuleMap,
  subPolicy = name,
): void {
  const meta = new common.ImplicitMetaPolicy();
  meta.setRule(common.ImplicitMetaPolicy.Rule[rule]);
  meta.setSubPolicy(subPolicy);
  setPolicy(group, name, common.Policy.PolicyType.IMPLICIT_META, meta);
}

export function setCapability(group: common.ConfigGroup, capability: string): void {
  const capabilities = new common.Capabilities();
  capabilities.getCapabilitiesMap().set(capability, new common.Capability());
  setValue(group, 'Capabilities', capabilities);
}
