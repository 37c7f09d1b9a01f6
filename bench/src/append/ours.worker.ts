import { serveWorker } from '../worker/serve.js';
import { BenchError } from '../errors.js';
import { cpuPerOperationUs, sampleCpu } from '../run/cpu.js';
import { BATCH_ENTRIES, batchesOf, type BatchedRound } from './entries.js';
import { EntryLog } from './entry-log.js';

let log: EntryLog | undefined;

const handlers = {
  /** A new log of one patient, for all rounds. */
  open(path: string): void {
    log = new EntryLog(path, 1);
  },
  /** Appends durably. CPU in microseconds per entry. */
  async round({ entries, batchEntries }: BatchedRound): Promise<number> {
    const target = log;
    if (target === undefined) throw new Error('The log was not opened');
    const sample = await sampleCpu(() => {
      for (const batch of batchesOf(entries, batchEntries)) {
        for (const entry of batch) target.append(entry);
        // A signature per batch, as on the other side; batches of 64 end with a block of 64 anyway.
        if (batch.length < BATCH_ENTRIES) target.seal();
        target.commitDurably();
      }
      return entries;
    });
    const stored = target.store.read.lastFrameRow();
    if (stored !== target.length) {
      throw new BenchError('MEASURE_INVALID', `${target.length} entries were appended, ${stored} are stored`);
    }
    return cpuPerOperationUs(sample);
  },
};

export type OursWorker = typeof handlers;

serveWorker(handlers);
