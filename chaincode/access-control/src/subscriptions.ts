import {
  PRESENT,
  acceptOne,
  pagedRows,
  type Evaluation,
  type Outcome,
  type PageRequest,
  type Submission,
  type Verified,
} from '@careledger/chaincode-runtime';
import {
  ContractError,
  STATEMENT_MAX_SKEW_S,
  SUBSCRIPTIONS_PENDING_MAX,
  SUBSCRIPTION_PENDING_MAX_S,
  type ItemResult,
  type StatementBody,
  type SubscriptionState,
} from '@careledger/contracts';
import { timestampOf } from '@careledger/domain';
import { givenBy, isOfRead, subscriptionAt } from '@careledger/policy';
import { delegateOf, requireActs } from './delegates.js';
import { patients, pendingSubscriptions, subscriptions, subscriptionsByAuthority } from './families.js';
import { findSigners } from './signers.js';

const MS_PER_S = 1_000;

type OneStatement = { readonly statement: string };

export async function requestSubscription(
  tx: Submission,
  { statement }: OneStatement,
): Promise<Outcome<ItemResult>> {
  let made: SubscriptionState | undefined;
  const intake = { names: ['requestSubscription'] as const, signers: findSigners };
  const { item } = await acceptOne(tx, statement, intake, async (verified) => {
    made = await request(tx, verified);
  });
  return outcomeOf(item, made);
}

export async function rejectSubscription(
  tx: Submission,
  { statement }: OneStatement,
): Promise<Outcome<ItemResult>> {
  let changed: SubscriptionState | undefined;
  const intake = { names: ['rejectSubscription'] as const, signers: findSigners };
  const { item } = await acceptOne(tx, statement, intake, async (verified) => {
    const { iss, body } = verified;
    const by = await delegateOf(tx, verified);
    if (by !== undefined) requireActs(by, ['approve']);
    const subscription = await find(tx, iss, body.subscriptionId);
    requirePending(subscription);
    changed = decide(tx, subscription, { status: 'rejected' });
  });
  return outcomeOf(item, changed);
}

export async function cancelSubscription(
  tx: Submission,
  { statement }: OneStatement,
): Promise<Outcome<ItemResult>> {
  let changed: SubscriptionState | undefined;
  const intake = { names: ['cancelSubscription'] as const, signers: findSigners };
  const { item } = await acceptOne(tx, statement, intake, async (verified) => {
    requireOwn(tx, verified);
    const { iss, body } = verified;
    const subscription = await find(tx, body.patientId, body.subscriptionId);
    if (subscription.authorityId !== iss) throw new ContractError('SUBSCRIPTION_MISMATCH');
    // What is over stays as it ended: the authority does not turn the patient's no into its own change of mind.
    if (['rejected', 'cancelled', 'lapsed'].includes(subscription.status)) return;
    changed = decide(tx, subscription, { status: 'cancelled' });
  });
  return outcomeOf(item, changed);
}

/**
 * A grant that names a subscription approves it, wholly or in part. Subscriptions live on channel `authorities` alone.
 * @throws ContractError `SUBSCRIPTION_UNKNOWN`, `SUBSCRIPTION_MISMATCH`, `SUBSCRIPTION_NOT_PENDING`, `SUBSCRIPTION_EXCEEDED`
 */
export async function approveSubscription(
  tx: Submission,
  { iss, sid, body }: Verified<'grant'>,
): Promise<void> {
  const { subscriptionId, authorityId, askedScopeHash } = body;
  if (subscriptionId === undefined || tx.channel !== 'authorities') return;
  const subscription = await find(tx, iss, subscriptionId);
  if (subscription.authorityId !== authorityId) throw new ContractError('SUBSCRIPTION_MISMATCH');
  requirePending(subscription);
  // The patient was shown that this authority asks for other records than it does.
  if (subscription.scopeHash !== askedScopeHash) throw new ContractError('SUBSCRIPTION_MISMATCH');
  const given = givenBy(subscription, body, tx.atMs + STATEMENT_MAX_SKEW_S * MS_PER_S);
  if (given === 'more') throw new ContractError('SUBSCRIPTION_EXCEEDED');
  decide(tx, subscription, { status: given === 'all' ? 'approved' : 'approved-in-part', grantId: sid });
}

/** The calling organisation speaks for itself alone. @throws ContractError `STATEMENT_ISSUER_MISMATCH` */
export function requireOwn(tx: Submission, { mspId }: { readonly mspId?: string }): void {
  if (mspId !== tx.caller.mspId)
    throw new ContractError('STATEMENT_ISSUER_MISMATCH', 'The statement is of another organisation.');
}

