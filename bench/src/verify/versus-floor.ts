import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { costRatio, type BenchContext, type Measure, type Outcome } from '../run/measure.js';
import { inTurn, type Rounds } from '../run/rounds.js';
import { WorkerProcess } from '../worker/worker-process.js';
import type { VerifyChainWorker } from './chain.worker.js';

const FRAMES = 8_192;
const ROUNDS: Record<'quick' | 'full', Rounds> = {
  quick: { warmUp: 1, counted: 5 },
  full: { warmUp: 2, counted: 9 },
};

/** What verifying a whole chain costs beyond what it cannot do without. */
export const verifyVsFloor: Measure = {
  name: 'verify_vs_floor',
  unit: 'us/frame',
  budget: { atLeast: 0.8 },
  a: 'the chain, from the store',
  b: 'a bare loop over its bytes',
  what: `CPU of the process, all threads, per frame of one reading, of verifying a patient's chain of ${FRAMES} of them as the
    gateway does: read from its store, blocks and frames parsed strictly, each frame against its leaf, its device's signature
    and chain, each block against its tree, its signature and the block before. The loop hashes each frame and block once and
    verifies each signature, with the same libsodium, and reads nothing.`,
  controlWhat: 'every signature verified twice',

  async run({ folder, quick, progress }: BenchContext): Promise<Outcome> {
    const open = async (name: string, verifications: number) => {
      progress(`verify: ${name}: a chain of ${FRAMES} frames`);
      const place = join(folder, name);
      mkdirSync(place);
      const worker = new WorkerProcess<VerifyChainWorker>('verify/chain.worker.js');
      await worker.call('build', { folder: place, count: FRAMES, verifications });
      return worker;
    };
    await using chain = await open('chain', 1);
    await using floor = await open('floor', 1);
    await using twice = await open('twice', 2);
    progress('verify: rounds');
    const [a = [], b = [], control = []] = await inTurn(quick ? ROUNDS.quick : ROUNDS.full, [
      () => chain.call('verify', undefined),
      () => floor.call('floor', undefined),
      () => twice.call('verify', undefined),
    ]);
    return { measured: costRatio(a, b), control: costRatio(control, b) };
  },
};
