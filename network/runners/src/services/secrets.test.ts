import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureSecrets, heldTokens } from './secrets.js';

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

test('each token speaks for its holder’s organisation, and that of a service that is gone for nobody', async () => {
  const path = join(folder, 'cloud-b.json');
  const secrets = await ensureSecrets(path, ['ops', 'monitoring', 'gateway', 'api-lab', 'api-gone']);
  const callers = [
    { id: 'gateway', mspId: 'PatientsMSP' },
    { id: 'api-lab', mspId: 'LabMSP' },
  ];
  const entries = heldTokens(secrets, 'CloudBMSP', callers);
  expect(entries.map(({ name, role, mspId }) => [name, role, mspId])).toEqual([
    ['ops', 'ops', 'CloudBMSP'],
    ['monitoring', 'ops', 'CloudBMSP'],
    ['gateway', 'system', 'PatientsMSP'],
    ['api-lab', 'system', 'LabMSP'],
  ]);
});
