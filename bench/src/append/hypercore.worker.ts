import { serveWorker } from '../worker/serve.js';
import { BenchError } from '../errors.js';
import { cpuPerOperationUs, sampleCpu } from '../run/cpu.js';
import { batchesOf, type BatchedRound } from './entries.js';
import { SyncedCore } from './synced-core.js';

let core: SyncedCore | undefined;
let appended = 0;

const handlers = {
  /** A new core, for all rounds. */
  async open(folder: string): Promise<void> {
    core = await SyncedCore.open(folder);
  },
  /** Appends durably. CPU in microseconds per entry. */
  async round({ entries, batchEntries }: BatchedRound): Promise<number> {
    const target = core;
    if (target === undefined) throw new Error('The core was not opened');
    const sample = await sampleCpu(async () => {
      for (const batch of batchesOf(entries, batchEntries)) await target.append(batch);
      return entries;
    });
    appended += entries;
    if (target.length !== appended) {
      throw new BenchError(
        'MEASURE_INVALID',
        `${appended} entries were appended, ${target.length} are there`,
      );
    }
    return cpuPerOperationUs(sample);
  },
};

export type HypercoreWorker = typeof handlers;

serveWorker(handlers);
