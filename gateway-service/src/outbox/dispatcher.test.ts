import { describe, expect, test } from '@jest/globals';
import { Dispatcher } from './dispatcher.js';

const BACKOFF = { minMs: 5, maxMs: 20 };
const logger = { warn: () => undefined };

/** Resolves when the condition holds; the event loop turns meanwhile. */
async function until(holds: () => boolean): Promise<void> {
  for (let turns = 0; !holds() && turns < 500; turns++)
    await new Promise((resolve) => setTimeout(resolve, 2));
  expect(holds()).toBe(true);
}

describe('a dispatcher', () => {
  test('does one key’s items in order, and different keys’ side by side', async () => {
    const done: string[] = [];
    const open = new Map<string, () => void>();
    await using dispatcher = new Dispatcher<string>({
      name: 'test',
      concurrency: 8,
      backoff: BACKOFF,
      logger,
      run: async (item) => {
        await new Promise<void>((resolve) => open.set(item, resolve));
        done.push(item);
      },
    });
    dispatcher.add(1, 'a1');
    dispatcher.add(1, 'a2');
    dispatcher.add(2, 'b1');
    await until(() => open.size === 2);
    expect([...open.keys()]).toEqual(['a1', 'b1']);
    open.get('b1')?.();
    open.get('a1')?.();
    await until(() => open.has('a2'));
    open.get('a2')?.();
    await until(() => done.length === 3);
    expect(done).toEqual(['b1', 'a1', 'a2']);
    expect(dispatcher.health).toMatchObject({ waiting: 0, running: 0, failures: 0 });
  });

  test('tries a failed item again at its place: nothing of its key overtakes it', async () => {
    const tried: string[] = [];
    let failures = 3;
    await using dispatcher = new Dispatcher<string>({
      name: 'test',
      concurrency: 2,
      backoff: BACKOFF,
      logger,
      run: async (item) => {
        tried.push(item);
        if (item === 'a1' && failures-- > 0) throw new Error('away');
      },
    });
    dispatcher.add(1, 'a1');
    dispatcher.add(1, 'a2');
    await until(() => tried.includes('a2'));
    expect(tried).toEqual(['a1', 'a1', 'a1', 'a1', 'a2']);
  });

  test('goes on with other keys’ items while one fails alone, and does not hammer with that one', async () => {
    const done: number[] = [];
    let tries = 0;
    await using dispatcher = new Dispatcher<number>({
      name: 'test',
      concurrency: 2,
      backoff: { minMs: 10, maxMs: 60_000 },
      logger,
      run: async (item) => {
        if (item === 0) {
          tries += 1;
          throw new Error('its provider is away');
        }
        done.push(item);
      },
    });
    dispatcher.add(0, 0);
    for (let item = 1; item <= 50; item++) {
      dispatcher.add(1 + (item % 3), item);
      if (item % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await until(() => done.length === 50);
    // At 0, 10, 30, 70, 150, … ms at the latest.
    expect(tries).toBeLessThanOrEqual(8);
    expect(dispatcher.health.waiting).toBe(1);
  });

  test('does not hammer while the other side is away, however much arrives', async () => {
    let tries = 0;
    await using dispatcher = new Dispatcher<number>({
      name: 'test',
      concurrency: 4,
      backoff: { minMs: 60_000, maxMs: 60_000 },
      logger,
      run: async () => {
        tries += 1;
        throw new Error('away');
      },
    });
    for (let key = 0; key < 100; key++) dispatcher.add(key, key);
    await until(() => dispatcher.health.running === 0);
    for (let key = 100; key < 200; key++) dispatcher.add(key, key);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(tries).toBeLessThanOrEqual(4);
    expect(dispatcher.health).toMatchObject({ waiting: 200, failures: 1, lastError: 'away' });
  });

  test('says once that the other side is back, and ends its pause when it is told so', async () => {
    let isAway = true;
    let recoveries = 0;
    const done: number[] = [];
    const options = (onRecovered?: () => void) => ({
      name: 'test',
      concurrency: 1,
      logger,
      ...(onRecovered && { onRecovered }),
      run: async (item: number) => {
        if (isAway) throw new Error('away');
        done.push(item);
      },
    });
    await using sleeper = new Dispatcher<number>({ ...options(), backoff: { minMs: 60_000, maxMs: 60_000 } });
    await using first = new Dispatcher<number>({
      ...options(() => {
        recoveries += 1;
        sleeper.retryNow();
      }),
      backoff: BACKOFF,
    });
    sleeper.add(1, 1);
    first.add(2, 2);
    first.add(3, 3);
    await until(() => sleeper.health.failures === 1 && first.health.failures > 0);
    isAway = false;
    await until(() => done.length === 3);
    expect(recoveries).toBe(1);
  });

  test('starts nothing after a stop, and lets what runs end', async () => {
    const done: string[] = [];
    const dispatcher = new Dispatcher<string>({
      name: 'test',
      concurrency: 1,
      backoff: BACKOFF,
      logger,
      run: async (item) => {
        await new Promise((resolve) => setTimeout(resolve, 10));
        done.push(item);
      },
    });
    dispatcher.add(1, 'a');
    dispatcher.add(2, 'b');
    await dispatcher.stop();
    expect(done).toEqual(['a']);
  });
});
