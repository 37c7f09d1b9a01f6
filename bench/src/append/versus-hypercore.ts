import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Arm } from '../arm/arm.js';
import { costRatio, type BenchContext, type Measure, type Outcome } from '../run/measure.js';
import { inTurn, type Rounds } from '../run/rounds.js';
import { BATCH_ENTRIES } from './entries.js';
import type { HypercoreArm } from './hypercore.arm.js';
import type { OursArm } from './ours.arm.js';

/** Of a round: 15 MB of hypercore's log, far below the 64 MB at which RocksDB begins another one. */
const ROUND_BATCHES = 250;
const ENTRIES = ROUND_BATCHES * BATCH_ENTRIES;
/** A sync per entry takes long. */
const CONTROL_ENTRIES = 16 * BATCH_ENTRIES;
const ROUNDS: Record<'quick' | 'full', Rounds> = {
  quick: { warmUp: 2, counted: 5 },
  full: { warmUp: 3, counted: 15 },
};

/** Our append against that of another signed log. */
export const appendVsHypercore: Measure = {
  name: 'append_vs_hypercore_64',
  unit: 'us/entry',
  budget: { atLeast: 2 },
  a: 'gateway store: chained, sealed, on disk',
  b: 'hypercore 11: appended, on disk',
  what: `CPU of the process, all threads, per entry of 150 random bytes, appended to a new log in batches of 64 with a
    signature and an fdatasync each, one batch after the other; the ratio is that of the rates by CPU time. hypercore-storage
    never syncs RocksDB's log by itself, so the bench syncs it after each batch, as our store does its own; RocksDB's
    compactions come later and are not counted, our checkpoints are.`,
  controlWhat: 'our store in batches of one, each with its own signature and sync',

  async run({ folder: parent, quick, progress }: BenchContext): Promise<Outcome> {
    const folder = join(parent, 'append');
    mkdirSync(folder);
    await using ours = new Arm<OursArm>('append/ours.arm.js');
    await using theirs = new Arm<HypercoreArm>('append/hypercore.arm.js');
    const rounds = quick ? ROUNDS.quick : ROUNDS.full;
    progress(`append: ${rounds.counted} rounds of ${ENTRIES} entries`);
    const single = { folder, entries: CONTROL_ENTRIES, batchEntries: 1 };
    const [a = [], b = [], control = []] = await inTurn(rounds, [
      () => ours.call('round', { folder, entries: ENTRIES, batchEntries: BATCH_ENTRIES }),
      () => theirs.call('round', { folder, entries: ENTRIES }),
      () => ours.call('round', single),
    ]);
    return { measured: costRatio(a, b), control: costRatio(control, b) };
  },
};
