import type { Stack } from './stacks.js';

/** Something with its share of a stack's samples, between 0 and 1. */
export interface Share {
  readonly name: string;
  readonly share: number;
}

/** Self time by part, the largest first. */
export function partsOf(stack: Stack): Share[] {
  return sharesBy(stack, ({ part }) => part);
}

/** Self time by function, the largest first. */
export function functionsOf(stack: Stack): Share[] {
  return sharesBy(stack, ({ name, module }) => (module === '' ? name : `${name} (${module})`));
}

function sharesBy(stack: Stack, keyOf: (stack: Stack) => string): Share[] {
  const sums = new Map<string, number>();
  const visit = (each: Stack): void => {
    if (each.self > 0) sums.set(keyOf(each), (sums.get(keyOf(each)) ?? 0) + each.self);
    for (const call of each.calls.values()) visit(call);
  };
  visit(stack);
  return [...sums]
    .map(([name, samples]) => ({ name, share: samples / stack.total }))
    .sort((a, b) => b.share - a.share);
}
