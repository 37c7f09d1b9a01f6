import { BenchDevice } from '../ingest/device.js';
import { median } from '../run/statistics.js';
import { ExperimentChain } from './chain.js';
import type { Experiment } from './experiment.js';

const READINGS = [1, 4, 16, 64, 256, 1_024];
const RUNS = { quick: 15, full: 101 };
/** Not counted: until the code is compiled. */
const WARM_UP_RUNS = 20;

/** Block time by number of readings. */
export const blockTime: Experiment = {
  title: 'Block time by number of readings',
  what: `Median time to seal a block at difficulty 0, frames of one reading each hashed and the block signed, by the number
    of its readings.`,
  run(quick) {
    const all = new BenchDevice().frames('bench', Math.max(...READINGS));
    const chain = new ExperimentChain(0);
    for (let n = 0; n < WARM_UP_RUNS; n++) chain.seal(all);
    const runs = quick ? RUNS.quick : RUNS.full;
    return READINGS.map((readings) => {
      const frames = all.slice(0, readings);
      const times = Array.from({ length: runs }, () => chain.seal(frames));
      return { name: `paper_block_readings_${readings}`, ms: median(times), runs };
    });
  },
};
