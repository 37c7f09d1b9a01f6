import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { readStoreReceipt } from '@careledger/envelope';
import { openDatabase, type Database } from '@careledger/service-kit';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ReleaseStore } from '../access/release-store.js';
import { PendingStore } from '../records/pending-store.js';
import { presentWraps } from '../wraps/wrap-service.js';
import { HeldVersionStore } from './held-version-store.js';
import { migrations } from './migrations.js';

/** What the first release wrote: a version with its receipt, one on its way, a release. */
const FIRST_RELEASE = new URL('../../fixtures/first-release.sql', import.meta.url);
const HELD = 'rec_sjbadnetyydview5srrcgbmtzqgyr535';
const ON_ITS_WAY = 'rec_ep5cprjrg6rzlmzqz4oitwoagd5i3ydi';

describe('a store of the first release', () => {
  let dir: string;
  let database: Database;
  let removed: string[];
  let pending: PendingStore;
  let before: Record<string, unknown>[];
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'careledger-provider-'));
    const path = join(dir, 'provider.db');
    const old = new DatabaseSync(path);
    old.exec(readFileSync(FIRST_RELEASE, 'utf8'));
    before = old.prepare('SELECT * FROM versions ORDER BY receipt IS NULL').all();
    old.close();
    database = openDatabase({ path, migrations });
    removed = [];
    pending = new PendingStore(database, { removeNow: (hash) => removed.push(hash) });
  });
  afterEach(() => {
    database.close();
    rmSync(dir, { recursive: true });
  });

  test('keeps each settled version with its receipt, byte for byte, and says that nobody reads its wraps', () => {
    const held = new HeldVersionStore(database).find(HELD, 1);
    expect(held).toMatchObject({
      statement: before[0]?.['statement'],
      manifest: before[0]?.['manifest'],
      wrapSet: before[0]?.['wrap_set'],
      receipt: before[0]?.['receipt'],
      blockNumber: 7,
      wraps: null,
      acceptance: null,
    });
    expect(readStoreReceipt(held?.receipt ?? '')).toMatchObject({ recordId: HELD, version: 1 });
    expect(() => held && presentWraps(held)).toThrow(expect.objectContaining({ code: 'WRAPS_OUTDATED' }));
    expect(new ReleaseStore(database).list(undefined, 10)).toMatchObject([
      { recordId: HELD, requester: 'aut_hospital' },
    ]);
  });

  test('keeps a permit used as used, and the receipt for it', () => {
    const [release] = new ReleaseStore(database).list(undefined, 10);
    if (release === undefined) throw new Error('There is a release.');
    expect(new ReleaseStore(database).use([release])).toEqual([false]);
    expect(new ReleaseStore(database).findByPermit(release)).toEqual(release);
  });

  test('gives up what was on its way, with its blob, once', () => {
    expect(new HeldVersionStore(database).find(ON_ITS_WAY, 1)).toBeUndefined();
    expect(pending.hashes()).toEqual([]);
    expect(pending.dropOutdated()).toEqual([{ recordId: ON_ITS_WAY, version: 1 }]);
    expect(removed).toEqual([before[1]?.['ciphertext_sha256']]);
    expect(pending.dropOutdated()).toEqual([]);
  });
});
