import { join } from 'node:path';
import { serveArm } from '../arm/serve.js';
import { BenchError } from '../errors.js';
import { cpuPerOperationUs, sampleCpu } from '../run/cpu.js';
import { BATCH_ENTRIES, batchesOf, randomEntries } from './entries.js';
import { EntryLog } from './entry-log.js';

let round = 0;

interface RoundRequest {
  readonly folder: string;
  readonly entries: number;
  /** 64 as on the other side; 1 in the control. */
  readonly batchEntries: number;
}

const handlers = {
  /** Appends to a new log of one patient. CPU in microseconds per entry. */
  async round({ folder, entries, batchEntries }: RoundRequest): Promise<number> {
    using log = new EntryLog(join(folder, `ours-${round++}`, 'gateway.db'), 1);
    const batches = [...batchesOf(randomEntries(entries), batchEntries)];
    const sample = await sampleCpu(async () => {
      for (const batch of batches) {
        for (const entry of batch) log.append(entry);
        // A signature per batch, as on the other side; batches of 64 end with a block of 64 anyway.
        if (batch.length < BATCH_ENTRIES) log.seal();
        log.commit();
        await log.store.sync();
      }
      return entries;
    });
    const stored = log.store.read.lastFrameRow();
    if (stored !== entries) {
      throw new BenchError('MEASURE_INVALID', `${entries} entries were appended, ${stored} are stored`);
    }
    return cpuPerOperationUs(sample);
  },
};

export type OursArm = typeof handlers;

serveArm(handlers);
