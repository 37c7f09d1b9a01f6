import { budgetText, type Budget } from './budget.js';
import { median, spreadOf, type Spread } from './statistics.js';

/** What a measure may use while it runs. */
export interface BenchContext {
  /** An empty folder of this run, on the disk of the checkout. */
  readonly folder: string;
  /** Fewer rounds: a figure within a minute, less steady. */
  readonly quick: boolean;
  /** One line for whoever waits. */
  progress(line: string): void;
}

/** What came out. Without a counterpart `b` is null and `ratio` the figure itself. */
export interface Figures {
  readonly ratio: number;
  readonly a: number;
  readonly b: number | null;
  /** Of the ratio, round by round. */
  readonly spread: Spread;
}

/**
 * A measure's figures, and those of its control: the same measurement of something that must not pass. Null where the
 * figure is only reported.
 */
export interface Outcome {
  readonly measured: Figures;
  readonly control: Figures | null;
}

export interface Measure {
  readonly name: string;
  /** Of `a` and `b`. */
  readonly unit: string;
  readonly budget: Budget;
  /** What `a` is, and what `b` is. */
  readonly a: string;
  readonly b: string | null;
  /** What the figure is of, for docs/performance.md. */
  readonly what: string;
  /** What the control does wrong; null without one. */
  readonly controlWhat: string | null;
  /** Why it misses its budget where it does, as far as that is known: shown then, and only then. */
  readonly whyMissed?: string;
  /** Whether its path has a flame graph: false for memory, which takes no time. */
  readonly isProfiled?: boolean;
  run(context: BenchContext): Promise<Outcome>;
}

/** A measure's budget; in its unit where the figure is no ratio. */
export function budgetWithUnit({ budget, unit, b }: Pick<Measure, 'budget' | 'unit' | 'b'>): string {
  return b === null && budget !== 'reported' ? `${budgetText(budget)} ${unit}` : budgetText(budget);
}

/** `b / a`: how many times as cheap a is. */
export function costRatio(a: readonly number[], b: readonly number[]): Figures {
  return ratioOf(a, b, (costA, costB) => costB / costA);
}

/** `a / b`: by how much a costs more. */
export function growthRatio(a: readonly number[], b: readonly number[]): Figures {
  return ratioOf(a, b, (costA, costB) => costA / costB);
}

/** Figures without a counterpart. */
export function single(values: readonly number[]): Figures {
  const spread = spreadOf(values);
  return { ratio: spread.median, a: spread.median, b: null, spread };
}

/** The ratio is that of the medians; pairs of neighbouring rounds give its spread. */
function ratioOf(
  a: readonly number[],
  b: readonly number[],
  ratio: (a: number, b: number) => number,
): Figures {
  const [medianA, medianB] = [median(a), median(b)];
  const pairs = a.flatMap((value, round) => {
    const other = b[round];
    return other === undefined ? [] : [ratio(value, other)];
  });
  return { ratio: ratio(medianA, medianB), a: medianA, b: medianB, spread: spreadOf(pairs) };
}
