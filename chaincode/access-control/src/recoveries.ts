import {
  acceptOne,
  checkKeyProof,
  type Evaluation,
  type Outcome,
  type Submission,
  type Verified,
} from '@careledger/chaincode-runtime';
import { ContractError, type ItemResult, type RecoveryState } from '@careledger/contracts';
import type { Recoverers } from '@careledger/domain';
import { confirmedTimes, isRecoveryOpen, openedTimes, recoveryStage } from '@careledger/policy';
import { endPatientsDelegations } from './delegations.js';
import { delegateKeys, patients, recoveries } from './families.js';
import { kidOfKey, rotated } from './key-periods.js';
import { getPatient } from './patients.js';
import { recoveriesOf } from './pending-recovery.js';
import { changePolicy } from './policy.js';
import { findSigners } from './signers.js';
import { requireOwn } from './subscriptions.js';

type OneStatement = { readonly statement: string };

/** An organisation that has a role says that a key is the patient's: it opens a recovery, or confirms another's. */
export const vouchForKey =
  (recoverers: Recoverers) =>
  async (tx: Submission, { statement }: OneStatement): Promise<Outcome<ItemResult>> => {
    let patientId: string | undefined;
    const intake = { names: ['vouchForKey'] as const, signers: findSigners };
    const { item } = await acceptOne(tx, statement, intake, async (verified) => {
      requireOwn(tx, verified);
      await vouch(tx, verified, { statement, recoverers });
      ({ patientId } = verified.body);
    });
    return { result: item, event: news(patientId) };
  };

/** The key that is said to be lost is there. */
export async function objectToRecovery(
  tx: Submission,
  { statement }: OneStatement,
): Promise<Outcome<ItemResult>> {
  let patientId: string | undefined;
  const intake = { names: ['objectToRecovery'] as const, signers: findSigners };
  const { item } = await acceptOne(tx, statement, intake, async ({ iss, body: { recoveryId } }) => {
    const objectable = (await openRecoveries(tx, iss, recoveryId)).filter(({ reason }) => reason === 'lost');
    if (objectable.length === 0) throw new ContractError('RECOVERY_UNOBJECTABLE');
    for (const recovery of objectable) put(tx, { ...recovery, objectedAt: tx.at });
    patientId = iss;
  });
  return { result: item, event: news(patientId) };
}

/** The new key takes the place of the one in force, once both have vouched for it and the time has passed. */
export const takeOver =
  (recoverers: Recoverers) =>
  async (tx: Submission, { statement }: OneStatement): Promise<Outcome<ItemResult>> => {
    let patientId: string | undefined;
    const intake = {
      names: ['takeOver'] as const,
      signers: { selfSignedBy: ({ newKey }: { readonly newKey: string }) => newKey },
    };
    const { item } = await acceptOne(tx, statement, intake, async (verified) => {
      await replaceKey(tx, verified, { statement, recoverers });
      patientId = verified.iss;
    });
    return { result: item, event: news(patientId) };
  };

/** A patient's, the last of each organisation that has opened any. @throws ContractError `PATIENT_UNKNOWN` */
export async function listRecoveries(
  tx: Evaluation,
  { patientId }: { readonly patientId: string },
): Promise<{ recoveries: RecoveryState[] }> {
  await getPatient(tx, patientId);
  return { recoveries: await recoveriesOf(tx.state, patientId) };
}

const news = (patientId: string | undefined) =>
  patientId === undefined ? undefined : { patientIds: [patientId] };

function put({ state }: Submission, recovery: RecoveryState): void {
  state.put(recoveries.at(recovery.patientId, recovery.openedBy), recovery);
}

/**
 * Ids are visible: another organisation may have opened one under the same id, which must be in nobody's way.
 * @returns one or more
 * @throws ContractError `RECOVERY_UNKNOWN`, `RECOVERY_OVER`
 */
