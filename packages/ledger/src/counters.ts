import { LedgerError, type LedgerErrorCode } from './error.js';

/** What a caller asked of the ledger. */
export type LedgerCall = 'submit' | 'evaluate' | 'resume';
/** To which step no answer came, so that the same bytes went again: the submission itself, or the question for its status. */
export type ReplayedStep = 'submit' | 'status';

export interface CallCount {
  readonly call: LedgerCall;
  readonly outcome: 'OK' | LedgerErrorCode;
  readonly count: number;
}

/**
 * How calls ended, as their callers saw it, and how often a transaction was sent again meanwhile without any caller
 * noticing: the difference between an error and a delay.
 */
export class LedgerCounters {
  readonly #calls = new Map<string, CallCount>();
  readonly #replays: Record<ReplayedStep, number> = { submit: 0, status: 0 };

  get calls(): readonly CallCount[] {
    return [...this.#calls.values()];
  }

  get replays(): Readonly<Record<ReplayedStep, number>> {
    return this.#replays;
  }

  /** Counts how the work ends. Errors that are no LedgerError are mistakes of the caller, and not counted. */
  async count<T>(call: LedgerCall, work: () => Promise<T>): Promise<T> {
    try {
      const result = await work();
      this.ended(call, 'OK');
      return result;
    } catch (error) {
      if (error instanceof LedgerError) this.ended(call, error.code);
      throw error;
    }
  }

  ended(call: LedgerCall, outcome: CallCount['outcome']): void {
    const key = `${call} ${outcome}`;
    this.#calls.set(key, { call, outcome, count: (this.#calls.get(key)?.count ?? 0) + 1 });
  }

  replayed(step: ReplayedStep): void {
    this.#replays[step] += 1;
  }
}
