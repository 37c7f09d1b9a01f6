import { WRAPS_DELETED_WITHIN_S, accessControl, records, type WrapHolderState } from '@careledger/contracts';
import { allRows } from '@careledger/ledger';
import { owedDeletion, type OwedDeletion } from '@careledger/policy';
import type { LedgerReader } from './ledger-link.js';

/** A provider that holds records of a patient, with what it has attested of deleted wraps, and what it owes. */
export interface WrapHolder extends WrapHolderState {
  readonly owed: (OwedDeletion & { readonly isOverdue: boolean }) | null;
}

/** Every provider that has stored records of a patient, by `cloud`. @throws LedgerError */
export async function wrapHoldersOf(
  ledger: LedgerReader,
  patientId: string,
  nowMs: number,
): Promise<WrapHolder[]> {
  const cloud = ledger.channel('cloud');
  // First: what is attested meanwhile is of these, or of one after them.
  const changes = await allRows((page) =>
    cloud.evaluate(accessControl, 'ListPolicyChanges', { patientId, ...page }),
  );
  const holders = await allRows((page) => cloud.evaluate(records, 'ListWrapHolders', { patientId, ...page }));
  return holders.map((holder) => {
    const owed = owedDeletion(changes, holder);
    if (owed === undefined) return { ...holder, owed: null };
    const isOverdue = nowMs - Date.parse(owed.since) > WRAPS_DELETED_WITHIN_S * 1000;
    return { ...holder, owed: { ...owed, isOverdue } };
  });
}
