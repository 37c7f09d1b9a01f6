import { EnvelopeError, matchWraps, type Wrap, type WrapSet } from '@careledger/envelope';
import { refusal } from '../ledger/refusal.js';

/** The wraps that a set signs for, with the keys they are for. @throws ProblemError WRAPS_REFUSED */
export function wrapsOf(set: WrapSet, jwes: readonly string[]): Wrap[] {
  try {
    return matchWraps(set, jwes);
  } catch (error) {
    throw problemOfWraps(error);
  }
}

/** An EnvelopeError of a wrap set as the problem that it is; other errors as they are. */
export function problemOfWraps(error: unknown): unknown {
  return error instanceof EnvelopeError
    ? refusal('WRAPS_REFUSED', error.code, error.message, { cause: error })
    : error;
}
