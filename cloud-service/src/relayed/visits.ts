import { records } from '@careledger/contracts';
import { submitWithRetry, type LedgerChannel } from '@careledger/ledger';
import { problemOfLedger } from '@careledger/ledger/service';
import { assertSpeaksFor, type Caller } from '../caller.js';
import { readStatementOf } from '../ledger/statements.js';
import type { ProblemCode } from '../problems.js';

/**
 * Scenario 3: relays an authority's `visit` statement as the related entry on channel `cloud`.
 * @throws ProblemError ORGANISATION_MISMATCH, VISIT_REFUSED, LEDGER_UNAVAILABLE
 */
export async function relateVisit(
  cloud: LedgerChannel,
  statement: string,
  caller: Caller,
): Promise<{ txId: string }> {
  assertSpeaksFor(caller, readStatementOf('visit', statement, 'VISIT_REFUSED').issuer);
  try {
    const { result } = await submitWithRetry(() => cloud.submit(records, 'RelateVisit', { statement }));
    return { txId: result.txId };
  } catch (error) {
    throw problemOfLedger<ProblemCode>(error, 'VISIT_REFUSED');
  }
}
