import {
  acceptOne,
  checkKeyProof,
  omit,
  pagedRows,
  type Evaluation,
  type Outcome,
  type PageRequest,
  type StateReader,
  type Submission,
  type Verified,
} from '@careledger/chaincode-runtime';
import {
  ContractError,
  DELEGATIONS_PER_APPOINTER_MAX,
  GUARDIANSHIP_MAX_DAYS,
  type DelegationState,
  type ItemResult,
  type PolicyState,
} from '@careledger/contracts';
import { beyondAsDelegation, isRevokedThrough, isUnder } from '@careledger/policy';
import { claimSignersSeq, delegateOf, requireActs, requireWithin, type Delegate } from './delegates.js';
import { grantsUnder } from './delegated-rules.js';
import {
  appointments,
  delegateKeys,
  delegationTombstones,
  delegations,
  type RevokeAllState,
} from './families.js';
import { endGrant, type PolicyNews } from './grants.js';
import { kidOfKey } from './key-periods.js';
import { getPatient } from './patients.js';
import { requireNoRecovery } from './pending-recovery.js';
import { changePolicy, placeAs, placeOf, policyOf } from './policy.js';
import { earliestOf, revokeAllsOf, revokedThroughAt } from './revocations.js';
import { findSigners } from './signers.js';

type OneStatement = { readonly statement: string };

const MS_PER_DAY = 86_400_000;
/** Who made the delegations that no delegate made. */
const PATIENT = 'patient';

/** Appoints somebody who decides for the patient. */
export async function delegate(tx: Submission, { statement }: OneStatement): Promise<Outcome<ItemResult>> {
  let news: PolicyNews | undefined;
  const intake = { names: ['delegate'] as const, signers: findSigners };
  const { item } = await acceptOne(tx, statement, intake, async (verified) => {
    news = await appoint(tx, verified);
  });
  return { result: item, event: news && { changes: [news] } };
}

/** Takes the power to sign from a delegate and from whomever it appointed; what they granted ends where the statement says so. */
export async function endDelegation(
  tx: Submission,
  { statement }: OneStatement,
): Promise<Outcome<ItemResult>> {
  let news: PolicyNews | undefined;
  const intake = { names: ['endDelegation'] as const, signers: findSigners };
  const { item } = await acceptOne(tx, statement, intake, async (verified) => {
    news = await end(tx, verified);
  });
  return { result: item, event: news && { changes: [news] } };
}

/** With the time at which each was over, also by the end of one that it rests on. */
export async function listDelegations(
  tx: Evaluation,
  { patientId, ...page }: { patientId: string } & PageRequest,
): Promise<{ rows: DelegationState[]; bookmark: string }> {
  await getPatient(tx, patientId);
  const revocations = await revokeAllsOf(tx.state, patientId);
  return pagedRows(tx.state, page, {
    prefix: delegations.under(patientId),
    rowOf: async ({ value }) => {
      const endedAt = await endOf(tx.state, value, revocations);
      return endedAt === undefined ? value : { ...value, endedAt };
    },
  });
}

async function appoint(tx: Submission, verified: Verified<'delegate'>): Promise<PolicyNews> {
  const by = await delegateOf(tx, verified);
  const { iss: patientId, sid: delegationId, body } = verified;
  requireTerms(tx, body, by);
  await requireNoRecovery(tx, patientId);
  await requireFreshKey(tx, patientId, body);
  await giveWay(tx, await tx.state.get(delegations.at(patientId, delegationId)), by);
  const policy = await policyOf(tx.state, patientId);
  const tombstone = await tx.state.get(delegationTombstones.at(patientId, delegationId));
  const place = by === undefined ? placeOf(policy, body.policySeq) : placeAs(by.own);
  if (tombstone !== undefined || isRevokedThrough(place, policy)) throw new ContractError('DELEGATION_ENDED');
  const appointer = by?.own.delegationId ?? PATIENT;
  await makeRoom(tx, patientId, appointer, policy);
  await claimSignersSeq(tx, verified, by);
  tx.state.put(appointments.at(patientId, appointer, delegationId), { until: body.until, ...place });
  tx.state.put(delegateKeys.at(patientId, kidOfKey(body.key)), { key: body.key });
  tx.state.put(delegations.at(patientId, delegationId), {
    ...{ patientId, delegationId },
    ...omit(body, 'policySeq', 'keyProof', 'path'),
    ...place,
    ...{ path: [...(by?.path ?? []), delegationId], appointedAt: tx.at, txId: tx.txId },
  });
  const { version } = await changePolicy(tx, verified);
  return { patientId, policyVersion: version, granted: [], revoked: [] };
}

/** One that a delegate made gives way to the patient's under its id: nobody takes that first. @throws ContractError `DELEGATION_EXISTS` */
async function giveWay(
  tx: Submission,
  before: DelegationState | undefined,
  by: Delegate | undefined,
): Promise<void> {
  if (before === undefined) return;
  if (by !== undefined || isPatients(before)) throw new ContractError('DELEGATION_EXISTS');
  tx.state.delete(appointments.at(before.patientId, appointerOf(before), before.delegationId));
}

