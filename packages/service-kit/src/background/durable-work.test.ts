import { describe, expect, test } from '@jest/globals';
import { DurableWork, type DurableWorkOptions, type TaskFailure, type TaskRef } from './durable-work.js';

const BACKOFF = { minMs: 5, maxMs: 20 };
const LONG_MS = 60_000;
const logger = { warn: () => undefined };

const workOf = <Ref extends TaskRef>(
  options: Pick<DurableWorkOptions<Ref>, 'run'> & Partial<DurableWorkOptions<Ref>>,
) => new DurableWork<Ref>({ name: 'test', concurrency: 8, backoff: BACKOFF, logger, ...options });

/** Resolves when the condition holds; the event loop turns meanwhile. */
async function until(holds: () => boolean): Promise<void> {
  for (let turns = 0; !holds() && turns < 500; turns++)
    await new Promise((resolve) => setTimeout(resolve, 2));
  expect(holds()).toBe(true);
}

describe('durable work', () => {
  test('does one key’s tasks in order, and different keys’ side by side', async () => {
    const done: string[] = [];
    const open = new Map<string, () => void>();
    await using work = workOf<string>({
      run: async (ref) => {
        await new Promise<void>((resolve) => open.set(ref, resolve));
        done.push(ref);
      },
    });
    work.add(1, 'a1');
    work.add(1, 'a2');
    work.add(2, 'b1');
    await until(() => open.size === 2);
    expect([...open.keys()]).toEqual(['a1', 'b1']);
    open.get('b1')?.();
    open.get('a1')?.();
    await until(() => open.has('a2'));
    open.get('a2')?.();
    await until(() => done.length === 3);
    expect(done).toEqual(['b1', 'a1', 'a2']);
    expect(work.health).toMatchObject({ waiting: 0, running: 0, failures: 0 });
  });

  test('tries a failed task again where it stands in the queue: nothing of its key overtakes it', async () => {
    const tried: string[] = [];
    let failures = 3;
    await using work = workOf<string>({
      concurrency: 2,
      run: async (ref) => {
        tried.push(ref);
        if (ref === 'a1' && failures-- > 0) throw new Error('away');
      },
    });
    work.add(1, 'a1');
    work.add(1, 'a2');
    await until(() => tried.includes('a2'));
    expect(tried).toEqual(['a1', 'a1', 'a1', 'a1', 'a2']);
  });

  test('goes on with other keys’ tasks while one fails alone, and does not hammer with that one', async () => {
    const done: number[] = [];
    let tries = 0;
    await using work = workOf<number>({
      concurrency: 2,
      backoff: { minMs: 10, maxMs: LONG_MS },
      run: async (ref) => {
        if (ref === 0) {
          tries += 1;
          throw new Error('its provider is away');
        }
        done.push(ref);
      },
    });
    work.add(0, 0);
    for (let ref = 1; ref <= 50; ref++) {
      work.add(1 + (ref % 3), ref);
      if (ref % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await until(() => done.length === 50);
    // At 0, 10, 30, 70, 150, … ms at the latest.
    expect(tries).toBeLessThanOrEqual(8);
    expect(work.health.waiting).toBe(1);
  });

  test('does not hammer while the other side is away, however much arrives', async () => {
    let tries = 0;
    await using work = workOf<number>({
      concurrency: 4,
      backoff: { minMs: LONG_MS, maxMs: LONG_MS },
      run: async () => {
        tries += 1;
        throw new Error('away');
      },
    });
    for (let key = 0; key < 100; key++) work.add(key, key);
    await until(() => work.health.running === 0);
    for (let key = 100; key < 200; key++) work.add(key, key);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(tries).toBeLessThanOrEqual(4);
    expect(work.health).toMatchObject({ waiting: 200, failures: 1, lastError: 'away' });
  });

  test('a failure that does not say that the other side is away holds up its own key alone', async () => {
    const done: string[] = [];
    await using work = workOf<string>({
      concurrency: 1,
      backoff: { minMs: LONG_MS, maxMs: LONG_MS },
      isAway: () => false,
      run: async (ref) => {
        if (ref === 'a1') throw new Error('not yet');
        done.push(ref);
      },
    });
    work.add('a', 'a1');
    work.add('a', 'a2');
    for (let n = 0; n < 20; n++) work.add('b', `b${n}`);
    await until(() => done.length === 20);
    expect(done).not.toContain('a2');
    expect(work.health).toMatchObject({ waiting: 2, failures: 0 });
  });

  test('says once that the other side is back, and ends its pause when it is told so', async () => {
    let isAway = true;
    let recoveries = 0;
    const done: number[] = [];
    const run = async (ref: number) => {
      if (isAway) throw new Error('away');
      done.push(ref);
    };
    await using sleeper = workOf<number>({
      concurrency: 1,
      run,
      backoff: { minMs: LONG_MS, maxMs: LONG_MS },
    });
    await using first = workOf<number>({
      concurrency: 1,
      run,
      onRecovered: () => {
        recoveries += 1;
        sleeper.retryNow();
      },
    });
    sleeper.add(1, 1);
    first.add(2, 2);
    first.add(3, 3);
    await until(() => sleeper.health.failures === 1 && first.health.failures > 0);
    isAway = false;
    await until(() => done.length === 3);
    expect(recoveries).toBe(1);
  });

  test('a task that is added twice is done once; added again while it is on its way, once more', async () => {
    const open: (() => void)[] = [];
    await using work = workOf<string>({ run: () => new Promise<void>((resolve) => open.push(resolve)) });
    work.add('a', 'a0');
    work.add('a', 'a1');
    work.add('a', 'a1');
    expect(work.health.waiting).toBe(2);
    work.add('a', 'a0');
    work.add('a', 'a0');
    expect(work.health.waiting).toBe(3);
    for (let runs = 0; runs < 3; runs++) {
      await until(() => open.length > runs);
      open[runs]?.();
    }
    expect(await work.finished('a0', LONG_MS)).toBe(true);
    expect([open.length, work.health.waiting]).toEqual([3, 0]);
  });

  test('a task that goes on in the turn in which it ended is on its way: added again meanwhile, it is done once more', async () => {
    const ends: (() => void)[] = [];
    let isAway = true;
    await using work: DurableWork<string> = workOf<string>({
      concurrency: 2,
      run: async () => {
        if (isAway) {
          isAway = false;
          throw new Error('away');
        }
        await new Promise<void>((resolve) => ends.push(resolve));
      },
      // Starts what is next before what has just ended is cleared away.
      onRecovered: () => work.retryNow(),
    });
    work.add(1, 'a');
    await until(() => ends.length === 1);
    work.add(1, 'a');
    ends[0]?.();
    await until(() => ends.length === 2);
    work.add(1, 'a');
    expect(work.health).toMatchObject({ waiting: 2, running: 1 });
    ends[1]?.();
    await until(() => ends.length === 3);
    ends[2]?.();
    await until(() => work.health.waiting === 0);
  });

  test('tells who waits for a task that it has ended, however often it failed before', async () => {
    let failures = 2;
    await using work = workOf<string>({
      run: async () => {
        if (failures-- > 0) throw new Error('away');
      },
    });
    work.add('a', 'a1');
    expect(await work.finished('never added', 0)).toBe(true);
    expect(await work.finished('a1', 0)).toBe(false);
    expect(await work.finished('a1', LONG_MS)).toBe(true);
  });

  test('says of each failed try why, how often, and goes on although that cannot be noted', async () => {
    const noted: [string, TaskFailure][] = [];
    let failures = 3;
    await using work = workOf<string>({
      run: async () => {
        if (failures-- > 0) throw new Error(`away ${failures}`);
      },
      onFailed: async (ref, failure) => {
        noted.push([ref, failure]);
        throw new Error('the disk is full');
      },
    });
    work.add('a', 'a1');
    expect(await work.finished('a1', LONG_MS)).toBe(true);
    expect(noted.map(([ref, { error, failures: n }]) => [ref, (error as Error).message, n])).toEqual([
      ['a1', 'away 2', 1],
      ['a1', 'away 1', 2],
      ['a1', 'away 0', 3],
    ]);
  });

  test('starts nothing after a stop, lets what runs end, and leaves nobody waiting', async () => {
    const done: string[] = [];
    const work = workOf<string>({
      concurrency: 1,
      run: async (ref, signal) => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        done.push(ref);
      },
    });
    work.add(1, 'a');
    work.add(2, 'b');
    const waits = work.finished('b', LONG_MS);
    await work.stop();
    expect(done).toEqual(['a']);
    expect(await waits).toBe(false);
  });

  test('what a stop interrupts is no failure: nothing is noted of it', async () => {
    const noted: string[] = [];
    const work = workOf<string>({
      run: (_ref, signal) =>
        new Promise<void>((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason)),
        ),
      onFailed: async (ref) => {
        noted.push(ref);
      },
    });
    work.add(1, 'a');
    await work.stop();
    expect(noted).toEqual([]);
    expect(work.health.failures).toBe(0);
  });
});
