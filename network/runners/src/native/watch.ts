import { setTimeout as delay } from 'node:timers/promises';
import { ProcessExitedError } from '../errors.js';
import type { ProcessTable } from './processes.js';

/** How often processes are looked at while the network is set up, and how much of the log of a dead one is shown. */
const WATCH_MS = 250;
const DYING_MS = 1_000;
const LOG_LINES = 15;

/**
 * Gives a task up as soon as a process has ended, with the end of its log instead of a time-out.
 * @throws ProcessExitedError
 */
export async function whileAllRun<T>(
  processes: ProcessTable,
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const watching = new AbortController();
  const watch = async (): Promise<never> => {
    for (;;) {
      const ended = await endedProcess(processes);
      if (ended) {
        controller.abort();
        throw ended;
      }
      await delay(WATCH_MS, undefined, { signal: watching.signal });
    }
  };
  try {
    return await Promise.race([task(controller.signal), watch()]);
  } catch (error) {
    // The task may see a lost connection before the process behind it is all gone.
    throw (await endedProcessWithin(processes, DYING_MS)) ?? error;
  } finally {
    watching.abort();
  }
}

async function endedProcessWithin(
  processes: ProcessTable,
  timeoutMs: number,
): Promise<ProcessExitedError | undefined> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const ended = await endedProcess(processes);
    if (ended || Date.now() > deadline) return ended;
    await delay(WATCH_MS);
  }
}

async function endedProcess(processes: ProcessTable): Promise<ProcessExitedError | undefined> {
  const ended = (await processes.list()).find((entry) => !entry.running);
  if (!ended) return undefined;
  const log = await processes.tail(ended.name, LOG_LINES);
  const path = processes.logFile(ended.name);
  return new ProcessExitedError(
    ended.name,
    `${ended.name} has ended; see ${path}, which ends with:\n${log.join('\n')}`,
  );
}
