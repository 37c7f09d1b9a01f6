import { readFileSync, readdirSync } from 'node:fs';

/** The process and all that descend from it, by /proc (Linux). */
export function processTreeOf(pid: number): number[] {
  const found = [pid];
  for (let index = 0; index < found.length; index++) {
    const parent = found[index];
    try {
      for (const thread of readdirSync(`/proc/${parent}/task`)) {
        const children = readFileSync(`/proc/${parent}/task/${thread}/children`, 'utf8').trim();
        if (children !== '') found.push(...children.split(' ').map(Number));
      }
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
  return found;
}

/** Processes come and go between two looks; other platforms have no /proc at all, and measure nothing. */
export const isGone = (error: unknown): boolean =>
  // By code alone: a test runner's realm has an Error of its own.
  typeof error === 'object' &&
  error !== null &&
  'code' in error &&
  ['ENOENT', 'ESRCH', 'EACCES'].includes(String(error.code));
