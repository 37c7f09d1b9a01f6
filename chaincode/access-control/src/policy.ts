import {
  pagedRows,
  sortable,
  type Evaluation,
  type PageRequest,
  type StateKey,
  type StateReader,
  type Submission,
  type Verified,
} from '@careledger/chaincode-runtime';
import {
  ContractError,
  type GrantState,
  type PolicyChangeState,
  type PolicyState,
  type PolicyVersion,
} from '@careledger/contracts';
import { firstPolicyHash, nextPolicyHash, type RevokedThrough } from '@careledger/policy';
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

export function listPolicyChanges(
  { state }: Evaluation,
  {
    patientId,
    afterVersion = 0,
    ...page
  }: PageRequest & { readonly patientId: string; readonly afterVersion?: number | undefined },
): Promise<{ rows: PolicyChangeState[]; bookmark: string }> {
  return pagedRows(state, page, {
    prefix: policyChanges.under(patientId),
    from: sortable(afterVersion + 1),
    rowOf: ({ parts, value }) => ({
      ...{ ...value, patientId, version: Number(parts.at(-1)), takesAway: value.takesAway === true },
    }),
  });
}

/** Where a number of the patient's stands: in the epoch of the key that signs now. */
export const placeOf = ({ epoch }: PolicyState, policySeq: number): Place => placeAs({ epoch, policySeq });

/** Where something stands that rests on something else. */
export const placeAs = ({ epoch, policySeq }: { epoch?: number | undefined; policySeq: number }): Place => ({
  policySeq,
  ...(epoch !== undefined && { epoch }),
});
type Place = Pick<GrantState, 'epoch' | 'policySeq'>;

interface PolicyChangeKind {
  /** `policySeq` of a revoke-all. */
  readonly revokedThroughSeq?: number;
  /** Another consent key numbers from now on. */
  readonly opensEpoch?: boolean;
  /** Somebody may read less than before. */
  readonly takesAway?: boolean;
}

/**
 * Begins the next version of a patient's policy. A decision that was made on the version before then fails to commit
 * (MVCC), which is what keeps a permit from being ordered after the revocation.
 * @param statement what the patient decided, or a delegate
 */
export async function changePolicy(
  tx: Submission,
  { iss: patientId, statement }: Pick<Verified, 'iss' | 'statement'>,
  { revokedThroughSeq, opensEpoch, takesAway }: PolicyChangeKind = {},
): Promise<PolicyState> {
  const { epoch, ...before } = await policyOf(tx.state, patientId);
  const version = before.version + 1;
  const now = opensEpoch === true ? (epoch ?? 0) + 1 : epoch;
  const policy: PolicyState = {
    ...before,
    version,
    ...(now !== undefined && { epoch: now }),
    ...(revokedThroughSeq !== undefined && raised(before, now, revokedThroughSeq)),
    hash: nextPolicyHash(before.hash, statement.hash),
  };
  tx.state.put(policies.at(patientId), policy);
  tx.state.put(policyChanges.at(patientId, sortable(version)), {
    ...{ at: tx.at, txId: tx.txId, hash: policy.hash },
    ...((takesAway === true || revokedThroughSeq !== undefined) && { takesAway: true }),
  });
  if (revokedThroughSeq !== undefined)
    tx.state.put(revokeAlls.at(patientId, sortable(version)), {
      ...placeAs({ epoch: now, policySeq: revokedThroughSeq }),
      at: tx.at,
    });
  return policy;
}

/** The higher of two revoke-alls; one of a later epoch is higher whatever its number. */
function raised(before: RevokedThrough, epoch: number | undefined, policySeq: number): RevokedThrough {
  const isLater = (epoch ?? 0) > (before.revokedThroughEpoch ?? 0);
  return {
    revokedThroughSeq: isLater ? policySeq : Math.max(before.revokedThroughSeq, policySeq),
    ...(epoch !== undefined && { revokedThroughEpoch: epoch }),
  };
}

/** Takes a sequence number of the patient's consent statements, in this epoch. @throws ContractError `POLICY_SEQ_REUSED` */
export async function claimPolicySeq(
  tx: Submission,
  patientId: string,
  policySeq: number,
  sid: string,
): Promise<void> {
  const { epoch = 0 } = await policyOf(tx.state, patientId);
  await claimSeq(tx, (seq) => policySeqs.at(patientId, sortable(epoch), seq), { policySeq, sid });
}

/** Takes a number where its signer's lie. @throws ContractError `POLICY_SEQ_REUSED` */
export async function claimSeq(
  tx: Submission,
  keyOf: (seq: string) => StateKey<{ readonly sid: string }>,
  { policySeq, sid }: { readonly policySeq: number; readonly sid: string },
): Promise<void> {
  const key = keyOf(sortable(policySeq));
  const holder = await tx.state.get(key);
  if (holder !== undefined) throw new ContractError('POLICY_SEQ_REUSED', undefined, { by: holder.sid });
  tx.state.put(key, { sid });
}
