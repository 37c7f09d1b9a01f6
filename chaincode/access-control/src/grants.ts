import {
  acceptBatch,
  pagedRows,
  type Evaluation,
  type Outcome,
  type PageRequest,
  type StateWriter,
  type Submission,
  type Verified,
} from '@careledger/chaincode-runtime';
import {
  ContractError,
  GRANTS_PER_AUTHORITY_MAX,
  type Batch,
  type BatchResult,
  type EventPayload,
  type GrantState,
  type StatementBody,
} from '@careledger/contracts';
import { ANY } from '@careledger/domain';
import { isAbout, isOfRead, isDenial, isRevokedThrough, isStanding } from '@careledger/policy';
import {
  forgetDelegatedRule,
  noteDelegatedRule,
  refuseTombstone,
  requireDelegatesRoom,
  requireRuleWithin,
} from './delegated-rules.js';
import { claimSignersSeq, delegateOf, type Delegate } from './delegates.js';
import { authorities, grants, liveGrants, tombstones, type LiveGrant } from './families.js';
import { requireNoRecovery } from './pending-recovery.js';
import { changePolicy, placeAs, placeOf, policyOf } from './policy.js';
import { revokedAtOf, revokeAllsOf } from './revocations.js';
import { findSigners } from './signers.js';
import { approveSubscription } from './subscriptions.js';

export type PolicyNews = EventPayload<'PolicyChanged'>['changes'][number];

export async function grant(tx: Submission, { items }: Batch): Promise<Outcome<BatchResult>> {
  const { result, news } = await acceptBatch(tx, items, {
    names: ['grant'],
    signers: findSigners,
    subjectOf: ({ iss }) => iss,
    apply: recordGrant,
  });
  return { result, event: news.length > 0 ? { changes: news } : undefined };
}

/** A grant, or a denial. */
export async function recordGrant(tx: Submission, verified: Verified<'grant'>): Promise<PolicyNews> {
  const { iss: patientId, sid: grantId, body } = verified;
  const by = await delegateOf(tx, verified);
  await refuseRevoked(tx, verified, by);
  requireTerms(body);
  if (!isDenial(body)) await requireNoRecovery(tx, patientId);
  if (by !== undefined) requireRuleWithin(by, body);
  if (body.authorityId !== ANY && (await tx.state.get(authorities.at(body.authorityId))) === undefined)
    throw new ContractError('AUTHORITY_UNKNOWN');
  await giveWay(tx, await tx.state.get(grants.at(patientId, grantId)), by);
  await makeRoom(tx, patientId, body.authorityId, by);
  await approveSubscription(tx, verified);
  await claimSignersSeq(tx, verified, by);
  const { sealed, policySeq, ...terms } = body;
  const place =
    by === undefined
      ? placeOf(await policyOf(tx.state, patientId), policySeq)
      : { ...placeAs(by.own), delegateSeq: policySeq };
  const live: LiveGrant = { patientId, grantId, ...place, ...terms, recordedAt: tx.at, txId: tx.txId };
  if (by !== undefined && body.until !== undefined) await noteDelegatedRule(tx, by, grantId, body.until);
  tx.state.put(liveGrants.at(patientId, body.authorityId, grantId), live);
  tx.state.put(grants.at(patientId, grantId), sealed === undefined ? live : { ...live, sealed });
  const { version } = await changePolicy(tx, verified, { takesAway: isDenial(body) });
  return {
    patientId,
    policyVersion: version,
    granted: [{ grantId, authorityId: body.authorityId }],
    revoked: [],
  };
}

/** A delegate's rule gives way to one of the patient's under its id: nobody takes that first. @throws ContractError `GRANT_EXISTS` */
async function giveWay(
  tx: Submission,
  before: GrantState | undefined,
  by: Delegate | undefined,
): Promise<void> {
  if (before === undefined) return;
  if (by !== undefined || before.path === undefined) throw new ContractError('GRANT_EXISTS');
  endGrant(tx.state, before, tx.at);
}

