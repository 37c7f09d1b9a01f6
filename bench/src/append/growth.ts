import { join } from 'node:path';
import { WorkerProcess } from '../worker/worker-process.js';
import { growthRatio, type BenchContext, type Figures, type Measure, type Outcome } from '../run/measure.js';
import { inTurn, type Rounds } from '../run/rounds.js';
import type { GrowthWorker } from './growth.worker.js';

const LARGE_READINGS = 1_200_000;
const SMALL_READINGS = 100_000;
/** Of 256 frames: about 8,000 readings a round. */
const GROUPS = 32;
const ROUNDS: Record<'quick' | 'full', Rounds> = {
  quick: { warmUp: 1, counted: 5 },
  full: { warmUp: 1, counted: 9 },
};

/** Whether appending stays as cheap as the store grows. */
export const appendGrowth: Measure = {
  name: 'append_cpu_1m_vs_100k',
  unit: 'us/append',
  budget: { atMost: 1.2 },
  a: 'with 1.2 million readings in the store',
  b: 'with 100,000',
  what: `CPU of the process, all threads, per frame of one reading: hashed, chained, sealed in blocks of 64, committed and
    synced in groups of 256, by the gateway's own store and chain code. 4,000 patients send in turn. Signatures of devices
    are not checked here: their cost is the same for any store, and would hide its growth.`,
  controlWhat: 'both stores with an index on (chain, counter) of frames, which ours does without',

  async run({ folder, quick, progress }: BenchContext): Promise<Outcome> {
    await using large = new WorkerProcess<GrowthWorker>('append/growth.worker.js');
    await using small = new WorkerProcess<GrowthWorker>('append/growth.worker.js');
    progress(`growth: building a store of ${LARGE_READINGS} readings`);
    await Promise.all([
      large.call('build', { path: join(folder, 'growth-large', 'gateway.db'), readings: LARGE_READINGS }),
      small.call('build', { path: join(folder, 'growth-small', 'gateway.db'), readings: SMALL_READINGS }),
    ]);
    const compare = async (): Promise<Figures> => {
      const [a = [], b = []] = await inTurn(quick ? ROUNDS.quick : ROUNDS.full, [
        () => large.call('round', GROUPS),
        () => small.call('round', GROUPS),
      ]);
      return growthRatio(a, b);
    };
    progress('growth: rounds');
    const measured = await compare();
    progress('growth: control');
    await Promise.all([large.call('addIndex', undefined), small.call('addIndex', undefined)]);
    return { measured, control: await compare() };
  },
};
