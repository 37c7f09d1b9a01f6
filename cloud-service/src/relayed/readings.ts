import { records, type BatchResult } from '@careledger/contracts';
import type { LedgerChannel } from '@careledger/ledger';
import { problemOfLedger } from '@careledger/ledger/service';
import { assertSpeaksFor, type Caller } from '../caller.js';
import { StatementQueue } from '../ledger/statement-queue.js';
import { readStatementOf } from '../ledger/statements.js';
import type { ProblemCode } from '../problems.js';

/** Takes to channel `cloud` what authorities say of direct emergency notices that they showed to somebody. */
export class ReadingRelay {
  readonly #queue: StatementQueue;

  constructor(cloud: LedgerChannel) {
    this.#queue = new StatementQueue((items) => cloud.submit(records, 'ReportReadings', { items }));
  }

  /**
   * Relays `noticeReading` statements of the caller's own. A repeated one changes nothing and gives its first transaction.
   * @returns what the ledger says to each, in their order
   * @throws ProblemError ORGANISATION_MISMATCH, LEDGER_REFUSED, LEDGER_UNAVAILABLE: then the same is to be sent again
   */
  async report(statements: readonly string[], caller: Caller): Promise<BatchResult> {
    const readings = statements.map((statement) => {
      const { issuer, body } = readStatementOf('noticeReading', statement, 'LEDGER_REFUSED');
      assertSpeaksFor(caller, issuer);
      return { statement, issuer, patientId: body.patientId, mspId: caller.mspId };
    });
    try {
      const settled = await Promise.all(readings.map((reading) => this.#queue.add(reading)));
      return { items: settled.map(({ item }) => item) };
    } catch (error) {
      throw problemOfLedger<ProblemCode>(error, 'LEDGER_REFUSED');
    }
  }
}
