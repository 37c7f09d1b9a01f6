import { acceptBatch, type Outcome, type Submission, type Verified } from '@careledger/chaincode-runtime';
import { ContractError, type Batch, type BatchResult, type GrantState } from '@careledger/contracts';
import { isDenial, isUnder } from '@careledger/policy';
import { claimSignersSeq, delegateOf, requireActs, type Delegate } from './delegates.js';
import { delegateTombstones, grants, tombstones } from './families.js';
import { endGrant, recordGrant, type PolicyNews } from './grants.js';
import { changePolicy, claimPolicySeq } from './policy.js';
import { findSigners } from './signers.js';

export async function revoke(tx: Submission, { items }: Batch): Promise<Outcome<BatchResult>> {
  const { result, news } = await acceptBatch(tx, items, {
    names: ['revoke', 'revokeAll', 'grant'],
    signers: findSigners,
    subjectOf: ({ iss }) => iss,
    apply: (itemTx, verified) => takeAway(itemTx, verified),
  });
  return { result, event: news.length > 0 ? { changes: news } : undefined };
}

function takeAway(
  tx: Submission,
  verified: Verified<'revoke'> | Verified<'revokeAll'> | Verified<'grant'>,
): Promise<PolicyNews> {
  if (verified.name === 'revoke') return revokeOne(tx, verified);
  if (verified.name === 'revokeAll') return revokeAll(tx, verified);
  if (!isDenial(verified.body))
    throw new ContractError('STATEMENT_TYPE_MISMATCH', 'A grant that gives is recorded by Grant.');
  return recordGrant(tx, verified);
}

async function revokeOne(tx: Submission, verified: Verified<'revoke'>): Promise<PolicyNews> {
  const { iss, body } = verified;
  const { grantId } = body;
  const by = await delegateOf(tx, verified);
  const grant = await tx.state.get(grants.at(iss, grantId));
  if (by !== undefined) requireRevocable(by, grant);
  await claimSignersSeq(tx, verified, by);
  // It may still be on its way, and must not count when it comes; a delegate's rule under its id is not it.
  const isHere = grant !== undefined && (by !== undefined || grant.path === undefined);
  if (!isHere) tx.state.put(tombstoneOf(iss, by, grantId), { at: tx.at });
  if (grant !== undefined) endGrant(tx.state, grant, tx.at);
  const { version } = await changePolicy(tx, verified, { takesAway: true });
  return { patientId: iss, policyVersion: version, granted: [], revoked: [grantId] };
}

/** A delegate ends what it made, and what those made whom it appointed. @throws ContractError `DELEGATION_EXCEEDED` */
function requireRevocable(by: Delegate, grant: GrantState | undefined): void {
  requireActs(by, ['revoke']);
  if (grant !== undefined && !isUnder(grant.path, by.path)) throw new ContractError('DELEGATION_EXCEEDED');
}

/** A delegate's bars nothing but what it, and those whom it appointed, may yet bring. */
const tombstoneOf = (patientId: string, by: Delegate | undefined, grantId: string) =>
  by === undefined
    ? tombstones.at(patientId, grantId)
    : delegateTombstones.at(patientId, by.own.delegationId, grantId);

/** Touches no grant: every one with a lower or equal sequence number is void from now on, present or yet to come. */
async function revokeAll(tx: Submission, verified: Verified<'revokeAll'>): Promise<PolicyNews> {
  const { iss, sid, body } = verified;
  await claimPolicySeq(tx, iss, body.policySeq, sid);
  const { version, revokedThroughSeq } = await changePolicy(tx, verified, {
    revokedThroughSeq: body.policySeq,
  });
  return { patientId: iss, policyVersion: version, granted: [], revoked: [], revokedThroughSeq };
}
