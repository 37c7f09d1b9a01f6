import './natives/json.js';
import './natives/sqlite.js';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { PROFILES_VARIABLE, ThreadProfiler } from './profiler.js';

const folder = process.env[PROFILES_VARIABLE];

// In every process that a profiled measure starts, by NODE_OPTIONS, and in each of its threads.
if (folder !== undefined) {
  const profiler = new ThreadProfiler();
  process.once('exit', () => {
    writeFileSync(join(folder, `${process.pid}-${threadId}.json`), JSON.stringify(profiler.stop()));
  });
}
