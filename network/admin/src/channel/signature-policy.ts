import { common, msp } from '@hyperledger/fabric-protos';
import type { NodeRole } from '../identities/issuer.js';

export type MspRole = NodeRole | 'member';

const ROLES: Readonly<Record<MspRole, msp.MSPRole.MSPRoleTypeMap[keyof msp.MSPRole.MSPRoleTypeMap]>> = {
  member: msp.MSPRole.MSPRoleType.MEMBER,
  admin: msp.MSPRole.MSPRoleType.ADMIN,
  client: msp.MSPRole.MSPRoleType.CLIENT,
  peer: msp.MSPRole.MSPRoleType.PEER,
  orderer: msp.MSPRole.MSPRoleType.ORDERER,
};

/** An organisation's role: `{mspId, role}`; Fabric's text form is `'MspId.role'`. */
export function rolePrincipal(mspId: string, role: MspRole): msp.MSPPrincipal {
  const mspRole = new msp.MSPRole();
  mspRole.setMspIdentifier(mspId);
  mspRole.setRole(ROLES[role]);
  const principal = new msp.MSPPrincipal();
  principal.setPrincipalClassification(msp.MSPPrincipal.Classification.ROLE);
  principal.setPrincipal(mspRole.serializeBinary());
  return principal;
}

/** One very certificate. */
export function identityPrincipal(mspId: string, certificatePem: string): msp.MSPPrincipal {
  const identity = new msp.SerializedIdentity();
  identity.setMspid(mspId);
  identity.setIdBytes(Buffer.from(certificatePem));
  const principal = new msp.MSPPrincipal();
  principal.setPrincipalClassification(msp.MSPPrincipal.Classification.IDENTITY);
  principal.setPrincipal(identity.serializeBinary());
  return principal;
}

/** Valid when at least `outOf` of the principals signed, each by a signature of its own. */
export function outOfPolicy(
  outOf: number,
  principals: readonly msp.MSPPrincipal[],
): common.SignaturePolicyEnvelope {
  const rule = new common.SignaturePolicy.NOutOf();
  rule.setN(outOf);
  rule.setRulesList(
    principals.map((_, index) => {
      const signedBy = new common.SignaturePolicy();
      signedBy.setSignedBy(index);
      return signedBy;
    }),
  );
  const policy = new common.SignaturePolicy();
  policy.setNOutOf(rule);
  const envelope = new common.SignaturePolicyEnvelope();
  envelope.setRule(policy);
  envelope.setIdentitiesList([...principals]);
  return envelope;
}

/** Any one of an organisation's roles. */
export function anyRole(mspId: string, ...roles: readonly MspRole[]): common.SignaturePolicyEnvelope {
  return outOfPolicy(
    1,
    roles.map((role) => rolePrincipal(mspId, role)),
  );
}
