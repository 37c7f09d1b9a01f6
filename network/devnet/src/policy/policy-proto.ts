import { common, msp } from '@hyperledger/fabric-protos';
import type { Principal } from '../msp/principal.js';
import type { Role } from '../msp/roles.js';
import type { Policy } from './policy.js';
import { outOf, principalsOf, signedBy } from './policy.js';

const { MSPRoleType } = msp.MSPRole;
const ROLE_NUMBERS = {
  member: MSPRoleType.MEMBER,
  admin: MSPRoleType.ADMIN,
  client: MSPRoleType.CLIENT,
  peer: MSPRoleType.PEER,
  orderer: MSPRoleType.ORDERER,
} as const satisfies Record<Role, number>;
const ROLES: ReadonlyMap<number, Role> = new Map(
  Object.entries(ROLE_NUMBERS).map(([role, number]) => [number, role as Role]),
);

/** A policy that nobody can satisfy: what a malformed one amounts to. */
const UNSATISFIABLE: Policy = outOf(1, []);

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

function principalPolicy(principal: msp.MSPPrincipal | undefined): Policy {
  if (principal?.getPrincipalClassification() !== msp.MSPPrincipal.Classification.ROLE) return UNSATISFIABLE;
  const role = msp.MSPRole.deserializeBinary(principal.getPrincipal_asU8());
  const name = ROLES.get(role.getRole());
  return name ? signedBy(role.getMspIdentifier(), name) : UNSATISFIABLE;
}

function fromRule(rule: common.SignaturePolicy | undefined, principals: readonly msp.MSPPrincipal[]): Policy {
  if (!rule) return UNSATISFIABLE;
  if (rule.hasNOutOf()) {
    const gate = rule.getNOutOf();
    return outOf(
      gate?.getN() ?? 1,
      (gate?.getRulesList() ?? []).map((each) => fromRule(each, principals)),
    );
  }
  return principalPolicy(principals[rule.getSignedBy()]);
}

/** Reads a SignaturePolicyEnvelope. Nobody satisfies a malformed one. */
export function policyFromBytes(bytes: Uint8Array): Policy {
  try {
    const envelope = common.SignaturePolicyEnvelope.deserializeBinary(bytes);
    return fromRule(envelope.getRule(), envelope.getIdentitiesList());
  } catch {
    // Chaincode may store any bytes here; Fabric fails the evaluation of such a policy too.
    return UNSATISFIABLE;
  }
}
