import {
  sortable,
  type Evaluation,
  type StateReader,
  type Submission,
  type Verified,
} from '@careledger/chaincode-runtime';
import { ContractError, type PolicyState, type PolicyVersion } from '@careledger/contracts';
import { firstPolicyHash, nextPolicyHash } from '@careledger/policy';
import { patients, policies, policyChanges, policySeqs, revokeAlls } from './families.js';

/** Of a patient who has never changed anything: version 0, which is in no state yet. */
export async function policyOf(state: StateReader, patientId: string): Promise<PolicyState> {
  const policy = await state.get(policies.at(patientId));
  return policy ?? { patientId, version: 0, revokedThroughSeq: 0, hash: firstPolicyHash(patientId) };
}

/** What a permit must still be of when it is released. @throws ContractError `PATIENT_UNKNOWN` */
export async function getPolicyVersion(
  { state }: Evaluation,
  { patientId }: { patientId: string },
): Promise<PolicyVersion> {
  if ((await state.get(patients.at(patientId))) === undefined) throw new ContractError('PATIENT_UNKNOWN');
  const { version, hash } = await policyOf(state, patientId);
  return { patientId, version, hash };
}

/**
 * Begins the next version of a patient's policy. A decision that was made on the version before then fails to commit
 * (MVCC), which is what keeps a permit from being ordered after the revocation.
 * @param statement what the patient decided
 * @param revokedThroughSeq policySeq of a revoke-all
 */
export async function changePolicy(
  tx: Submission,
  { iss: patientId, statement }: Pick<Verified, 'iss' | 'statement'>,
  revokedThroughSeq?: number,
): Promise<PolicyState> {
  const before = await policyOf(tx.state, patientId);
  const version = before.version + 1;
  const policy: PolicyState = {
    patientId,
    version,
    revokedThroughSeq: Math.max(before.revokedThroughSeq, revokedThroughSeq ?? 0),
    hash: nextPolicyHash(before.hash, statement.hash),
  };
  tx.state.put(policies.at(patientId), policy);
  tx.state.put(policyChanges.at(patientId, sortable(version)), {
    ...{ at: tx.at, txId: tx.txId, hash: policy.hash },
  });
  if (revokedThroughSeq !== undefined)
    tx.state.put(revokeAlls.at(patientId, sortable(version)), { policySeq: revokedThroughSeq, at: tx.at });
  return policy;
}

/** Takes a sequence number of the patient's consent statements. @throws ContractError `POLICY_SEQ_REUSED` */
export async function claimPolicySeq(
  tx: Submission,
  patientId: string,
  policySeq: number,
  sid: string,
): Promise<void> {
  const key = policySeqs.at(patientId, sortable(policySeq));
  const holder = await tx.state.get(key);
  if (holder !== undefined) throw new ContractError('POLICY_SEQ_REUSED', undefined, { by: holder.sid });
  tx.state.put(key, { sid });
}
