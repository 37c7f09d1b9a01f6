import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { RunnerError } from '../errors.js';

const run = promisify(execFile);

/** A thread that waits for its disk stops when it is done. */
const HALT_TIMEOUT_MS = 10_000;
const POLL_MS = 1;
/** State of a stopped thread (proc_pid_stat(5), ps(1)). */
const STOPPED = 'T';

/** Waits for the end of its input, however that comes, then lets the processes go on in the order given. */
const GUARD = 'cat >/dev/null; for pid in "$@"; do kill -CONT "$pid"; done';

/**
 * Processes that are halted until this is disposed of. A guard outside of this process lets them go on also when this
 * process is killed: it holds the other end of a pipe that closes with it.
 */
export class Halt implements AsyncDisposable {
  readonly #haltedAt = performance.now();
  readonly #guard: ChildProcess;
  #haltedMs: number | undefined;

  private constructor(guard: ChildProcess) {
    this.#guard = guard;
  }

  /**
   * Halts processes one after the other; none of them does anything any more when this resolves. They go on in the
   * reverse order.
   */
  static async of(pids: readonly number[]): Promise<Halt> {
    const guard = spawn('sh', ['-c', GUARD, 'guard', ...pids.toReversed().map(String)], {
      // In a session of its own: what a terminal sends to end this process must not end the guard.
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    await once(guard, 'spawn');
    const halt = new Halt(guard);
    try {
      for (const pid of pids) process.kill(pid, 'SIGSTOP');
      for (const pid of pids) await stopped(pid);
    } catch (error) {
      await halt[Symbol.asyncDispose]();
      throw error;
    }
    return halt;
  }

  /** How long they have been, or were, halted. */
  get haltedMs(): number {
    return this.#haltedMs ?? performance.now() - this.#haltedAt;
  }

  /** Lets them go on. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#haltedMs !== undefined) return;
    const ended = once(this.#guard, 'exit');
    this.#guard.stdin?.end();
    await ended;
    this.#haltedMs = this.haltedMs;
  }
}

/** A signal to stop is on its way for a moment, thread by thread. */
async function stopped(pid: number): Promise<void> {
  const deadline = Date.now() + HALT_TIMEOUT_MS;
  while (!(await isStopped(pid))) {
    if (Date.now() > deadline)
      throw new RunnerError('PROCESS_NOT_HALTED', `process ${pid} does not stop: is its disk stuck?`);
    await delay(POLL_MS);
  }
}

async function isStopped(pid: number): Promise<boolean> {
  if (process.platform !== 'linux') {
    const { stdout } = await run('ps', ['-o', 'stat=', '-p', String(pid)]);
    return stdout.trim().startsWith(STOPPED);
  }
  const threads = await readdir(`/proc/${pid}/task`);
  const states = await Promise.all(
    threads.map(async (thread) => {
      const stat = await readFile(`/proc/${pid}/task/${thread}/stat`, 'utf8').catch(() => undefined);
      // The name stands in parentheses and may hold anything; a thread that is gone does nothing either.
      return stat?.charAt(stat.lastIndexOf(')') + 2) ?? STOPPED;
    }),
  );
  return states.every((state) => state === STOPPED);
}