/** @throws ContractError `GRANT_PERIOD_INVALID`, `GRANT_TERMS_INVALID` */
function requireTerms(body: StatementBody<'grant'>): void {
  const { authorityId, granteeTags, from, until, period, sealed, subscriptionId, copy, detail } = body;
  const isEmpty = (start: string, end: string) => Date.parse(end) <= Date.parse(start);
  if (
    (until !== undefined && isEmpty(from, until)) ||
    (period !== undefined && isEmpty(period.start, period.end))
  )
    throw new ContractError('GRANT_PERIOD_INVALID');
  const isWhole = isDenial(body)
    ? !body.delegable && body.noticeRank === undefined && subscriptionId === undefined && detail === undefined
    : authorityId !== ANY;
  const isAnswer = body.askedScopeHash !== undefined || body.isInPart !== undefined || copy !== undefined;
  const isWithinAny = authorityId === ANY && granteeTags.length > 0;
  // An authority that cannot tell whom the tags mean does not ask under them.
  const isUntold = isDenial(body) && granteeTags.length > 0 && sealed === undefined;
  const isUnasked = isAnswer && subscriptionId === undefined;
  if (!isWhole || isWithinAny || isUntold || isUnasked || !isOfRead(body))
    throw new ContractError('GRANT_TERMS_INVALID');
}

/**
 * A grant that arrives after its own revocation, or after a revoke-all that covers it, never counts. A denial that a
 * revoke-all covers does: to void it would give.
 */
async function refuseRevoked(
  tx: Submission,
  { iss: patientId, sid: grantId, body }: Verified<'grant'>,
  by: Delegate | undefined,
): Promise<void> {
  if (by !== undefined) await refuseTombstone(tx, by, grantId);
  const policy = await policyOf(tx.state, patientId);
  const tombstone = await tx.state.get(tombstones.at(patientId, grantId));
  const isVoid =
    by === undefined && !isDenial(body) && isRevokedThrough(placeOf(policy, body.policySeq), policy);
  if (tombstone !== undefined || isVoid) throw new ContractError('GRANT_REVOKED');
}

/**
 * Keeps what a decision reads bounded: at the limit, grants that can count no more leave the live ones (they stay on
 * record). @throws ContractError `GRANT_LIMIT`
 */
async function makeRoom(
  tx: Submission,
  patientId: string,
  authorityId: string,
  by: Delegate | undefined,
): Promise<void> {
  const entries = await tx.state.all(liveGrants.under(patientId, authorityId));
  const policy = await policyOf(tx.state, patientId);
  const isSpent = (rule: LiveGrant): boolean =>
    (!isDenial(rule) && isRevokedThrough(rule, policy)) || !isStanding(rule, tx.atMs);
  const rules = entries.map(({ value }) => value);
  const standing = rules.filter((rule) => !isSpent(rule));
  if (by !== undefined) requireDelegatesRoom(standing);
  if (rules.length < GRANTS_PER_AUTHORITY_MAX) return;
  if (standing.length >= GRANTS_PER_AUTHORITY_MAX) throw new ContractError('GRANT_LIMIT');
  for (const { parts, value } of entries) if (isSpent(value)) tx.state.delete(liveGrants.at(...parts));
}

/** Takes a grant out of the live ones and dates its end. The first revocation's date stands. */
export function endGrant(state: StateWriter, grantState: GrantState, at: string): void {
  const { patientId, authorityId, grantId } = grantState;
  state.delete(liveGrants.at(patientId, authorityId, grantId));
  forgetDelegatedRule(state, grantState);
  state.put(grants.at(patientId, grantId), { ...grantState, revokedAt: grantState.revokedAt ?? at });
}

export async function listGrants(
  { state }: Evaluation,
  { patientId, authorityId, ...page }: { patientId: string; authorityId?: string } & PageRequest,
): Promise<{ rows: GrantState[]; bookmark: string }> {
  const revocations = await revokeAllsOf(state, patientId);
  return pagedRows(state, page, {
    prefix: grants.under(patientId),
    rowOf: ({ value }) => {
      if (authorityId !== undefined && !isAbout(value, authorityId)) return undefined;
      const revokedAt = revokedAtOf(value, revocations);
      return revokedAt === undefined ? value : { ...value, revokedAt };
    },
  });
}
