import type { SignerAnswer, SignerQuery } from '@careledger/contracts';
import type { Evaluation } from '../transaction/transaction.js';

/**
 * Looks up who holds which keys, many at once: in `access-control` its own state, in `records` one call of
 * `access-control`. Answers come in the order of the questions.
 */
export type FindSigners = (
  tx: Pick<Evaluation, 'state' | 'call'>,
  queries: readonly SignerQuery[],
) => Promise<SignerAnswer[]>;
