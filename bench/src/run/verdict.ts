import { meets } from './budget.js';
import type { Measure, Outcome } from './measure.js';

/** A measure with what came of it: figures, or why there are none. */
export type Result =
  | { readonly measure: Measure; readonly outcome: Outcome }
  | { readonly measure: Measure; readonly error: Error };

/** The budget is kept, and the control misses it: one without the other says nothing. What is only reported has neither. */
export function isPassed(result: Result): boolean {
  return 'outcome' in result && isWithinBudget(result) && controlFails(result);
}

export function isWithinBudget({ measure, outcome }: Result & { readonly outcome: Outcome }): boolean {
  return meets(measure.budget, outcome.measured.ratio);
}

export function controlFails({ measure, outcome }: Result & { readonly outcome: Outcome }): boolean {
  if (outcome.control === null) return measure.budget === 'reported';
  return !meets(measure.budget, outcome.control.ratio);
}