/** The patient has made it, and nobody in between. */
const isPatients = ({ path }: DelegationState): boolean => path.length === 1;
const appointerOf = ({ path }: DelegationState): string => path.at(-2) ?? PATIENT;

/** @throws ContractError `DELEGATION_TERMS_INVALID`, `DELEGATION_EXCEEDED` */
function requireTerms(tx: Submission, body: Verified<'delegate'>['body'], by: Delegate | undefined): void {
  const leftMs = Date.parse(body.until) - tx.atMs;
  const isGuardian = body.kind === 'guardian';
  if (leftMs <= 0 || (isGuardian && (by !== undefined || leftMs > GUARDIANSHIP_MAX_DAYS * MS_PER_DAY)))
    throw new ContractError('DELEGATION_TERMS_INVALID');
  if (by !== undefined) requireWithin(by.links.flatMap((link) => beyondAsDelegation(body, link)));
}

/** A key is for one use: who signs as the patient or its gateway is no delegate. @throws ContractError `KEY_REUSED`, `KEY_PROOF_INVALID` */
async function requireFreshKey(
  tx: Submission,
  patientId: string,
  { key, keyProof }: Verified<'delegate'>['body'],
): Promise<void> {
  const { consentKeys, gatewayKeys } = await getPatient(tx, patientId);
  if ([...consentKeys, ...gatewayKeys].some((period) => period.key === key))
    throw new ContractError('KEY_REUSED');
  checkKeyProof(keyProof, patientId, key, tx);
}

/** Delegations that can count no more make room. @throws ContractError `DELEGATION_LIMIT` */
async function makeRoom(
  tx: Submission,
  patientId: string,
  appointer: string,
  policy: PolicyState,
): Promise<void> {
  const entries = await tx.state.all(appointments.under(patientId, appointer));
  const over = entries.filter(
    ({ value }) => Date.parse(value.until) <= tx.atMs || isRevokedThrough(value, policy),
  );
  if (entries.length - over.length >= DELEGATIONS_PER_APPOINTER_MAX)
    throw new ContractError('DELEGATION_LIMIT');
  for (const { parts } of over) tx.state.delete(appointments.at(...parts));
}

async function end(tx: Submission, verified: Verified<'endDelegation'>): Promise<PolicyNews> {
  const by = await delegateOf(tx, verified);
  const { iss: patientId, body } = verified;
  const { delegationId, endGrants } = body;
  const known = await tx.state.get(delegations.at(patientId, delegationId));
  if (by !== undefined) requireOwnBranch(by, known, endGrants);
  await claimSignersSeq(tx, verified, by);
  // The patient's own may still be on its way; one that a delegate made under its id is not it.
  if (known === undefined || (by === undefined && !isPatients(known)))
    tx.state.put(delegationTombstones.at(patientId, delegationId), { at: tx.at });
  if (known !== undefined) {
    tx.state.put(delegations.at(patientId, delegationId), { ...known, endedAt: known.endedAt ?? tx.at });
    tx.state.delete(appointments.at(patientId, appointerOf(known), delegationId));
  }
  const ended = endGrants ? await grantsUnder(tx, patientId, delegationId) : [];
  for (const rule of ended) endGrant(tx.state, rule, tx.at);
  const { version } = await changePolicy(tx, verified, { takesAway: ended.length > 0 });
  return { patientId, policyVersion: version, granted: [], revoked: ended.map(({ grantId }) => grantId) };
}

/** Takes the power to sign from all whom the patient has appointed, and so from whomever they did; what they granted stays. */
export async function endPatientsDelegations(tx: Submission, patientId: string): Promise<void> {
  for (const { parts } of await tx.state.all(appointments.under(patientId, PATIENT))) {
    const [, , delegationId = ''] = parts;
    const known = await tx.state.get(delegations.at(patientId, delegationId));
    if (known !== undefined)
      tx.state.put(delegations.at(patientId, delegationId), { ...known, endedAt: known.endedAt ?? tx.at });
    tx.state.delete(appointments.at(...parts));
  }
}

/** A delegate ends what it appointed, or itself. @throws ContractError `DELEGATION_UNKNOWN`, `DELEGATION_EXCEEDED` */
function requireOwnBranch(by: Delegate, known: DelegationState | undefined, endGrants: boolean): void {
  if (known === undefined) throw new ContractError('DELEGATION_UNKNOWN');
  if (!isUnder(known.path, by.path)) throw new ContractError('DELEGATION_EXCEEDED');
  if (endGrants) requireActs(by, ['revoke']);
}

/** The first of what ended it; undefined while nothing has. */
async function endOf(
  state: StateReader,
  delegation: DelegationState,
  revocations: readonly RevokeAllState[],
): Promise<string | undefined> {
  const { patientId, path } = delegation;
  const ends = revokedThroughAt(delegation, revocations);
  for (const id of path) {
    const link = await state.get(delegations.at(patientId, id));
    if (link?.endedAt !== undefined) ends.push(link.endedAt);
  }
  return earliestOf(ends);
}
