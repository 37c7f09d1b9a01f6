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
