import { records } from '@careledger/contracts';
import { submitWithRetry, type LedgerChannel } from '@careledger/ledger';
import { problemOfLedger } from '@careledger/ledger/service';
import type { ProblemCode } from '../problems.js';

/** Scenario 3: relays an authority's `visit` statement as the related entry on channel `cloud`. */
export async function relateVisit(cloud: LedgerChannel, statement: string): Promise<{ txId: string }> {
  try {
    const { result } = await submitWithRetry(() => cloud.submit(records, 'RelateVisit', { statement }));
    return { txId: result.txId };
  } catch (error) {
    throw problemOfLedger<ProblemCode>(error, 'VISIT_REFUSED');
  }
}
