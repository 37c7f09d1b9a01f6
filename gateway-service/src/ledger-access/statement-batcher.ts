import { BATCH_MAX_ITEMS, type BatchResult, type ItemResult } from '@careledger/contracts';
import { submitBatch, type LedgerError } from '@careledger/ledger';
import { SubjectBatcher } from '@careledger/service-kit';

/** Submits statements of different patients as one transaction. */
export type SubmitItems = (
  items: readonly string[],
) => Promise<{ readonly result: BatchResult; readonly blockNumber: bigint }>;

/** What became of a statement on a ledger. */
export interface Settled {
  readonly item: ItemResult;
  readonly blockNumber: number;
}

interface Submission {
  readonly patientId: string;
  readonly statement: string;
}

type Outcome = { readonly settled: Settled } | { readonly error: LedgerError };

/**
 * Gathers patients' statements into transactions, one item a patient and one transaction a patient at a time. Sending a
 * statement again is safe: the ledger knows it by its id.
 */
export class StatementBatcher {
  readonly #batcher: SubjectBatcher<Submission, Outcome>;

  constructor(submit: SubmitItems, onOutcome: (error: LedgerError | undefined) => void) {
    this.#batcher = new SubjectBatcher<Submission, Outcome>({
      subjectOf: ({ patientId }) => patientId,
      maxItems: BATCH_MAX_ITEMS,
      run: async (submissions) => {
        const outcomes = await submitBatch({
          items: submissions.map(({ statement }) => statement),
          maxItems: BATCH_MAX_ITEMS,
          submit,
        });
        return outcomes.flatMap((outcome): Outcome[] => {
          if (outcome.status === 'failed') {
            onOutcome(outcome.error);
            return outcome.items.map(() => ({ error: outcome.error }));
          }
          onOutcome(undefined);
          const { result, blockNumber } = outcome.submitted;
          return result.items.map((item) => ({ settled: { item, blockNumber: Number(blockNumber) } }));
        });
      },
    });
  }

  /** @throws LedgerError when the statement's fate is open; a refusal is a `Settled` with its code */
  async submit(patientId: string, statement: string): Promise<Settled> {
    const outcome = await this.#batcher.add({ patientId, statement });
    if ('error' in outcome) throw outcome.error;
    return outcome.settled;
  }
}
