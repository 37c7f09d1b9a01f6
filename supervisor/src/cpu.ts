import { readFileSync } from 'node:fs';
import { isGone, processTreeOf } from './process-tree.js';

/** Clock ticks of /proc a second: 100 on Linux, whatever the kernel's own (proc(5), `sysconf(_SC_CLK_TCK)`). */
const TICKS_PER_S = 100;
const MS_PER_TICK = 1_000 / TICKS_PER_S;
/** User and system time in /proc/PID/stat, counted behind the name, which may hold spaces. */
const USER_FIELD = 11;
const SYSTEM_FIELD = 12;

/** CPU time, user and system, of a process and all that descend from it, in milliseconds; 0 for one that is gone. */
export function cpuTimeMs(pid: number): number {
  return processTreeOf(pid).reduce((sum, each) => sum + ownCpuTimeMs(each), 0);
}

function ownCpuTimeMs(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[USER_FIELD]) + Number(fields[SYSTEM_FIELD])) * MS_PER_TICK;
  } catch (error) {
    if (!isGone(error)) throw error;
    return 0;
  }
}
