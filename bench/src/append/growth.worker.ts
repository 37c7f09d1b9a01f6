import { serveWorker } from '../worker/serve.js';
import { BenchDevice } from '../ingest/device.js';
import { cpuPerOperationUs, sampleCpu } from '../run/cpu.js';
import { EntryLog } from './entry-log.js';

const PATIENTS = 4_000;
/** Frames of one transaction, as the gateway has it under load. */
const GROUP_FRAMES = 256;
/** Different frames; the store does not look into them. */
const POOL_FRAMES = 1_024;

let log: EntryLog | undefined;
let pool: Uint8Array[] = [];

function opened(): EntryLog {
  if (log === undefined) throw new Error('The store was not built');
  return log;
}

function appendGroup(target: EntryLog): void {
  for (let n = 0; n < GROUP_FRAMES; n++) target.append(pool[target.length % POOL_FRAMES] as Uint8Array);
  target.commit();
}

const handlers = {
  /** A new store with that many frames of one reading each, of 4,000 patients in turn. Returns how many. */
  async build({ path, readings }: { path: string; readings: number }): Promise<number> {
    pool = new BenchDevice().frames('bench', POOL_FRAMES);
    log = new EntryLog(path, PATIENTS);
    while (log.length < readings) appendGroup(log);
    await log.store.sync();
    return log.store.read.lastFrameRow();
  },
  /** Appends groups of frames, each synced. CPU in microseconds per frame. */
  async round(groups: number): Promise<number> {
    const target = opened();
    const sample = await sampleCpu(async () => {
      for (let n = 0; n < groups; n++) {
        appendGroup(target);
        await target.store.sync();
      }
      return groups * GROUP_FRAMES;
    });
    return cpuPerOperationUs(sample);
  },
  /** The control: what a store would look like that finds a frame by its counter. */
  addIndex(): void {
    opened().addIndex();
  },
};

export type GrowthWorker = typeof handlers;

serveWorker(handlers);
