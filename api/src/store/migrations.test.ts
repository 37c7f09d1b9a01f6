import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@careledger/service-kit';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { WriteStore } from '../records/write-store.js';
import { migrations } from './migrations.js';
import { SqliteStore } from './store.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'careledger-migrations-'));
});
afterEach(() => rm(dir, { recursive: true }));

test('a write that was on its way when the store was migrated goes on', async () => {
  const path = join(dir, 'authority.db');
  {
    const first = openDatabase({ path, migrations: migrations.slice(0, 1) });
    first.exec(
      `INSERT INTO writes (record_id, version, patient_id, request_key, request_sha256, stage, description, manifest,
         manifest_hash, wrap_set, ciphertext, provider_id, store_statement, created_at)
       VALUES ('rec_1', 1, 'pat_1', 'create/1', 'hash', 'sealed', '{"kind":"clinical"}', 'manifest', 'hash', 'wraps',
         x'00', 'prv_cloud-a', 'statement', '2026-01-01T00:00:00.000Z')`,
    );
    first.close();
  }
  const store = new SqliteStore(path);
  try {
    expect(new WriteStore(store).find('rec_1', 1)).toMatchObject({
      ...{ stage: 'sealed', providerId: 'prv_cloud-a', storeStatement: 'statement', formerStores: {} },
    });
  } finally {
    await store.close();
  }
});
