import * as limits from './limits.js';

/** Deadlines of the steps of a transaction, in milliseconds. */
export interface LedgerTimeouts {
  readonly endorseMs: number;
  readonly evaluateMs: number;
  readonly submitMs: number;
  /** 5–10 s: long enough for a leader change to be rare, short enough to notice a lost transaction. */
  readonly commitStatusMs: number;
  /** For the status of what no orderer took, which only a block that is there already can tell. */
  readonly knownStatusMs: number;
  /** How long a transaction of unknown outcome is sent again before the error is COMMIT_UNKNOWN. */
  readonly resendWindowMs: number;
}

export const DEFAULT_TIMEOUTS: LedgerTimeouts = {
  endorseMs: limits.ENDORSE_TIMEOUT_MS,
  evaluateMs: limits.EVALUATE_TIMEOUT_MS,
  submitMs: limits.SUBMIT_TIMEOUT_MS,
  commitStatusMs: limits.COMMIT_STATUS_TIMEOUT_MS,
  knownStatusMs: limits.KNOWN_STATUS_TIMEOUT_MS,
  resendWindowMs: limits.RESEND_WINDOW_MS,
};

/** gRPC call options with a deadline so many milliseconds from now. */
export function within(ms: number): { deadline: number } {
  return { deadline: Date.now() + ms };
}
