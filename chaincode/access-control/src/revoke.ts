import { acceptBatch, type Outcome, type Submission, type Verified } from '@careledger/chaincode-runtime';
import { ContractError, type Batch, type BatchResult } from '@careledger/contracts';
import { isDenial } from '@careledger/policy';
import { grants, tombstones } from './families.js';
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
  const { iss, sid, body } = verified;
  const { policySeq, grantId } = body;
  await claimPolicySeq(tx, iss, policySeq, sid);
  const grant = await tx.state.get(grants.at(iss, grantId));
  // Unknown here: it may still be on its way, and must not count when it comes.
  if (grant === undefined) tx.state.put(tombstones.at(iss, grantId), { at: tx.at });
  else endGrant(tx.state, grant, tx.at);
  const { version } = await changePolicy(tx, verified);
  return { patientId: iss, policyVersion: version, granted: [], revoked: [grantId] };
}

/** Touches no grant: every one with a lower or equal sequence number is void from now on, present or yet to come. */
async function revokeAll(tx: Submission, verified: Verified<'revokeAll'>): Promise<PolicyNews> {
  const { iss, sid, body } = verified;
  await claimPolicySeq(tx, iss, body.policySeq, sid);
  const { version, revokedThroughSeq } = await changePolicy(tx, verified, body.policySeq);
  return { patientId: iss, policyVersion: version, granted: [], revoked: [], revokedThroughSeq };
}
