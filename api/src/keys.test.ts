import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordSeedFor } from '@careledger/envelope';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { KEY, openKeys } from './keys.js';

const PASSPHRASE = 'correct horse battery staple';
const RECORD = { patientId: `pat_${'a'.repeat(32)}`, kind: 'clinical', key: 'k' };

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'careledger-keys-'));
});
afterEach(() => rm(dir, { recursive: true }));

test('what makes record ids is in the data folder: an authority put back from a backup makes the same ones', async () => {
  const [home, restored] = [join(dir, 'home'), join(dir, 'restored')];
  await mkdir(home);
  const before = await openKeys(home, PASSPHRASE);
  const seed = recordSeedFor(before.secret(KEY.recordIds), RECORD);
  await before.close();
  await cp(home, restored, { recursive: true });
  await rm(home, { recursive: true });
  const after = await openKeys(restored, PASSPHRASE);
  expect(recordSeedFor(after.secret(KEY.recordIds), RECORD)).toBe(seed);
  await after.close();
});
