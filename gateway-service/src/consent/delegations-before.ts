import { readStatement } from '@careledger/statements';
import type { DelegationStore } from './delegation-store.js';
import type { RecoveryStore } from './recovery-store.js';

/**
 * A key has taken over from one that was said to be in somebody else's hands: whom that one may have appointed decides no
 * more, on the ledgers and here, and has no token from now on. Within a transaction.
 * @param inForce the key (raw, base64url), and the epoch that it opened
 */
export function endDelegationsBefore(
  patientNo: number,
  inForce: { readonly key: string; readonly epoch: number },
  {
    delegations,
    recoveries,
    clock,
  }: {
    readonly delegations: Pick<DelegationStore, 'standing' | 'end'>;
    readonly recoveries: Pick<RecoveryStore, 'latest'>;
    readonly clock: () => number;
  },
): void {
  const [opening] = recoveries.latest(patientNo)?.statements ?? [];
  if (opening === undefined) return;
  const { newKey, reason } = readStatement(opening).payload.body;
  if (newKey !== inForce.key || reason !== 'untrusted') return;
  for (const { delegationId, terms } of delegations.standing(patientNo))
    if ((terms.epoch ?? 0) < inForce.epoch) delegations.end(patientNo, delegationId, clock());
}
