import { blockTime } from './block-time.js';
import type { Experiment } from './experiment.js';
import { mining } from './mining.js';

export type { Experiment, Point } from './experiment.js';

/** The paper's experiments on the private chain. */
export const PAPER: readonly Experiment[] = [mining, blockTime];
