/** One point of an experiment. */
export interface Point {
  /** E.g. `paper_mining_bits_12`. */
  readonly name: string;
  /** Median, milliseconds. */
  readonly ms: number;
  readonly runs: number;
}

/** A figure of the paper, measured again: how a time depends on something. No budget: it is what it is. */
export interface Experiment {
  readonly title: string;
  /** What was varied and what was timed, for docs/performance.md. */
  readonly what: string;
  run(quick: boolean): Point[];
}
