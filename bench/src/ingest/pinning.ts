import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { BenchError } from '../errors.js';

const run = promisify(execFile);
/** Of util-linux: the one of BusyBox knows no threads. */
const PROGRAM = 'taskset';

/** Has a process run on these processors alone: all threads that it has, and those that they start. @throws BenchError `NOT_HERE` */
export async function pinTo(pid: number | undefined, processors: readonly number[]): Promise<void> {
  if (pid === undefined) throw new RangeError('The process has not started');
  try {
    await run(PROGRAM, ['--all-tasks', '--cpu-list', '--pid', processors.join(','), String(pid)]);
  } catch (cause) {
    throw new BenchError(
      'NOT_HERE',
      `${PROGRAM} of util-linux is not here, which gives a process its processors`,
      {
        cause,
      },
    );
  }
}

/** The first processors that this process may use. @throws BenchError `NOT_HERE` if there are fewer */
export function firstProcessors(count: number): number[] {
  const status = readFileSync('/proc/self/status', 'utf8');
  const [, list = ''] = /^Cpus_allowed_list:\s*(\S+)$/m.exec(status) ?? [];
  const processors = processorsOf(list).slice(0, count);
  if (processors.length < count)
    throw new BenchError('NOT_HERE', `It takes ${count} processors; there are ${processors.length}`);
  return processors;
}

/** E.g. `0-2,5` as 0, 1, 2, 5: a list of cpuset(7). */
export function processorsOf(list: string): number[] {
  return [...list.matchAll(/(\d+)(?:-(\d+))?/g)].flatMap(([, from, to = from]) => {
    const first = Number(from);
    return Array.from({ length: Number(to) - first + 1 }, (_, index) => first + index);
  });
}
