import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LedgerError } from '@careledger/ledger';
import { createLogger } from '@careledger/service-kit';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { SqliteStore } from '../store/store.js';
import { OUTBOX_CONCURRENCY, Outbox, TASK_KINDS, addTask, removeTask, type TaskHandler } from './outbox.js';

const logger = createLogger('outbox', { level: 'silent' });
const TIMEOUT_MS = 5_000;

describe('the outbox', () => {
  let dir: string;
  let store: SqliteStore;
  let outbox: Outbox | undefined;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'careledger-outbox-'));
    store = new SqliteStore(join(dir, 'authority.db'));
  });
  afterEach(async () => {
    await outbox?.stop();
    outbox = undefined;
    await store.close();
    await rm(dir, { recursive: true });
  });
  const start = (advance: TaskHandler['advance']): Outbox => {
    outbox = new Outbox({ store, logger });
    for (const kind of TASK_KINDS) outbox.handle(kind, { advance });
    outbox.start();
    return outbox;
  };
  const add = (ref: string, subject = 'patient') =>
    store.commit(() => addTask(store, { kind: 'record', ref, subject }));
  const end = (ref: string) => store.commit(() => removeTask(store, { kind: 'record', ref }));

  test('a task that a crash interrupted is taken up again after a restart', async () => {
    await add('one');
    const first = start(() => Promise.reject(new Error('the ledger is away')));
    expect(await first.finished('record', 'one', 50)).toBe(false);
    expect(first.pending('record')).toBe(1);
    await first.stop();
    await store.close();

    store = new SqliteStore(join(dir, 'authority.db'));
    const second = start(end);
    expect(await second.finished('record', 'one', TIMEOUT_MS)).toBe(true);
    expect(second.pending()).toBe(0);
  });

  test('tasks of one subject keep their order, others do not wait for them', async () => {
    const done: string[] = [];
    let failures = 1;
    const running = start(async (ref) => {
      if (ref === 'a1' && failures > 0) {
        failures -= 1;
        throw new Error('once');
      }
      await end(ref);
      done.push(ref);
    });
    await add('a1', 'a');
    await add('a2', 'a');
    await add('b1', 'b');
    running.wake();
    expect(await running.finished('record', 'a2', TIMEOUT_MS)).toBe(true);
    expect(done).toEqual(['b1', 'a1', 'a2']);
  });

  test('why a task waits is kept, and told without addresses', async () => {
    await add('one');
    const running = start(() =>
      Promise.reject(new Error('the provider is away: ECONNREFUSED 10.1.2.3:7051')),
    );
    await running.finished('record', 'one', 50);
    await running.stop();
    expect(running.lastError('record', 'one')).toMatch(/^the provider is away: (?!.*10\.1\.2\.3)/);
  });

  test('a task that is committed twice is done once', async () => {
    let runs = 0;
    const running = start(async (ref) => {
      runs += 1;
      await end(ref);
    });
    await Promise.all([add('one'), add('one')]);
    running.wake();
    await running.finished('record', 'one', TIMEOUT_MS);
    expect(runs).toBe(1);
  });

  test('what is asked of a task while it is on its way is done before it ends', async () => {
    let runs = 0;
    const running = start(async (ref) => {
      runs += 1;
      if (runs > 1) await end(ref);
    });
    await add('one');
    expect(await running.finished('record', 'one', TIMEOUT_MS)).toBe(true);
    expect(runs).toBe(2);
  });

  test('while the ledger is away it is not hammered, whoever’s task it is; other failures hold up one subject', async () => {
    let tries = 0;
    const running = start(async (ref) => {
      if (ref.startsWith('b')) throw new Error('its provider is away');
      tries += 1;
      throw new LedgerError('UNAVAILABLE', 'the ledger is away');
    });
    await add('b1', 'b');
    for (let n = 0; n < 100; n++) await add(`a${n}`, `a${n}`);
    running.wake();
    await running.finished('record', 'a99', 100);
    expect(tries).toBeLessThanOrEqual(OUTBOX_CONCURRENCY);
    expect(running.lastError('record', 'b1')).toBe('its provider is away');
  });

  test('a task that nobody has woken it for is found by who waits for it', async () => {
    const running = start(end);
    await add('one');
    expect(await running.finished('record', 'one', TIMEOUT_MS)).toBe(true);
  });
});