async function openRecoveries(
  tx: Submission,
  patientId: string,
  recoveryId: string,
): Promise<RecoveryState[]> {
  const found = (await recoveriesOf(tx.state, patientId)).filter((each) => each.recoveryId === recoveryId);
  if (found.length === 0) throw new ContractError('RECOVERY_UNKNOWN');
  const open = found.filter((each) => isRecoveryOpen(each, tx.atMs));
  if (open.length === 0) throw new ContractError('RECOVERY_OVER');
  return open;
}

async function vouch(
  tx: Submission,
  { iss, sid, body }: Verified<'vouchForKey'>,
  { statement, recoverers }: OneStatement & { readonly recoverers: Recoverers },
): Promise<void> {
  const role = recoverers.get(iss);
  if (role === undefined) throw new ContractError('RECOVERY_ROLE_MISSING');
  const { patientId, reason, newKey, newKeyProof, confirms } = body;
  const patient = await getPatient(tx, patientId);
  checkKeyProof(newKeyProof, patientId, newKey, tx);
  if ([...patient.consentKeys, ...patient.gatewayKeys].some(({ key }) => key === newKey))
    throw new ContractError('KEY_REUSED');
  if (confirms === undefined) {
    put(tx, {
      ...{ patientId, recoveryId: sid, reason, newKey, openedBy: iss, openedAt: tx.at },
      ...openedTimes(tx.atMs),
      statements: [statement],
    });
    return;
  }
  const isOther = ({ openedBy }: RecoveryState) => openedBy !== iss && recoverers.get(openedBy) !== role;
  const recovery = (await openRecoveries(tx, patientId, confirms)).find(
    (each) =>
      isOther(each) && each.confirmedBy === undefined && each.newKey === newKey && each.reason === reason,
  );
  if (recovery === undefined) throw new ContractError('RECOVERY_MISMATCH');
  const statements = [...recovery.statements, statement];
  const confirmed = { confirmedBy: iss, confirmedAt: tx.at, ...confirmedTimes(tx.atMs) };
  put(tx, { ...recovery, ...confirmed, statements });
}

async function replaceKey(
  tx: Submission,
  verified: Verified<'takeOver'>,
  { statement, recoverers }: OneStatement & { readonly recoverers: Recoverers },
): Promise<void> {
  const { iss: patientId, body } = verified;
  const patient = await getPatient(tx, patientId);
  const ofKey = (await openRecoveries(tx, patientId, body.recoveryId)).filter(
    ({ newKey }) => newKey === body.newKey,
  );
  const recovery = ofKey.find(({ confirmedBy }) => confirmedBy !== undefined) ?? ofKey[0];
  if (recovery === undefined) throw new ContractError('RECOVERY_MISMATCH');
  const { newKey, openedBy, confirmedBy, takesEffectAt, reason } = recovery;
  if (confirmedBy === undefined || recoveryStage(recovery, tx.atMs) !== 'due')
    throw new ContractError(
      'RECOVERY_NOT_DUE',
      undefined,
      takesEffectAt === undefined ? {} : { takesEffectAt },
    );
  // An organisation that has lost its role since vouches for nobody.
  if (!recoverers.has(openedBy) || !recoverers.has(confirmedBy))
    throw new ContractError('RECOVERY_ROLE_MISSING');
  const { consentKeys, gatewayKeys } = patient;
  // As with a rotation: one key is not two powers.
  tx.state.delete(delegateKeys.at(patientId, kidOfKey(newKey)));
  tx.state.put(patients.at(patientId), {
    ...patient,
    consentKeys: rotated(consentKeys, newKey, tx.at, [...consentKeys, ...gatewayKeys]),
  });
  put(tx, { ...recovery, tookOverAt: tx.at, statements: [...recovery.statements, statement] });
  // Both may have opened one for this key: the other can never take over, and would keep the key from giving until it lapses.
  for (const each of await recoveriesOf(tx.state, patientId))
    if (each.newKey === newKey && each.openedBy !== openedBy)
      tx.state.delete(recoveries.at(patientId, each.openedBy));
  // Whom a thief has appointed, and who was the patient's guardian, decides no more.
  if (reason === 'untrusted') await endPatientsDelegations(tx, patientId);
  await changePolicy(tx, verified, { opensEpoch: true });
}
