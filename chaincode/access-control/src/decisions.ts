import type { Evaluation } from '@careledger/chaincode-runtime';
import {
  ContractError,
  type AccessDenialCode,
  type Decision,
  type PolicyState,
  type TransactionArgs,
  type accessControl,
} from '@careledger/contracts';
import { ANY } from '@careledger/domain';
import { decide, type StandingGrant } from '@careledger/policy';
import { liveGrants, patients, practitioners } from './families.js';
import { policyOf } from './policy.js';

type Request = TransactionArgs<typeof accessControl, 'Decide'>;

/** What lies in the state of a patient's policy, as far as it concerns one requester. */
interface Standing {
  readonly policy: PolicyState;
  readonly grants: readonly StandingGrant[];
}

/**
 * Decides by what lies in the state at the transaction's time. Everything that it reads is in the read set: the policy,
 * the rules about the requester and about any, at most GRANTS_PER_AUTHORITY_MAX each, and the practitioner, so that a permit which one of them overtook fails to commit.
 * @throws ContractError `PATIENT_UNKNOWN`
 */
export async function decideNow(tx: Evaluation, request: Request): Promise<Decision> {
  const { decisions } = await decideAll(tx, { requests: [request] });
  const [decision] = decisions;
  if (decision === undefined || decision === null) throw new ContractError('PATIENT_UNKNOWN');
  return decision;
}

/** The same of many requests; null where the patient is unknown. What several of them rest on is read once. */
export async function decideAll(
  tx: Evaluation,
  { requests }: { requests: readonly Request[] },
): Promise<{ decisions: (Decision | null)[] }> {
  const standings = new Map<string, Promise<Standing | null>>();
  const known = new Map<string, Promise<boolean>>();
  const decisions: (Decision | null)[] = [];
  for (const request of requests) {
    const { patientId, requester, practitionerId } = request;
    const standing = await once(standings, [patientId, requester], () =>
      standingOf(tx, patientId, requester),
    );
    const isKnown =
      practitionerId === undefined ||
      (await once(known, [requester, practitionerId], () => isActive(tx, requester, practitionerId)));
    decisions.push(standing === null ? null : answerTo(request, standing, { isKnown, atMs: tx.atMs }));
  }
  return { decisions };
}

/** Null where the patient is unknown. */
async function standingOf(
  { state }: Evaluation,
  patientId: string,
  requester: string,
): Promise<Standing | null> {
  if ((await state.get(patients.at(patientId))) === undefined) return null;
  const policy = await policyOf(state, patientId);
  const whom = requester === patientId ? [] : [requester, ANY];
  const grants: StandingGrant[] = [];
  for (const each of whom)
    for (const { value } of await state.all(liveGrants.under(patientId, each))) grants.push(value);
  return { policy, grants };
}

/** Whether a practitioner who is named is one of the requester's, and active. */
async function isActive({ state }: Evaluation, requester: string, practitionerId: string): Promise<boolean> {
  const known = await state.get(practitioners.at(requester, practitionerId));
  return known?.active === true;
}

function answerTo(
  request: Request,
  { policy, grants }: Standing,
  { isKnown, atMs }: { readonly isKnown: boolean; readonly atMs: number },
): Decision {
  const { version: policyVersion, hash: policyHash } = policy;
  if (isKnown) return { ...decide(request, policy, grants, atMs), policyHash };
  const reason: AccessDenialCode = 'PRACTITIONER_UNKNOWN';
  return { decision: 'deny', reason, policyVersion, policyHash };
}

function once<T>(
  made: Map<string, Promise<T>>,
  place: readonly string[],
  make: () => Promise<T>,
): Promise<T> {
  const key = JSON.stringify(place);
  const value = made.get(key) ?? make();
  made.set(key, value);
  return value;
}
