import { STATEMENTS, accessControl } from '@careledger/contracts';
import { submitWithRetry, type LedgerChannel } from '@careledger/ledger';
import { problemOfLedger } from '@careledger/ledger/service';
import type { RevocationAnswer } from '@careledger/protocol';
import { readStatement } from '@careledger/statements';
import type { OwnPeer } from '../ledger/own-peer.js';
import { refusal } from '../ledger/refusal.js';
import type { ProblemCode } from '../problems.js';

/** What can be revoked on channel `cloud`. Subscriptions are a matter of channel `authorities`. */
const REVOCATIONS: ReadonlySet<string> = new Set([STATEMENTS.revoke.typ, STATEMENTS.revokeAll.typ]);

/**
 * Relays a patient's revocation, whoever brings it: the patient's signature is what counts, and nobody can hold a
 * revocation back by being the only one to pass it on. One that the own peer has already is not sent again.
 * @throws ProblemError LEDGER_REFUSED, LEDGER_UNAVAILABLE
 */
export async function relayRevocation(
  { cloud, ownPeer }: { readonly cloud: LedgerChannel; readonly ownPeer: OwnPeer },
  statement: string,
): Promise<RevocationAnswer> {
  const { typ } = readStatement(statement).header;
  if (!REVOCATIONS.has(typ))
    throw refusal('LEDGER_REFUSED', 'STATEMENT_TYPE_MISMATCH', `a ${typ} revokes nothing on channel cloud`);
  try {
    // What the ledger would refuse is not ordered: junk from whoever has a token would fill its blocks.
    const { code, earlierTxId } = await ownPeer.wouldRevoke(statement);
    if (code !== 'OK') throw refusal('LEDGER_REFUSED', code, 'the ledger does not take the revocation');
    if (earlierTxId !== undefined) return { txId: earlierTxId, already: true };
    const items = [statement];
    const { result } = await submitWithRetry(() => cloud.submit(accessControl, 'Revoke', { items }));
    const [item] = result.items;
    if (item?.code !== 'OK')
      throw refusal('LEDGER_REFUSED', String(item?.code), 'the ledger does not take the revocation');
    return { txId: item.txId };
  } catch (error) {
    throw problemOfLedger<ProblemCode>(error, 'LEDGER_REFUSED');
  }
}
