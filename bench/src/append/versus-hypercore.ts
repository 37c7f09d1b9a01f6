import { join } from 'node:path';
import { WorkerProcess } from '../worker/worker-process.js';
import { costRatio, type BenchContext, type Measure, type Outcome } from '../run/measure.js';
import { inTurn, type Rounds } from '../run/rounds.js';
import { BATCH_ENTRIES } from './entries.js';
import type { HypercoreWorker } from './hypercore.worker.js';
import type { OursWorker } from './ours.worker.js';

/** Of a round: 62 MB of hypercore's log, so that RocksDB writes a full memtable (64 MB) to its tables in almost each. */
const ROUND_BATCHES = 1_000;
const ENTRIES = ROUND_BATCHES * BATCH_ENTRIES;
/** A sync per entry takes long. */
const CONTROL_ENTRIES = 16 * BATCH_ENTRIES;
const ROUNDS: Record<'quick' | 'full', Rounds> = {
  quick: { warmUp: 1, counted: 3 },
  full: { warmUp: 1, counted: 9 },
};

/** Our append against that of another signed log. */
export const appendVsHypercore: Measure = {
  name: 'append_vs_hypercore_64',
  unit: 'us/entry',
  budget: { atLeast: 2.5 },
  a: 'gateway store: chained, sealed, on disk',
  b: 'hypercore 11: appended, on disk',
  what: `CPU of the process, all threads, per entry of 150 random bytes, appended in batches of 64 with a signature each,
    every batch on disk before the next; the ratio is that of the rates by CPU time. Ours: one patient's chain in the
    gateway's store, a block and a SQLite transaction per batch, checkpoints included, and an fdatasync of the store's log on this
    thread, as on the other side; the gateway's ingest hands that to another thread so as not to block, which costs more at
    one batch at a time. hypercore-storage never
    syncs RocksDB's log and has no option to, so the bench calls fdatasync on it after each batch; rounds are long
    enough for RocksDB to write its memtable out.`,
  whyMissed: `The largest part of a batch's time on our side is SQLite's writing, syncing and checkpointing of pages: of new ones, and
    of the last ones of its tables and indexes, which hypercore's log without an index has not; then come the hashes of leaves and
    tree and the signature, as on the other side.`,
  controlWhat: 'our store in batches of one, each with its own signature and sync',

  async run({ folder, quick, progress }: BenchContext): Promise<Outcome> {
    await using ours = new WorkerProcess<OursWorker>('append/ours.worker.js');
    await using theirs = new WorkerProcess<HypercoreWorker>('append/hypercore.worker.js');
    await using single = new WorkerProcess<OursWorker>('append/ours.worker.js');
    await ours.call('open', join(folder, 'ours.db'));
    await theirs.call('open', join(folder, 'hypercore'));
    await single.call('open', join(folder, 'single.db'));
    const rounds = quick ? ROUNDS.quick : ROUNDS.full;
    progress(`append: ${rounds.counted} rounds of ${ENTRIES} entries`);
    const [a = [], b = [], control = []] = await inTurn(rounds, [
      () => ours.call('round', { entries: ENTRIES, batchEntries: BATCH_ENTRIES }),
      () => theirs.call('round', { entries: ENTRIES, batchEntries: BATCH_ENTRIES }),
      () => single.call('round', { entries: CONTROL_ENTRIES, batchEntries: 1 }),
    ]);
    return { measured: costRatio(a, b), control: costRatio(control, b) };
  },
};
