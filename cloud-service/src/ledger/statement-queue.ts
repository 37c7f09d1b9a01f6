import { BATCH_MAX_ITEMS, type BatchResult, type ItemResult } from '@careledger/contracts';
import { submitBatch, type Submitted } from '@careledger/ledger';
import { SubjectBatcher } from '@careledger/service-kit';

/** Statements of one organisation that may wait. */
const WAITING_PER_ORGANISATION_MAX = 5_000;

/** A statement on its way to the ledger, its issuer checked. */
export interface QueuedStatement {
  readonly statement: string;
  readonly patientId: string;
  /** Who signed it. */
  readonly issuer: string;
  /** Organisation of the token that brought it. */
  readonly mspId: string;
}

/** What the ledger says to a statement. */
export interface Settled {
  readonly item: ItemResult;
  /** Transaction in which this was said, and its block: where the statement was repeated, not the ones that carried it first. */
  readonly transactionId: string;
  readonly blockNumber: bigint;
}

/**
 * Takes statements of many patients to the ledger in few transactions. Those of one patient go one after the other, each
 * issuer in a queue of its own and the patient's own first: nobody can hold a patient up.
 */
export class StatementQueue {
  readonly #batcher: SubjectBatcher<QueuedStatement, Settled>;

  /** @param submit makes one transaction of statements of as many patients */
  constructor(submit: (items: string[]) => Promise<Submitted<BatchResult>>) {
    this.#batcher = new SubjectBatcher<QueuedStatement, Settled>({
      subjectOf: ({ patientId }) => patientId,
      queueOf: ({ issuer }) => issuer,
      isOwner: ({ patientId, issuer }) => issuer === patientId,
      callerOf: ({ mspId }) => mspId,
      maxWaitingPerCaller: WAITING_PER_ORGANISATION_MAX,
      maxItems: BATCH_MAX_ITEMS,
      run: (statements) => carryOut(statements, submit),
    });
  }

  /** @throws LedgerError; BatcherFullError */
  add(statement: QueuedStatement): Promise<Settled> {
    return this.#batcher.add(statement);
  }
}

async function carryOut(
  statements: readonly QueuedStatement[],
  submit: (items: string[]) => Promise<Submitted<BatchResult>>,
): Promise<Settled[]> {
  const outcomes = await submitBatch({
    items: statements.map(({ statement }) => statement),
    maxItems: BATCH_MAX_ITEMS,
    submit: (items) => submit([...items]),
  });
  return outcomes.flatMap((outcome) => {
    if (outcome.status === 'failed') throw outcome.error;
    const { result, transactionId, blockNumber } = outcome.submitted;
    return result.items.map((item) => ({ item, transactionId, blockNumber }));
  });
}
