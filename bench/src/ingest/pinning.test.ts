import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { BallastWorker } from '../memory/ballast.worker.js';
import { WorkerProcess } from '../worker/worker-process.js';
import { firstProcessors, pinTo, processorsOf } from './pinning.js';

test('a list of processors has ranges and single ones', () => {
  expect(processorsOf('0-2,5')).toEqual([0, 1, 2, 5]);
  expect(processorsOf('3')).toEqual([3]);
  expect(processorsOf('')).toEqual([]);
});

test('more processors than there are: there is no figure, and it is said why', () => {
  expect(() => firstProcessors(100_000)).toThrow(expect.objectContaining({ code: 'NOT_HERE' }));
});

test('a process is pinned with all of its threads, or it is said that it cannot be', async () => {
  await using worker = new WorkerProcess<BallastWorker>('memory/ballast.worker.js');
  await worker.call('hold', 1);
  const [first = 0] = firstProcessors(1);
  await pinTo(worker.pid, [first]);
  const status = readFileSync(`/proc/${worker.pid}/status`, 'utf8');
  expect(status).toMatch(new RegExp(`^Cpus_allowed_list:\\s*${first}$`, 'm'));
  await expect(pinTo(worker.pid, [100_000])).rejects.toMatchObject({ code: 'NOT_HERE' });
});
