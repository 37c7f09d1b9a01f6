import type { Comparator } from './model/reading.js';

/** How the true statistic lies to the one computed with bounds as values. FHIR's Quantity.comparator. */
export type StatisticComparator = '<' | '<=' | '>' | '>=';

/** A value that may be a bound. */
export interface Bounded {
  readonly value: number;
  readonly comparator?: Comparator | undefined;
}

const SIDE = { '<': -1, none: 0, '>': 1 } as const;
const sideOf = ({ comparator }: Bounded): number => SIDE[comparator ?? 'none'];

/** From the lowest to the highest; of one number `<` comes first, `>` last. */
export const byBoundedValue = (a: Bounded, b: Bounded): number => a.value - b.value || sideOf(a) - sideOf(b);

/**
 * What is known of the value at a position (between two indexes: interpolated) of values in the order of `byBoundedValue`.
 * A `<` there or further up may belong below it, a `>` there or further down above it; with both nothing is known, as
 * without either all is: undefined.
 */
export function comparatorAt(sorted: readonly Bounded[], position: number): StatisticComparator | undefined {
  const low = Math.floor(position);
  const high = Math.ceil(position);
  const isLower = sorted.findLastIndex(({ comparator }) => comparator === '<') >= low;
  const firstAbove = sorted.findIndex(({ comparator }) => comparator === '>');
  const isHigher = firstAbove !== -1 && firstAbove <= high;
  if (isLower === isHigher) return undefined;
  const comparator = isLower ? '<' : '>';
  const isOwn = [sorted[low], sorted[high]].some((value) => value?.comparator === comparator);
  return isOwn ? comparator : `${comparator}=`;
}

/** What is known of the mean. */
export function comparatorOfMean(values: readonly Bounded[]): Comparator | undefined {
  const has = (side: Comparator): boolean => values.some(({ comparator }) => comparator === side);
  if (has('<') === has('>')) return undefined;
  return has('<') ? '<' : '>';
}