async function request(
  tx: Submission,
  verified: Verified<'requestSubscription'>,
): Promise<SubscriptionState> {
  requireOwn(tx, verified);
  const { iss: authorityId, sid: subscriptionId, body } = verified;
  const { patientId } = body;
  if ((await tx.state.get(patients.at(patientId))) === undefined) throw new ContractError('PATIENT_UNKNOWN');
  // Another authority's subscription has this id: ids are visible, so somebody could try to take its place.
  if ((await tx.state.get(subscriptions.at(patientId, subscriptionId))) !== undefined)
    throw new ContractError('STATEMENT_ID_REUSED');
  if (!isOfRead(body)) throw new ContractError('GRANT_TERMS_INVALID');
  await makeRoom(tx, patientId, authorityId);
  const made: SubscriptionState = {
    ...{ subscriptionId, authorityId, ...body, status: 'pending' },
    ...{ requestedAt: tx.at, lapsesAt: lapsesAt(body, tx.atMs) },
  };
  tx.state.put(subscriptions.at(patientId, subscriptionId), made);
  tx.state.put(subscriptionsByAuthority.at(authorityId, patientId, subscriptionId), PRESENT);
  tx.state.put(pendingSubscriptions.at(patientId, authorityId, subscriptionId), PRESENT);
  return made;
}

/** The first of: the authority's word, the end of what it asks for, and as long as any request waits. */
function lapsesAt({ answerBy, until }: StatementBody<'requestSubscription'>, atMs: number): string {
  const ends = [answerBy, until].flatMap((end) => (end === undefined ? [] : [Date.parse(end)]));
  return timestampOf(Math.min(atMs + SUBSCRIPTION_PENDING_MAX_S * MS_PER_S, ...ends));
}

/** Requests that have lapsed wait no more. @throws ContractError `SUBSCRIPTION_LIMIT` */
async function makeRoom(tx: Submission, patientId: string, authorityId: string): Promise<void> {
  const waiting = await tx.state.all(pendingSubscriptions.under(patientId, authorityId));
  if (waiting.length < SUBSCRIPTIONS_PENDING_MAX) return;
  let pending = 0;
  for (const { parts } of waiting) {
    const { status } = await find(tx, patientId, parts[2] ?? '');
    if (status === 'pending') pending += 1;
    else tx.state.delete(pendingSubscriptions.at(...parts));
  }
  if (pending >= SUBSCRIPTIONS_PENDING_MAX) throw new ContractError('SUBSCRIPTION_LIMIT');
}

/** As it stands now. */
async function find(tx: Evaluation, patientId: string, subscriptionId: string): Promise<SubscriptionState> {
  const found = await tx.state.get(subscriptions.at(patientId, subscriptionId));
  if (found === undefined) throw new ContractError('SUBSCRIPTION_UNKNOWN');
  return subscriptionAt(found, tx.atMs);
}

function requirePending({ status }: SubscriptionState): void {
  if (status !== 'pending') throw new ContractError('SUBSCRIPTION_NOT_PENDING', undefined, { status });
}

function decide(
  tx: Submission,
  subscription: SubscriptionState,
  decision: Pick<SubscriptionState, 'status' | 'grantId'>,
): SubscriptionState {
  const decided = { ...subscription, ...decision, decidedAt: tx.at };
  const { patientId, authorityId, subscriptionId } = subscription;
  tx.state.put(subscriptions.at(patientId, subscriptionId), decided);
  tx.state.delete(pendingSubscriptions.at(patientId, authorityId, subscriptionId));
  return decided;
}

function outcomeOf(result: ItemResult, changed: SubscriptionState | undefined): Outcome<ItemResult> {
  return { result, event: changed === undefined ? undefined : { subscriptions: [changed] } };
}

export interface SubscriptionFilter extends PageRequest {
  readonly patientId?: string;
  readonly authorityId?: string;
  readonly status?: SubscriptionState['status'];
}

export async function listSubscriptions(
  { state, atMs }: Evaluation,
  { patientId, authorityId, status, ...page }: SubscriptionFilter,
): Promise<{ rows: SubscriptionState[]; bookmark: string }> {
  const passes = (stored: SubscriptionState | undefined) => {
    const row = stored && subscriptionAt(stored, atMs);
    const isOfOther = authorityId !== undefined && row?.authorityId !== authorityId;
    return isOfOther || (status !== undefined && row?.status !== status) ? undefined : row;
  };
  if (patientId !== undefined)
    return pagedRows(state, page, {
      prefix: subscriptions.under(patientId),
      rowOf: ({ value }) => passes(value),
    });
  if (authorityId === undefined)
    throw new ContractError('ARGUMENT_INVALID', 'Name a patient or an authority.');
  return pagedRows(state, page, {
    prefix: subscriptionsByAuthority.under(authorityId),
    rowOf: async ({ parts: [, patient = '', id = ''] }) =>
      passes(await state.get(subscriptions.at(patient, id))),
  });
}
