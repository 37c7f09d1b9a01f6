import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { CheckpointStore, JournalEntry, TransactionJournal } from '../ports.js';
import { MemoryCheckpoints, MemoryJournal } from './memory.js';
import { openLedgerStore } from './sqlite.js';

interface Store {
  journal: TransactionJournal;
  checkpoints: CheckpointStore;
  close(): void;
}

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'careledger-ledger-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const entry = (transactionId: string, reference?: string): JournalEntry => ({
  transactionId,
  channel: 'cloud',
  label: 'records.StoreRecord',
  reference,
  bytes: Uint8Array.of(1, 2, 3),
});

describe.each<[string, () => Store]>([
  [
    'memory',
    () => ({ journal: new MemoryJournal(), checkpoints: new MemoryCheckpoints(), close: () => undefined }),
  ],
  ['SQLite', () => openLedgerStore(join(dir, 'ledger.db'))],
])('%s', (_name, open) => {
  test('lists what was put and not removed, the oldest first', async () => {
    const store = open();
    await Promise.all([store.journal.put(entry('b', 'outbox 1')), store.journal.put(entry('a'))]);
    await store.journal.put(entry('c'));
    await store.journal.remove('a');
    await store.journal.remove('never there');
    const listed = await store.journal.list();
    expect(listed.map(({ transactionId, reference }) => [transactionId, reference])).toEqual([
      ['b', 'outbox 1'],
      ['c', undefined],
    ]);
    expect([...(listed[0]?.bytes ?? [])]).toEqual([1, 2, 3]);
    store.close();
  });

  test('keeps a checkpoint per name, above what a double holds', async () => {
    const store = open();
    const far = { blockNumber: 2n ** 60n + 1n, transactionId: 'tx' };
    await store.checkpoints.save('a', { blockNumber: 1n, transactionId: undefined });
    await store.checkpoints.save('a', far);
    expect(await store.checkpoints.load('a')).toEqual(far);
    expect(await store.checkpoints.load('b')).toBeUndefined();
    store.close();
  });
});

test('the SQLite store is there again after it was closed', async () => {
  const path = join(dir, 'ledger.db');
  const first = openLedgerStore(path);
  await first.journal.put(entry('a'));
  await first.checkpoints.save('reader', { blockNumber: 4n, transactionId: 'a' });
  first.close();
  using again = openLedgerStore(path);
  expect(await again.journal.list()).toEqual([entry('a')]);
  expect(await again.checkpoints.load('reader')).toEqual({ blockNumber: 4n, transactionId: 'a' });
});
