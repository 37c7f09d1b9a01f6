import { common, msp } from '@hyperledger/fabric-protos';
import type { Role } from '../msp/roles.js';
import type { MetadataEntry } from '../rwset/model.js';
import { outOf, signedBy } from './policy.js';
import type { Policy } from './policy.js';

/** Name of the metadata entry that holds a key's own endorsement policy (peer.MetaDataKeys). */
const VALIDATION_PARAMETER = 'VALIDATION_PARAMETER';

const { MSPRoleType } = msp.MSPRole;
const ROLES: ReadonlyMap<number, Role> = new Map([
  [MSPRoleType.MEMBER, 'member'],
  [MSPRoleType.ADMIN, 'admin'],
  [MSPRoleType.CLIENT, 'client'],
  [MSPRoleType.PEER, 'peer'],
  [MSPRoleType.ORDERER, 'orderer'],
]);

/** A policy that nobody can satisfy: what a malformed one amounts to. */
const UNSATISFIABLE: Policy = outOf(1, []);

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

/** Reads a SignaturePolicyEnvelope. Malformed ones can be satisfied by nobody. */
export function policyFromBytes(bytes: Uint8Array): Policy {
  try {
    const envelope = common.SignaturePolicyEnvelope.deserializeBinary(bytes);
    return fromRule(envelope.getRule(), envelope.getIdentitiesList());
  } catch {
    // Chaincode may store any bytes here; Fabric fails the evaluation of such a policy too.
    return UNSATISFIABLE;
  }
}

/** The endorsement policy that a key carries itself, if it does. */
export function keyPolicyOf(metadata: readonly MetadataEntry[]): Policy | undefined {
  const entry = metadata.find((each) => each.name === VALIDATION_PARAMETER);
  return entry && policyFromBytes(entry.value);
}
