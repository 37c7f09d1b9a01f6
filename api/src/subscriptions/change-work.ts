import type { ContractCode } from '@careledger/contracts';
import { LedgerError } from '@careledger/ledger';
import { problemOfLedger } from '@careledger/ledger/service';
import type { JobWords, Jobs, LongWork } from '@careledger/service-kit';
import type { Static } from 'typebox';
import type { Outbox } from '../outbox/outbox.js';
import { problem } from '../problems.js';
import {
  CHANGE_STAGES,
  ofChangeRef,
  type Change,
  type ChangeStage,
  type ChangeStore,
} from './change-store.js';
import type { CancelledSubscription, RequestedSubscription } from './schemas.js';

type Words = JobWords<ChangeStage>;
export const REQUEST: Words = { kind: 'subscription', stages: CHANGE_STAGES };
export const CANCELLATION: Words = { kind: 'subscription-cancellation', stages: CHANGE_STAGES };
/** Of a request: signed, committed. A cancellation is signed at once. */
const STEPS = CHANGE_STAGES.indexOf('committed');

export interface ChangeWorkOptions {
  readonly jobs: Pick<Jobs, 'watch'>;
  readonly outbox: Pick<Outbox, 'finished' | 'lastError'>;
  readonly changes: Pick<ChangeStore, 'find'>;
}

/** Changes of subscriptions on their way to the ledger, by `changeRef`. */
export interface ChangeWork {
  readonly requesting: LongWork<Static<typeof RequestedSubscription>>;
  readonly cancelling: LongWork<Static<typeof CancelledSubscription>>;
}

export function changeWork({ jobs, outbox, changes }: ChangeWorkOptions): ChangeWork {
  const watch = <Result>(words: Words, shown: (change: Change) => Result): LongWork<Result> =>
    jobs.watch(words, async (ref, { waitMs }) => {
      await outbox.finished('subscription', ref, waitMs);
      const change = changes.find(ofChangeRef(ref));
      if (change === undefined) throw problem('SUBSCRIPTION_UNKNOWN', 'It was given up meanwhile');
      const { refusal, stage, subscriptionId } = change;
      if (stage === 'refused') throw refusedAs(refusal);
      return {
        ...{ isDone: stage === 'committed', stage, done: CHANGE_STAGES.indexOf(stage), total: STEPS },
        ...{ lastError: outbox.lastError('subscription', ref), result: shown(change) },
        resultUrl: stage === 'committed' ? subscriptionPath(subscriptionId) : null,
      };
    });
  return {
    requesting: watch(REQUEST, ({ subscriptionId, txId }) => ({ subscriptionId, txId })),
    cancelling: watch(CANCELLATION, ({ txId }) => ({ txId })),
  };
}

export const subscriptionPath = (subscriptionId: string): string => `/v1/subscriptions/${subscriptionId}`;

/** The problem that a refusal of the ledger is where it comes at once. */
const refusedAs = (refusal: string | null): unknown =>
  problemOfLedger(
    new LedgerError('CHAINCODE_REFUSED', `The ledger refused: ${refusal}`, {
      ...(refusal !== null && { chaincodeCode: refusal as ContractCode }),
    }),
  );
