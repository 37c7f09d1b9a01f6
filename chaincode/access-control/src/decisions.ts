import type { Evaluation } from '@careledger/chaincode-runtime';
import type { AccessDenialCode, Decision, TransactionArgs, accessControl } from '@careledger/contracts';
import { ANY } from '@careledger/domain';
import { decide } from '@careledger/policy';
import { liveGrants, patients, practitioners } from './families.js';
import { getPatient } from './patients.js';
import { policyOf } from './policy.js';

type Request = TransactionArgs<typeof accessControl, 'Decide'>;

/**
 * Decides by what lies in the state at the transaction's time. Everything that it reads is in the read set: the policy,
 * the rules about the requester and about any, at most GRANTS_PER_AUTHORITY_MAX each, and the practitioner, so that a permit which one of them overtook fails to commit.
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
  const whom = requester === patientId ? [] : [requester, ANY];
  const grants = [];
  for (const each of whom) grants.push(...(await tx.state.all(liveGrants.under(patientId, each))));
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
