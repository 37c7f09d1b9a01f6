import { fdatasync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Hypercore from 'hypercore';
import { serveArm } from '../arm/serve.js';
import { BenchError } from '../errors.js';
import { cpuPerOperationUs, sampleCpu } from '../run/cpu.js';
import { BATCH_ENTRIES, batchesOf, randomEntries } from './entries.js';

const sync = promisify(fdatasync);
let round = 0;

const handlers = {
  /**
   * Appends to a new core. hypercore-storage writes its RocksDB's log without ever syncing it, so the log gets the
   * fdatasync that our store gets. CPU in microseconds per entry.
   */
  async round({ folder, entries }: { folder: string; entries: number }): Promise<number> {
    const path = join(folder, `hypercore-${round++}`);
    const core = new Hypercore(path);
    await core.ready();
    const logFile = async (): Promise<string> =>
      join(path, 'db', (await core.core.db.rocks.currentWalFile()).path);
    const logPath = await logFile();
    const log = await open(logPath, 'r+');
    const batches = [...batchesOf(randomEntries(entries), BATCH_ENTRIES)];
    const sample = await sampleCpu(async () => {
      for (const batch of batches) {
        await core.append(batch);
        await sync(log.fd);
      }
      return entries;
    });
    if ((await logFile()) !== logPath) {
      throw new BenchError('MEASURE_INVALID', 'RocksDB began another log: not every batch was synced');
    }
    if (core.length !== entries) {
      throw new BenchError('MEASURE_INVALID', `${entries} entries were appended, ${core.length} are there`);
    }
    await log.close();
    await core.close();
    return cpuPerOperationUs(sample);
  },
};

export type HypercoreArm = typeof handlers;

serveArm(handlers);
