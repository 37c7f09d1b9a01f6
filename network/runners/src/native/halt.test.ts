import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Halt } from './halt.js';

const MODULE = fileURLToPath(new URL('./halt.js', import.meta.url));
/** Long enough for a process that runs to have counted on. */
const WATCHED_MS = 200;

/** A process that counts, which shows whether it runs. */
class Counter {
  count = 0;
  constructor(readonly child: ChildProcess) {
    child.stdout?.on('data', () => (this.count += 1));
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  async goesOn(): Promise<boolean> {
    // What it wrote before it was halted may still be on its way.
    await delay(WATCHED_MS);
    const before = this.count;
    await delay(WATCHED_MS);
    return this.count > before;
  }
}

describe('halted processes', () => {
  let counters: Counter[];
  beforeEach(() => {
    const script = 'setInterval(() => process.stdout.write("."), 5)';
    counters = [1, 2].map(() => new Counter(spawn(process.execPath, ['-e', script])));
  });
  afterEach(() => counters.forEach(({ child }) => child.kill('SIGKILL')));
  const pids = (): number[] => counters.map(({ pid }) => pid);
  const goOn = async (): Promise<boolean[]> => Promise.all(counters.map((counter) => counter.goesOn()));

  test('do nothing until they are let go, and go on from where they were', async () => {
    const halt = await Halt.of(pids());
    expect(await goOn()).toEqual([false, false]);
    await halt[Symbol.asyncDispose]();
    expect(await goOn()).toEqual([true, true]);
    expect(halt.haltedMs).toBeGreaterThanOrEqual(2 * WATCHED_MS);
  });

  test('go on when who halted them is killed with kill -9', async () => {
    const script = `import { Halt } from ${JSON.stringify(MODULE)};
      await Halt.of(${JSON.stringify(pids())});
      process.stdout.write("halted");
      setInterval(() => {}, 1000);`;
    const backup = spawn(process.execPath, ['--input-type=module', '-e', script]);
    await once(backup.stdout, 'data');
    expect(await goOn()).toEqual([false, false]);
    backup.kill('SIGKILL');
    await once(backup, 'exit');
    expect(await goOn()).toEqual([true, true]);
  });

  test('none stays halted when one of them is not there', async () => {
    const [first, second] = counters;
    second?.child.kill('SIGKILL');
    if (second) await once(second.child, 'exit');
    await expect(Halt.of(pids())).rejects.toThrow('ESRCH');
    expect(await first?.goesOn()).toBe(true);
  });
});
