import { BenchDevice } from '../../ingest/device.js';
import { shown } from '../../report/number.js';
import { median } from '../../run/statistics.js';
import { valueAt, type Experiment, type Point } from '../experiment.js';
import { ExperimentChain } from './chain.js';

const READINGS = [1, 4, 16, 64, 256, 1_024];
const RUNS = { quick: 15, full: 101 };
/** Not counted: until the code is compiled. */
const WARM_UP_RUNS = 20;

/** What a block costs by its size. */
export const blocks: Experiment = {
  name: 'blocks',
  title: 'Blocks by their number of readings',
  what: `Time to seal a block at difficulty 0, frames of one reading each hashed and the block signed, and the bytes of the
    block for each of its readings, by how many readings it has.`,
  run({ quick }) {
    const all = new BenchDevice().frames('bench', Math.max(...READINGS));
    const chain = new ExperimentChain(0);
    for (let n = 0; n < WARM_UP_RUNS; n++) chain.seal(all);
    const runs = quick ? RUNS.quick : RUNS.full;
    const times: Point[] = [];
    const sizes: Point[] = [];
    for (const x of READINGS) {
      const made = Array.from({ length: runs }, () => chain.seal(all.slice(0, x)));
      times.push({ x, y: median(made.map(({ ms }) => ms)) / x, runs });
      sizes.push({ x, y: median(made.map(({ bytes }) => bytes)) / x, runs });
    }
    const x = { label: 'readings in a block', scale: 'log' } as const;
    return Promise.resolve([
      {
        ...{ name: 'block-time', title: 'Time to seal a block, for each of its readings', x },
        y: { label: 'time for each reading (ms)', scale: 'log' },
        series: [{ name: 'time', points: times }],
      },
      {
        ...{ name: 'block-size', title: 'Size of a block, for each of its readings', x },
        y: { label: 'size for each reading (bytes)', scale: 'log' },
        series: [{ name: 'block', points: sizes }],
      },
    ]);
  },
  meaning(figures) {
    const size = (readings: number) => shown(valueAt(figures, 'block-size', 'block', readings));
    const ms = (readings: number) => shown(valueAt(figures, 'block-time', 'time', readings));
    return `A reading that is a block of its own costs ${size(1)} bytes of chain and ${ms(1)} ms; one of 64 in a block
      ${size(64)} bytes and ${ms(64)} ms. Blocks hold a Merkle root, not readings, so that they stay small however many they
      stand for. The gateway seals at 64 readings or within a minute: a reading is on disk, signed by its device and
      acknowledged before that, so nobody waits for the block.`;
  },
};
