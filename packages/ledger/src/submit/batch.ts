import { jitteredDelayMs, pause } from '../delay.js';
import { LedgerError } from '../error.js';
import { CONFLICTS_BEFORE_SPLIT, REPROPOSE_MAX_DELAY_MS, REPROPOSE_MIN_DELAY_MS } from '../limits.js';

/** What became of a run of neighbouring items that shared one transaction. */
export type BatchOutcome<Item, Result> =
  | { readonly status: 'committed'; readonly items: readonly Item[]; readonly submitted: Result }
  | { readonly status: 'failed'; readonly items: readonly Item[]; readonly error: LedgerError };

export interface BatchOptions<Item, Result> {
  readonly items: readonly Item[];
  /** Makes one transaction of these items. */
  readonly submit: (items: readonly Item[]) => Promise<Result>;
  /** Items of one transaction at most. */
  readonly maxItems: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Submits many items in few transactions, in order. A batch that conflicts three times, or that the
 * chaincode refuses as a whole, is split in halves, so that one troublesome item holds up no other.
 * When the ledger is away, or an outcome is unknown, the rest is not tried and fails with that error.
 * Never throws for an item: every item is in exactly one outcome.
 */
export async function submitBatch<Item, Result>(
  options: BatchOptions<Item, Result>,
): Promise<BatchOutcome<Item, Result>[]> {
  const { items, maxItems, submit, signal } = options;
  if (!Number.isInteger(maxItems) || maxItems < 1)
    throw new RangeError('maxItems must be a positive integer');
  const outcomes: BatchOutcome<Item, Result>[] = [];
  const waiting: (readonly Item[])[] = [];
  for (let start = 0; start < items.length; start += maxItems)
    waiting.push(items.slice(start, start + maxItems));

  let stop: LedgerError | undefined;
  for (let batch = waiting.shift(); batch; batch = waiting.shift()) {
    if (signal?.aborted)
      stop ??= new LedgerError('ABORTED', 'The batch was cancelled', { cause: signal.reason });
    if (stop) {
      outcomes.push({ status: 'failed', items: batch, error: stop });
      continue;
    }
    const outcome = await submitOnce(batch, submit, signal);
    if (outcome.status === 'failed' && batch.length > 1 && isSplittable(outcome.error)) {
      const middle = Math.ceil(batch.length / 2);
      waiting.unshift(batch.slice(0, middle), batch.slice(middle));
      continue;
    }
    outcomes.push(outcome);
    if (outcome.status === 'failed' && !isSplittable(outcome.error)) stop = outcome.error;
  }
  return outcomes;
}

function isSplittable({ code }: LedgerError): boolean {
  return code === 'MVCC_CONFLICT' || code === 'CHAINCODE_REFUSED';
}

async function submitOnce<Item, Result>(
  items: readonly Item[],
  submit: (items: readonly Item[]) => Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<BatchOutcome<Item, Result>> {
  for (let conflicts = 1; ; conflicts += 1) {
    try {
      return { status: 'committed', items, submitted: await submit(items) };
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
      if (error.code !== 'MVCC_CONFLICT' || conflicts === CONFLICTS_BEFORE_SPLIT || signal?.aborted) {
        return { status: 'failed', items, error };
      }
      await pause(jitteredDelayMs(conflicts, REPROPOSE_MIN_DELAY_MS, REPROPOSE_MAX_DELAY_MS), signal);
    }
  }
}
