import { accessWeekVsOne } from './access/week.js';
import { appendGrowth } from './append/growth.js';
import { appendVsHypercore } from './append/versus-hypercore.js';
import { decideGrowth } from './decide/growth.js';
import { devnetStart } from './devnet/start.js';
import { devnetSubmit } from './devnet/submit.js';
import { BenchError } from './errors.js';
import { ingestVsVerifyLimit } from './ingest/measure.js';
import { demoPeakPss } from './memory/demo.js';
import { PAPER, type Experiment } from './paper/index.js';
import type { Measure } from './run/measure.js';

/** Every measure with a budget, in the order in which they run. */
export const MEASURES: readonly Measure[] = [
  ingestVsVerifyLimit,
  appendVsHypercore,
  appendGrowth,
  decideGrowth,
  devnetStart,
  devnetSubmit,
  accessWeekVsOne,
  demoPeakPss,
];

/** The name that stands for all experiments of the paper. */
const PAPER_NAME = 'paper';

/** What a run consists of. */
export interface Selection {
  readonly measures: readonly Measure[];
  readonly experiments: readonly Experiment[];
}

/** Everything that can be named. */
export const NAMES: readonly string[] = [...MEASURES.map(({ name }) => name), PAPER_NAME];

/** All, or those named. @throws BenchError `UNKNOWN_MEASURE` */
export function select(names: readonly string[]): Selection {
  if (names.length === 0) return { measures: MEASURES, experiments: PAPER };
  const unknown = names.find((name) => !NAMES.includes(name));
  if (unknown !== undefined) {
    throw new BenchError(
      'UNKNOWN_MEASURE',
      `There is no measure ${unknown}. There are: ${NAMES.join(', ')}.`,
    );
  }
  return {
    measures: MEASURES.filter(({ name }) => names.includes(name)),
    experiments: names.includes(PAPER_NAME) ? PAPER : [],
  };
}
