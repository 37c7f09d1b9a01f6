import { join } from 'node:path';
import { WorkerProcess } from '../worker/worker-process.js';
import { costRatio, type BenchContext, type Measure, type Outcome } from '../run/measure.js';
import { inTurn, type Rounds } from '../run/rounds.js';
import type { HypercoreWorker } from './hypercore.worker.js';
import type { OursWorker } from './ours.worker.js';

const ROUND = { entries: 2_048, batchEntries: 1 };
const ROUNDS: Record<'quick' | 'full', Rounds> = {
  quick: { warmUp: 1, counted: 3 },
  full: { warmUp: 1, counted: 9 },
};

/** The same where nothing is batched. */
export const appendSingleVsHypercore: Measure = {
  name: 'append_vs_hypercore_1',
  unit: 'us/entry',
  budget: 'reported',
  a: 'gateway store: chained, sealed, on disk',
  b: 'hypercore 11: appended, on disk',
  what: `As append_vs_hypercore_64 with batches of one: a signature, a block, a transaction and a sync for every entry. The
    gateway never does so, whose blocks have up to 64 frames: for ours this is a block's whole cost, for one entry.`,
  controlWhat: null,

  async run({ folder, quick, progress }: BenchContext): Promise<Outcome> {
    await using ours = new WorkerProcess<OursWorker>('append/ours.worker.js');
    await using theirs = new WorkerProcess<HypercoreWorker>('append/hypercore.worker.js');
    await ours.call('open', join(folder, 'ours.db'));
    await theirs.call('open', join(folder, 'hypercore'));
    progress(`append, one by one: rounds of ${ROUND.entries} entries`);
    const [a = [], b = []] = await inTurn(quick ? ROUNDS.quick : ROUNDS.full, [
      () => ours.call('round', ROUND),
      () => theirs.call('round', ROUND),
    ]);
    return { measured: costRatio(a, b), control: null };
  },
};
