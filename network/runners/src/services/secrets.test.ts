import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureSecrets } from './secrets.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'careledger-secrets-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('who leaves loses the token for good; everybody else keeps theirs', async () => {
  const path = join(folder, 'cloud-a.json');
  const first = await ensureSecrets(path, ['ops', 'api-lab', 'api-pharmacy']);
  const without = await ensureSecrets(path, ['ops', 'api-lab']);
  const { 'api-pharmacy': taken, ...kept } = first.tokens;
  expect(without).toEqual({ passphrase: first.passphrase, tokens: kept });
  const back = await ensureSecrets(path, ['ops', 'api-lab', 'api-pharmacy']);
  expect(back.tokens).toMatchObject(kept);
  expect(back.tokens['api-pharmacy']).not.toBe(taken);
});
