import { meets } from './budget.js';
import type { Measure, Outcome } from './measure.js';

/** A measure with what came of it: figures, or why there are none. */
export type Result =
  | Measured
  | { readonly measure: Measure; readonly error: Error }
  /** What it needs is not on this machine: neither passed nor failed. */
  | { readonly measure: Measure; readonly skipped: string };

/** A measure that was taken. */
export interface Measured {
  readonly measure: Measure;
  readonly outcome: Outcome;
}

/** The budget is kept, and the control misses it: one without the other says nothing. */
export function isPassed(result: Result): boolean {
  if (!('outcome' in result)) return 'skipped' in result;
  return result.measure.budget === null || (isWithinBudget(result) && controlFails(result));
}

/** What is only reported keeps to whatever it is. */
export function isWithinBudget({ measure: { budget }, outcome }: Measured): boolean {
  return budget === null || meets(budget, outcome.measured.ratio);
}

/** A measure with a budget and no control can fail for nothing. */
export function controlFails({ measure: { budget }, outcome: { control } }: Measured): boolean {
  return budget !== null && control !== null && !meets(budget, control.ratio);
}
