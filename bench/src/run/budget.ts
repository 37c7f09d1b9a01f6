/** What a figure has to keep to. */
export type Budget = { readonly atLeast: number } | { readonly atMost: number };

/** A figure that is not a number keeps to no budget. */
export function meets(budget: Budget, figure: number): boolean {
  return 'atLeast' in budget ? figure >= budget.atLeast : figure <= budget.atMost;
}

/** E.g. `≥ 0.6`. */
export function budgetText(budget: Budget): string {
  const [sign, limit] = 'atLeast' in budget ? ['≥', budget.atLeast] : ['≤', budget.atMost];
  return `${sign} ${limit.toLocaleString('en-US')}`;
}
