import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openDatabase, type Database } from './database.js';
import { isUniqueViolation } from './error.js';
import { GroupCommit } from './group-commit.js';

const first = {
  name: 'items',
  sql: 'CREATE TABLE items (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT',
};
const second = { name: 'more', sql: 'ALTER TABLE items ADD COLUMN more TEXT' };

let dir: string;
let path: string;
const opened: Database[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'careledger-sqlite-'));
  path = join(dir, 'deeper', 'store.db');
});
afterEach(() => {
  for (const db of opened.splice(0)) db.close();
  rmSync(dir, { recursive: true });
});
function open(migrations = [first], at = path): Database {
  const db = openDatabase({ path: at, migrations });
  opened.push(db);
  return db;
}
const insert = (db: Database, id: number) =>
  db.prepare('INSERT INTO items (id, text) VALUES (?, ?)').run(id, `t${id}`);
const ids = (db: Database) =>
  db
    .prepare('SELECT id FROM items ORDER BY id')
    .all()
    .map((row) => row['id']);

describe('migrations', () => {
  test('are applied once and in order', () => {
    open().close();
    const db = open([first, second]);
    db.prepare('INSERT INTO items VALUES (1, ?, ?)').run('a', 'b');
    db.close();
    const again = open([first, second]);
    expect(ids(again)).toEqual([1]);
    again.integrityCheck();
  });

  test('a store written by a newer release is refused', () => {
    open([first, second]).close();
    expect(() => open([first])).toThrow(expect.objectContaining({ code: 'DATABASE_NEWER' }));
  });

  test('a released migration that was edited is refused', () => {
    open().close();
    expect(() => open([{ ...first, sql: `${first.sql};` }])).toThrow(
      expect.objectContaining({ code: 'MIGRATION_CHANGED' }),
    );
  });

  test('a migration that fails leaves nothing behind', () => {
    const broken = { name: 'broken', sql: 'CREATE TABLE half (id INTEGER); SELECT nonsense' };
    expect(() => open([first, broken])).toThrow(expect.objectContaining({ code: 'MIGRATION_FAILED' }));
    const db = open();
    expect(() => db.prepare('SELECT * FROM half')).toThrow(/no such table/);
  });
});

describe('store', () => {
  test('a second process cannot write the same store', () => {
    open();
    expect(() => openDatabase({ path, migrations: [first], busyTimeoutMs: 1 })).toThrow(
      expect.objectContaining({ code: 'DATABASE_IN_USE' }),
    );
  });

  test('a file that is no database is named', () => {
    const at = join(dir, 'garbage.db');
    writeFileSync(at, 'x'.repeat(5000));
    expect(() => open([first], at)).toThrow(expect.objectContaining({ code: 'DATABASE_UNUSABLE' }));
  });

  test('what throws inside a transaction is rolled back, in both kinds', () => {
    const db = open();
    for (const kind of ['transaction', 'deferred'] as const) {
      expect(() =>
        db[kind](() => {
          insert(db, 1);
          throw new Error('stop');
        }),
      ).toThrow('stop');
    }
    expect(ids(db)).toEqual([]);
  });
});

describe('group commit', () => {
  test('one bad item fails alone; the others of its group are kept', async () => {
    const db = open();
    const group = new GroupCommit({ database: db, write: (id: number) => void insert(db, id) });
    const results = await Promise.allSettled([1, 2, 2, 3].map((id) => group.add(id)));
    expect(results.map((result) => result.status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    expect(results[2]).toMatchObject({ reason: expect.anything() });
    expect(isUniqueViolation((results[2] as PromiseRejectedResult).reason)).toBe(true);
    expect(ids(db)).toEqual([1, 2, 3]);
  });

  test('nobody is told before the sync that follows the commit has ended', async () => {
    const db = open();
    let finishSync: (() => void) | undefined;
    const database = {
      deferred: <T>(fn: () => T) => db.deferred(fn),
      syncThen: (done: (error: Error | null) => void) => {
        finishSync = () => done(null);
      },
    };
    const group = new GroupCommit({ database, write: (id: number) => void insert(db, id) });
    let told = false;
    const added = group.add(1).then(() => (told = true));
    while (!finishSync) await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect([told, ids(db)]).toEqual([false, [1]]);
    const syncFirst = finishSync;
    finishSync = undefined;
    const late = [group.add(2), group.add(3)];
    await new Promise(setImmediate);
    expect(ids(db)).toEqual([1]);
    syncFirst();
    await added;
    while (!finishSync) await new Promise(setImmediate);
    expect(ids(db)).toEqual([1, 2, 3]);
    (finishSync as () => void)();
    await Promise.all(late);
    await group.idle();
  });

  test('a sync that fails is told to every waiter of the group', async () => {
    const db = open();
    const group = new GroupCommit({
      database: {
        deferred: (fn) => db.deferred(fn),
        syncThen: (done) => setImmediate(done, new Error('EIO')),
      },
      write: (id: number) => void insert(db, id),
    });
    const results = await Promise.allSettled([group.add(1), group.add(2)]);
    expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected']);
  });

  test('many items need few commits and all are there after reopening', async () => {
    const db = open();
    let syncs = 0;
    const group = new GroupCommit({
      database: {
        deferred: (fn) => db.deferred(fn),
        syncThen: (done) => {
          syncs += 1;
          db.syncThen(done);
        },
      },
      write: (id: number) => void insert(db, id),
      maxItems: 100,
    });
    await Promise.all(Array.from({ length: 1000 }, (_, id) => group.add(id)));
    expect(syncs).toBe(10);
    db.close();
    expect(ids(open())).toHaveLength(1000);
  });
});
