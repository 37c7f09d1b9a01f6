/** What a figure has to keep to; nothing where it is reported alone. */
export type Budget = { readonly atLeast: number } | { readonly atMost: number } | 'reported';

/** A figure that is not a number keeps to no budget. */
export function meets(budget: Budget, figure: number): boolean {
  if (budget === 'reported') return true;
  return 'atLeast' in budget ? figure >= budget.atLeast : figure <= budget.atMost;
}

/** E.g. `≥ 0.6`. */
export function budgetText(budget: Budget): string {
  if (budget === 'reported') return 'reported';
  const [sign, limit] = 'atLeast' in budget ? ['≥', budget.atLeast] : ['≤', budget.atMost];
  return `${sign} ${limit.toLocaleString('en-US')}`;
}

/** By how much of its limit a figure misses, e.g. 0.12 for 12 %; 0 or less where it does not. */
export function missedBy(budget: Budget, figure: number): number {
  if (budget === 'reported') return 0;
  return 'atLeast' in budget ? 1 - figure / budget.atLeast : figure / budget.atMost - 1;
}
