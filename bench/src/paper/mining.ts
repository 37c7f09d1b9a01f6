import { BenchDevice } from '../ingest/device.js';
import { median } from '../run/statistics.js';
import { ExperimentChain } from './chain.js';
import type { Experiment } from './experiment.js';

const DIFFICULTIES_BITS = { quick: [0, 4, 8, 12], full: [0, 4, 8, 12, 14, 16, 18, 20] };
const FRAMES_PER_BLOCK = 64;
/** A search's length is geometrically distributed: its median needs many. */
const RUNS = 25;
/** From here on a block takes seconds. */
const LONG_BITS = 18;
const LONG_RUNS = 5;

/** Mining time by difficulty. */
export const mining: Experiment = {
  title: 'Mining time by difficulty',
  what: `Median time to seal a block of ${FRAMES_PER_BLOCK} readings, frames hashed, nonce found and block signed, by the leading
    zero bits of the block's hash; the number of hashes tried doubles with every bit. Production uses 0.`,
  run(quick) {
    const frames = new BenchDevice().frames('bench', FRAMES_PER_BLOCK);
    return (quick ? DIFFICULTIES_BITS.quick : DIFFICULTIES_BITS.full).map((bits) => {
      const chain = new ExperimentChain(bits);
      const runs = bits >= LONG_BITS ? LONG_RUNS : RUNS;
      const times = Array.from({ length: runs }, () => chain.seal(frames));
      return { name: `paper_mining_bits_${bits}`, ms: median(times), runs };
    });
  },
};
