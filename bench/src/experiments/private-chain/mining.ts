import { BenchDevice } from '../../ingest/device.js';
import { median } from '../../run/statistics.js';
import { shown } from '../../report/number.js';
import { valueAt, type Experiment, type Point } from '../experiment.js';
import { ExperimentChain } from './chain.js';

const DIFFICULTIES_BITS = { quick: [0, 4, 8, 12], full: [0, 4, 8, 10, 12, 14, 16, 18, 20] };
const READINGS_PER_BLOCK = [16, 64, 256];
/** A search's length is geometrically distributed: its median needs many. */
const RUNS = 25;
/** From here on a block takes seconds. */
const LONG_BITS = 18;
const LONG_RUNS = 5;
const nameOf = (readings: number): string => `${readings} readings`;

/** What work would cost the gateway. */
export const mining: Experiment = {
  name: 'mining',
  title: 'Mining time by difficulty',
  what: `Time to seal a block, frames hashed, nonce found and block signed, by the leading zero bits of the block's hash, for
    blocks of several sizes. The number of hashes that are tried doubles with every bit.`,
  run({ quick, progress }) {
    const bits = quick ? DIFFICULTIES_BITS.quick : DIFFICULTIES_BITS.full;
    const all = new BenchDevice().frames('bench', Math.max(...READINGS_PER_BLOCK));
    const series = READINGS_PER_BLOCK.map((readings) => {
      progress(`mining: blocks of ${readings} readings`);
      const frames = all.slice(0, readings);
      return { name: nameOf(readings), points: bits.map((each) => pointOf(each, frames)) };
    });
    return Promise.resolve([
      {
        name: 'mining-time',
        title: 'Mining time by difficulty',
        x: { label: 'difficulty (leading zero bits)', scale: 'linear' },
        y: { label: 'time to seal a block (ms)', scale: 'log' },
        series,
      },
    ]);
  },
  meaning(figures) {
    const at = (bits: number) => valueAt(figures, 'mining-time', nameOf(64), bits);
    return `At 12 bits a block of 64 readings takes ${shown(at(12))} ms, at none ${shown(at(0))} ms, and its size hardly matters
      once there is work. Where one miner exists, that time proves nothing to others: whoever holds the gateway's key finds a
      nonce as fast. So difficulty is a parameter of the genesis block and 0 in production; the gateway's signature, and the
      anchor on \`authorities\`, do what the work was for.`;
  },
};

function pointOf(bits: number, frames: readonly Uint8Array[]): Point {
  const chain = new ExperimentChain(bits);
  const runs = bits >= LONG_BITS ? LONG_RUNS : RUNS;
  const times = Array.from({ length: runs }, () => chain.seal(frames).ms);
  return { x: bits, y: median(times), runs };
}
