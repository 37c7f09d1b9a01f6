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
  SUBSCRIPTIONS_PENDING_MAX,
  type ItemResult,
  type SubscriptionState,
} from '@careledger/contracts';
import { delegateOf, requireActs } from './delegates.js';
import { patients, pendingSubscriptions, subscriptions, subscriptionsByAuthority } from './families.js';
import { findSigners } from './signers.js';

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
    if (subscription.status !== 'pending') throw new ContractError('SUBSCRIPTION_NOT_PENDING');
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
    if (['rejected', 'cancelled'].includes(subscription.status)) return;
    changed = decide(tx, subscription, { status: 'cancelled' });
  });
  return outcomeOf(item, changed);
}

/** A grant that names a subscription approves it. Subscriptions live on channel `authorities` alone. */
export async function approveSubscription(
  tx: Submission,
  { iss, sid, body }: Verified<'grant'>,
): Promise<void> {
  const { subscriptionId, authorityId } = body;
  if (subscriptionId === undefined || tx.channel !== 'authorities') return;
  const subscription = await find(tx, iss, subscriptionId);
  if (subscription.authorityId !== authorityId) throw new ContractError('SUBSCRIPTION_MISMATCH');
  if (subscription.status !== 'pending') throw new ContractError('SUBSCRIPTION_NOT_PENDING');
  decide(tx, subscription, { status: 'approved', grantId: sid });
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
  const pending = await tx.state.all(pendingSubscriptions.under(patientId, authorityId));
  if (pending.length >= SUBSCRIPTIONS_PENDING_MAX) throw new ContractError('SUBSCRIPTION_LIMIT');
  const made: SubscriptionState = {
    subscriptionId,
    authorityId,
    ...body,
    status: 'pending',
    requestedAt: tx.at,
  };
  tx.state.put(subscriptions.at(patientId, subscriptionId), made);
  tx.state.put(subscriptionsByAuthority.at(authorityId, patientId, subscriptionId), PRESENT);
  tx.state.put(pendingSubscriptions.at(patientId, authorityId, subscriptionId), PRESENT);
  return made;
}

async function find(tx: Evaluation, patientId: string, subscriptionId: string): Promise<SubscriptionState> {
  const found = await tx.state.get(subscriptions.at(patientId, subscriptionId));
  if (found === undefined) throw new ContractError('SUBSCRIPTION_UNKNOWN');
  return found;
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
  { state }: Evaluation,
  { patientId, authorityId, status, ...page }: SubscriptionFilter,
): Promise<{ rows: SubscriptionState[]; bookmark: string }> {
  const passes = (row: SubscriptionState | undefined) =>
    row !== undefined &&
    (authorityId === undefined || row.authorityId === authorityId) &&
    (status === undefined || row.status === status)
      ? row
      : undefined;
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
