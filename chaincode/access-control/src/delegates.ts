import type { Submission, Verified } from '@careledger/chaincode-runtime';
import { ContractError, type DelegatedAct, type DelegationState } from '@careledger/contracts';
import { beyondActs, isRevokedThrough, isUnder } from '@careledger/policy';
import { delegateSeqs, delegations } from './families.js';
import { claimPolicySeq, claimSeq, policyOf } from './policy.js';

/** Somebody who signs for a patient, with every delegation that this rests on, all of them in force. */
export interface Delegate {
  readonly path: readonly string[];
  /** The patient's own first, the signer's last. */
  readonly links: readonly DelegationState[];
  /** The last of them. */
  readonly own: DelegationState;
}

/** What a delegate may sign as well. */
type Delegable = Verified<'grant' | 'revoke' | 'rejectSubscription' | 'delegate' | 'endDelegation'>;

/**
 * By whom a statement of a patient's was made: undefined by the patient.
 * @throws ContractError `DELEGATION_PATH_INVALID`, `DELEGATION_UNKNOWN`, `DELEGATION_ENDED`
 */
export async function delegateOf(
  tx: Submission,
  { iss, role, key, body: { path } }: Delegable,
): Promise<Delegate | undefined> {
  if ((role === 'delegate') !== (path !== undefined)) throw new ContractError('DELEGATION_PATH_INVALID');
  if (path === undefined) return undefined;
  const links: DelegationState[] = [];
  for (const [index, id] of path.entries()) {
    const link = await tx.state.get(delegations.at(iss, id));
    if (link === undefined) throw new ContractError('DELEGATION_UNKNOWN', undefined, { delegationId: id });
    if (link.path.length !== index + 1 || !isUnder(path, link.path))
      throw new ContractError('DELEGATION_PATH_INVALID');
    links.push(link);
  }
  const own = links.at(-1);
  if (own?.key !== key) throw new ContractError('DELEGATION_PATH_INVALID');
  await requireInForce(tx, links);
  return { path, links, own };
}

/** @throws ContractError `DELEGATION_ENDED` */
async function requireInForce(tx: Submission, links: readonly DelegationState[]): Promise<void> {
  for (const link of links) {
    const { patientId, delegationId, endedAt, until } = link;
    const policy = await policyOf(tx.state, patientId);
    if (endedAt !== undefined || Date.parse(until) <= tx.atMs || isRevokedThrough(link, policy))
      throw new ContractError('DELEGATION_ENDED', undefined, { delegationId });
  }
}

/** @throws ContractError `DELEGATION_EXCEEDED` */
export function requireActs({ links }: Delegate, acts: readonly DelegatedAct[]): void {
  requireWithin(links.flatMap((link) => beyondActs(acts, link)));
}

/** @throws ContractError `DELEGATION_EXCEEDED` where there is anything in `excess` */
export function requireWithin(excess: readonly string[]): void {
  if (excess.length > 0)
    throw new ContractError('DELEGATION_EXCEEDED', undefined, { in: [...new Set(excess)] });
}

/** Takes a number of whoever signs: each counts its own. @throws ContractError `POLICY_SEQ_REUSED` */
export async function claimSignersSeq(
  tx: Submission,
  { iss, sid, body: { policySeq } }: Exclude<Delegable, Verified<'rejectSubscription'>>,
  by: Delegate | undefined,
): Promise<void> {
  if (by === undefined) await claimPolicySeq(tx, iss, policySeq, sid);
  else await claimSeq(tx, (seq) => delegateSeqs.at(iss, by.own.delegationId, seq), { policySeq, sid });
}
