import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { createLogger } from '../logging.js';
import { backoffDelayMs } from './backoff.js';
import { startWorker } from './worker.js';

const logger = createLogger('test', { level: 'silent' });

describe('worker', () => {
  test('works until there is nothing left, then sleeps until it is woken', async () => {
    let left = 3;
    let rounds = 0;
    let drained: () => void = () => undefined;
    let next = new Promise<void>((resolve) => (drained = resolve));
    await using worker = startWorker({
      name: 'drain',
      idleMs: 60_000,
      logger,
      run: async () => {
        rounds += 1;
        left = Math.max(0, left - 1);
        if (left === 0) drained();
        return left > 0;
      },
    });
    await next;
    expect(rounds).toBe(3);
    await new Promise(setImmediate);
    expect(worker.health).toMatchObject({ name: 'drain', state: 'idle', consecutiveFailures: 0 });
    const before = rounds;
    next = new Promise<void>((resolve) => (drained = resolve));
    worker.wake();
    await next;
    expect(rounds).toBe(before + 1);
  });

  test('work that is announced during a round is not slept over', async () => {
    let rounds = 0;
    let second: () => void = () => undefined;
    const twice = new Promise<void>((resolve) => (second = resolve));
    await using worker = startWorker({
      name: 'race',
      idleMs: 60_000,
      logger,
      run: async () => {
        rounds += 1;
        await new Promise(setImmediate);
        if (rounds === 1) worker.wake();
        else second();
        return false;
      },
    });
    await twice;
    expect(rounds).toBe(2);
  });

  test('one that works for long and then fails, as what follows a stream, does not wait longer each time', async () => {
    const backoff = { minMs: 1, maxMs: 5 };
    const failures: number[] = [];
    const { promise: failed, resolve } = Promise.withResolvers<void>();
    await using worker = startWorker({
      ...{ name: 'stream', idleMs: 60_000, backoff, logger },
      run: async () => {
        await delay(2 * backoff.maxMs);
        failures.push(worker.health.consecutiveFailures);
        if (failures.length === 4) resolve();
        throw new Error('the stream has ended');
      },
    });
    await failed;
    expect(failures).toEqual([0, 1, 1, 1]);
  });

  test('an error does not end it, and is visible until it works again', async () => {
    let failing = true;
    let seen: () => void = () => undefined;
    const failed = new Promise<void>((resolve) => (seen = resolve));
    await using worker = startWorker({
      name: 'flaky',
      idleMs: 60_000,
      backoff: { minMs: 1, maxMs: 2 },
      logger,
      run: async () => {
        if (!failing) return false;
        if (worker.health.consecutiveFailures >= 2) seen();
        throw new Error('away');
      },
    });
    await failed;
    expect(worker.health).toMatchObject({ lastError: expect.objectContaining({ message: 'away' }) });
    failing = false;
    while (worker.health.state !== 'idle') await new Promise(setImmediate);
    expect(worker.health).toMatchObject({ consecutiveFailures: 0, lastError: undefined });
  });

  test('stop waits for the round under way and starts no other', async () => {
    let rounds = 0;
    const worker = startWorker({
      name: 'stop',
      idleMs: 0,
      logger,
      run: async (signal) => {
        rounds += 1;
        if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
        return true;
      },
    });
    await worker.stop();
    expect([rounds, worker.health.state]).toEqual([1, 'stopped']);
  });
});

test('back-off grows, is bounded, and never in step', () => {
  const backoff = { minMs: 100, maxMs: 1_000 };
  expect(backoffDelayMs(backoff, 1, () => 0)).toBe(50);
  expect(backoffDelayMs(backoff, 2, () => 1)).toBe(200);
  expect(backoffDelayMs(backoff, 60, () => 1)).toBe(1_000);
});
