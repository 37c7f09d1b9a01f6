import { BenchError } from '../errors.js';
import type { Experiment } from './experiment.js';
import { aggregation, fabricAggregation } from './ledger/aggregation.js';
import { blockTimeout } from './ledger/block-timeout.js';
import { consensus } from './ledger/consensus.js';
import { fabricBlockTimeout } from './ledger/fabric-block-timeout.js';
import { blocks } from './private-chain/blocks.js';
import { mining } from './private-chain/mining.js';
import { storeSize } from './private-chain/store-size.js';
import { patients } from './records/patients.js';
import { scenarios } from './records/scenarios.js';

/** Every experiment, in the order in which they run and are told. */
export const EXPERIMENTS: readonly Experiment[] = [
  mining,
  blocks,
  storeSize,
  scenarios,
  patients,
  blockTimeout,
  fabricBlockTimeout,
  consensus,
  aggregation,
  fabricAggregation,
];

/** All, or those named. @throws BenchError `UNKNOWN_EXPERIMENT` */
export function selectExperiments(names: readonly string[]): readonly Experiment[] {
  const known = EXPERIMENTS.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new BenchError(
      'UNKNOWN_EXPERIMENT',
      `There is no experiment ${unknown}. There are: ${known.join(', ')}.`,
    );
  return names.length === 0 ? EXPERIMENTS : EXPERIMENTS.filter(({ name }) => names.includes(name));
}
