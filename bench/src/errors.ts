export type BenchErrorCode =
  /** A measure's name that does not exist. */
  | 'UNKNOWN_MEASURE'
  /** An experiment's name that does not exist. */
  | 'UNKNOWN_EXPERIMENT'
  /** A process that a measure needs ended, or answered with an error. */
  | 'WORKER_FAILED'
  /** What was measured is not what should have been: a figure would be worth nothing. */
  | 'MEASURE_INVALID'
  /** What was measured is not within its budget. */
  | 'BUDGET_MISSED'
  /** A program that a measure needs, and that the project does not bring, is not on this machine. */
  | 'NOT_HERE';

/** Why there is no figure. */
export class BenchError extends Error {
  override readonly name = 'BenchError';

  constructor(
    readonly code: BenchErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Whether there is no figure because this machine has not what it takes. */
export const isNotHere = (error: unknown): error is BenchError =>
  error instanceof BenchError && error.code === 'NOT_HERE';
