import type { Evaluation, Outcome, Submission } from '@careledger/chaincode-runtime';
import {
  ContractError,
  type AccessDenialCode,
  type Decision,
  type TransactionArgs,
  type accessControl,
} from '@careledger/contracts';
import { canonicalJson, sha256Hex } from '@careledger/crypto';
import { decide } from '@careledger/policy';
import { authorities, decisions, liveGrants, patients, practitioners } from './families.js';
import { getPatient } from './patients.js';
import { policyOf } from './policy.js';

type Request = TransactionArgs<typeof accessControl, 'Decide'>;

/**
 * Decides by what lies in the state at the transaction's time. Everything that it reads is in the read set: the policy,
 * the grants to the requester and the practitioner, so that a permit which one of them overtook fails to commit.
 * @throws ContractError `PATIENT_UNKNOWN`
 */
export async function decideNow(tx: Evaluation, request: Request): Promise<Decision> {
  await getPatient(tx, request.patientId);
  const { patientId, requester } = request;
  const policy = await policyOf(tx.state, patientId);
  if (!(await isKnownPractitioner(tx, request))) {
    const reason: AccessDenialCode = 'PRACTITIONER_UNKNOWN';
    return { decision: 'deny', reason, policyVersion: policy.version };
  }
  const grants = requester === patientId ? [] : await tx.state.all(liveGrants.under(patientId, requester));
  return decide(
    request,
    policy,
    grants.map(({ value }) => value),
    tx.atMs,
  );
}

/** Whether a practitioner who is named is one of the requester's, and active. */
async function isKnownPractitioner(
  { state }: Evaluation,
  { requester, practitionerId }: Request,
): Promise<boolean> {
  if (practitionerId === undefined) return true;
  const known = await state.get(practitioners.at(requester, practitionerId));
  return known?.active === true;
}

export async function decideAll(
  tx: Evaluation,
  { requests }: { requests: readonly Request[] },
): Promise<{ decisions: (Decision | null)[] }> {
  const made: (Decision | null)[] = [];
  for (const request of requests) {
    const known = (await tx.state.get(patients.at(request.patientId))) !== undefined;
    made.push(known ? await decideNow(tx, request) : null);
  }
  return { decisions: made };
}

/** Decides and writes it down, once per request id. */
export async function recordDecision(
  tx: Submission,
  { requestId, request }: { requestId: string; request: Request },
): Promise<Outcome<Decision>> {
  const { authorityId } = await tx.organisation();
  const { patientId, requester } = request;
  if (requester !== authorityId)
    throw new ContractError('CALLER_REFUSED', 'An authority writes down its own decisions only.');
  if ((await tx.state.get(authorities.at(requester))) === undefined)
    throw new ContractError('AUTHORITY_UNKNOWN');
  const key = decisions.at(patientId, requester, requestId);
  const requestHash = sha256Hex(canonicalJson(request));
  const before = await tx.state.get(key);
  if (before !== undefined && before.requestHash !== requestHash)
    throw new ContractError('STATEMENT_ID_REUSED');
  if (before !== undefined) return { result: before.decision };
  const decision = await decideNow(tx, request);
  tx.state.put(key, { requestHash, decision, at: tx.at, txId: tx.txId });
  return { result: decision };
}
