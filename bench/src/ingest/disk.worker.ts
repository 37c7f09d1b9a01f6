import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { p95 } from '../run/statistics.js';
import { serveWorker } from '../worker/serve.js';

/** A page of SQLite's log. */
const PAGE_BYTES = 4_096;

const handlers = {
  /** Appends pages to a file, each synced. The 95th percentile, milliseconds. */
  p95Ms({ path, syncs }: { path: string; syncs: number }): number {
    const page = new Uint8Array(PAGE_BYTES).fill(1);
    const fd = openSync(path, 'a');
    try {
      const taken = Array.from({ length: syncs }, () => {
        const beginMs = performance.now();
        writeSync(fd, page);
        fdatasyncSync(fd);
        return performance.now() - beginMs;
      });
      return p95(taken);
    } finally {
      closeSync(fd);
    }
  },
};

export type DiskWorker = typeof handlers;

serveWorker(handlers);
