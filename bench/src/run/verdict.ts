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

/** The budget is kept, and the control misses it: one without the other says nothing. What is only reported has neither. */
export function isPassed(result: Result): boolean {
  if (!('outcome' in result)) return 'skipped' in result;
  return isWithinBudget(result) && controlFails(result);
}

export function isWithinBudget({ measure: { budget }, outcome }: Measured): boolean {
  return meets(budget, outcome.measured.ratio);
}

/** Where nothing can be missed, a control has nothing to show. */
export function controlFails({ measure: { budget }, outcome: { control } }: Measured): boolean {
  if (control === null) return budget === 'reported';
  return !meets(budget, control.ratio);
}
