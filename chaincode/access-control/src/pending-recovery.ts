import type { StateReader, Submission } from '@careledger/chaincode-runtime';
import { ContractError, type RecoveryState } from '@careledger/contracts';
import { isRecoveryOpen } from '@careledger/policy';
import { recoveries } from './families.js';

/**
 * While a key that two organisations have vouched for waits, the one in force gives nothing and appoints nobody; taking
 * away is open to it. @throws ContractError `RECOVERY_PENDING`
 */
export async function requireNoRecovery(tx: Submission, patientId: string): Promise<void> {
  const pending = (await recoveriesOf(tx.state, patientId)).find(
    (recovery) => recovery.confirmedBy !== undefined && isRecoveryOpen(recovery, tx.atMs),
  );
  if (pending !== undefined)
    throw new ContractError('RECOVERY_PENDING', undefined, { recoveryId: pending.recoveryId });
}

/**
 * Whoever sees a recovery has the new key's proof as well. As a gateway key it could not take over: a thief of the key in
 * force would block every recovery so. @throws ContractError `KEY_REUSED`
 */
export async function requireNotRecovering(tx: Submission, patientId: string, key: string): Promise<void> {
  const known = await recoveriesOf(tx.state, patientId);
  if (known.some((recovery) => recovery.newKey === key && isRecoveryOpen(recovery, tx.atMs)))
    throw new ContractError('KEY_REUSED');
}

/** A patient's, the last of each organisation that has opened any. */
export async function recoveriesOf(state: StateReader, patientId: string): Promise<RecoveryState[]> {
  return (await state.all(recoveries.under(patientId))).map(({ value }) => value);
}
