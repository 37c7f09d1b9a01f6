import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { LATER_STORE_MIGRATIONS, STORE_MIGRATIONS } from './schema.js';
import { openStore, type GatewayStore } from './store.js';

const MIGRATIONS = [
  ...[...STORE_MIGRATIONS, ...LATER_STORE_MIGRATIONS],
  { name: 'kept', sql: 'CREATE TABLE kept (id INTEGER PRIMARY KEY) STRICT' },
];
let folder: string;
let store: GatewayStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'careledger-store-'));
  store = openStore({ path: join(folder, 'gateway.db'), migrations: MIGRATIONS });
});
afterEach(async () => {
  store.close();
  await rm(folder, { recursive: true });
});
const keep = (id: number, isUrgent = false): Promise<unknown> =>
  store.keep(() => store.database.prepare('INSERT INTO kept VALUES (?)').run(id), { isUrgent });
const kept = () =>
  store.database
    .prepare('SELECT id FROM kept ORDER BY id')
    .all()
    .map((row) => row['id']);

test('what is urgent is on disk while the sync of all others is still under way', async () => {
  const { database } = store;
  const sync = database.syncThen.bind(database);
  const held = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  database.syncThen = (done) => {
    database.syncThen = sync;
    begun.resolve();
    void held.promise.then(() => sync(done));
  };
  let isThere = false;
  const others = Promise.all([keep(1), keep(2)]).then(() => (isThere = true));
  await begun.promise;
  await keep(3, true);
  expect([isThere, kept()]).toEqual([false, [1, 2, 3]]);
  held.resolve();
  await others;
});

test('one that cannot be written fails alone', async () => {
  const outcomes = await Promise.allSettled([keep(1), keep(1), keep(2)]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(kept()).toEqual([1, 2]);
});
