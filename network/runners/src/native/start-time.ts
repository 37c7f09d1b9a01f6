import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Index of the start time in /proc/PID/stat, counted from the state, which follows the name (proc_pid_stat(5)). */
const START_TIME_FIELD = 19;
const THREADS_FIELD = 17;
const ZOMBIE = 'Z';

/**
 * When a process started, in whatever words the system has: the same words as long as it is the same process.
 * Undefined when there is none, or only a zombie.
 */
export async function startTime(pid: number): Promise<string | undefined> {
  return process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
}

async function fromProc(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined) return undefined;
  // The name stands in parentheses and may hold spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // A killed process is a zombie while its other threads still end, and with them its locks and its ports.
  const gone = fields[0] === ZOMBIE && Number(fields[THREADS_FIELD]) <= 1;
  return gone ? undefined : fields[START_TIME_FIELD];
}

async function fromPs(pid: number): Promise<string | undefined> {
  // `ps` ends with 1 when there is no such process.
  const { stdout } = await run('ps', ['-o', 'stat=,lstart=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }));
  const [, state, started] = /^\s*(\S+)\s+(.+?)\s*$/.exec(stdout) ?? [];
  return state?.startsWith(ZOMBIE) ? undefined : started;
}
