import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '@careledger/service-kit';
import { expect, test } from '@jest/globals';
import { GATEWAY_MIGRATIONS } from '../migrations.js';
import { STORE_MIGRATIONS } from '../store/index.js';
import { REWRAP_RANGES } from './schema.js';
import { RewrapStore } from './rewrap-store.js';

const FIXTURES = fileURLToPath(new URL('../../../fixtures/', import.meta.url));

test('a job that an older release left half way is done again from the newest version back', () => {
  const folder = mkdtempSync(join(tmpdir(), 'careledger-rewraps-'));
  const path = join(folder, 'gateway.db');
  const old = new DatabaseSync(path);
  old.exec(readFileSync(join(FIXTURES, 'first-release.sql'), 'utf8'));
  old.close();
  const migrations = [...STORE_MIGRATIONS, ...GATEWAY_MIGRATIONS];
  const before = migrations.slice(
    0,
    migrations.findIndex(({ sql }) => sql === REWRAP_RANGES),
  );
  const upward = openDatabase({ path, migrations: before });
  const newest = upward
    .prepare('SELECT max(version_no) AS newest FROM record_versions WHERE patient_no = 1')
    .get() as {
    newest: number;
  };
  upward
    .prepare(
      'INSERT INTO rewrap_jobs (patient_no, next_version_no, again_from) VALUES (1, 3, 2), (2, 1, NULL)',
    )
    .run();
  upward.close();

  const rewraps = new RewrapStore(openDatabase({ path, migrations }));
  expect(rewraps.patients()).toEqual([1, 2]);
  const range = { first: 2, last: newest.newest, next: newest.newest };
  expect(rewraps.get(1)).toEqual({ patientNo: 1, ...range, generation: 1 });
  expect(rewraps.get(2)).toMatchObject({ first: 1 });
});
