import type { BenchContext } from '../run/measure.js';

/** A direction of a chart. */
export interface Axis {
  readonly label: string;
  /** Log axes show no values of 0. A category is a word for each place. */
  readonly scale: 'linear' | 'log' | 'category';
}

/** One point of a curve. */
export interface Point {
  readonly x: number | string;
  /** Median of the runs. */
  readonly y: number;
  readonly runs: number;
}

/** A curve. */
export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
}

/** A chart with its data: an SVG and a CSV file of this name. */
export interface Figure {
  /** File name without ending. */
  readonly name: string;
  readonly title: string;
  readonly x: Axis;
  /** Its unit stands last in the label, in brackets. */
  readonly y: Axis;
  readonly series: readonly Series[];
}

/** A question of the paper, or about what was built of it, measured. No budget: it is what it is. */
export interface Experiment {
  readonly name: string;
  readonly title: string;
  /** What is varied and what is timed, for docs/experiments.md. */
  readonly what: string;
  run(context: BenchContext): Promise<readonly Figure[]>;
  /** What the figures say about the architecture: a sentence or two, with figures of this run. */
  meaning(figures: readonly Figure[]): string;
}

/** The figure at `x` of a curve. @throws RangeError if the experiment has no such point */
export function valueAt(
  figures: readonly Figure[],
  figure: string,
  series: string,
  x: number | string,
): number {
  const found = pointsOf(figures, figure, series).find((point) => point.x === x);
  if (found === undefined) throw new RangeError(`There is no point ${x} of ${series} in ${figure}`);
  return found.y;
}

/** First and last point of a curve. @throws RangeError for a curve of none */
export function endsOf(figures: readonly Figure[], figure: string, series: string): readonly [Point, Point] {
  const points = pointsOf(figures, figure, series);
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) throw new RangeError(`${series} of ${figure} has no points`);
  return [first, last];
}

const figureOf = (figures: readonly Figure[], name: string): Figure | undefined =>
  figures.find((figure) => figure.name === name);

/** None for a curve that there is not. */
const pointsOf = (figures: readonly Figure[], figure: string, series: string): readonly Point[] =>
  figureOf(figures, figure)?.series.find(({ name }) => name === series)?.points ?? [];
