import { common, msp } from '@hyperledger/fabric-protos';
import type { Role } from '../msp/roles.js';
import type { Policy, Principal } from './policy.js';
import { principalsOf } from './policy.js';

const { MSPRoleType } = msp.MSPRole;
const ROLE_NUMBERS = {
  member: MSPRoleType.MEMBER,
  admin: MSPRoleType.ADMIN,
  client: MSPRoleType.CLIENT,
  peer: MSPRoleType.PEER,
  orderer: MSPRoleType.ORDERER,
} as const satisfies Record<Role, number>;

function principalToProto({ mspId, role }: Principal): msp.MSPPrincipal {
  const mspRole = new msp.MSPRole();
  mspRole.setMspIdentifier(mspId);
  mspRole.setRole(ROLE_NUMBERS[role]);
  const principal = new msp.MSPPrincipal();
  principal.setPrincipalClassification(msp.MSPPrincipal.Classification.ROLE);
  principal.setPrincipal(mspRole.serializeBinary());
  return principal;
}

function sameAs(a: Principal): (b: Principal) => boolean {
  return (b) => a.mspId === b.mspId && a.role === b.role;
}

function ruleToProto(policy: Policy, principals: readonly Principal[]): common.SignaturePolicy {
  const rule = new common.SignaturePolicy();
  if (policy.kind === 'signedBy') {
    rule.setSignedBy(principals.findIndex(sameAs(policy.principal)));
    return rule;
  }
  const gate = new common.SignaturePolicy.NOutOf();
  gate.setN(policy.kind === 'outOf' ? policy.n : policy.threshold);
  gate.setRulesList(policy.rules.map((each) => ruleToProto(each, principals)));
  rule.setNOutOf(gate);
  return rule;
}

/** A policy as a SignaturePolicyEnvelope. */
export function policyToProto(policy: Policy): common.SignaturePolicyEnvelope {
  const all = principalsOf(policy);
  const principals = all.filter((each, index) => all.findIndex(sameAs(each)) === index);
  const envelope = new common.SignaturePolicyEnvelope();
  envelope.setRule(ruleToProto(policy, principals));
  envelope.setIdentitiesList(principals.map(principalToProto));
  return envelope;
}
