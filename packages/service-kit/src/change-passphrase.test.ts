import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createKeyStore, openKeyStore } from '@careledger/crypto/key-store';
import { changePassphraseCommand } from './change-passphrase.js';
import { openDatabase } from './sqlite/index.js';

const FORMER = 'the passphrase until now';
const NEXT = 'the passphrase from now on';
const { run } = changePassphraseCommand('service.db');

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'careledger-passphrase-'));
  const path = join(dataDir, 'keys.json');
  await using store = await createKeyStore({ path, unlock: { passphrase: FORMER }, scryptLogN: 10 });
  await store.generate({ name: 'service/signing', type: 'ed25519' });
});
afterEach(() => rm(dataDir, { recursive: true }));

async function change(text: string): Promise<unknown> {
  const file = join(dataDir, 'next');
  await writeFile(file, text);
  const admin = { certificateFile: '', privateKeyFile: '' };
  return run({ dataDir, keyPassphrase: FORMER, scryptLogN: 10 }, { 'new-passphrase-file': file }, admin);
}
const open = (passphrase: string) =>
  openKeyStore({ path: join(dataDir, 'keys.json'), unlock: { passphrase } });

test('the new passphrase opens the store, the former one does not; the command again is no mistake', async () => {
  for (let times = 0; times < 2; times++) {
    expect(await change(`${NEXT}\n`)).toEqual({ changed: 'keyPassphrase' });
    await using store = await open(NEXT);
    expect(store.has('service/signing')).toBe(true);
  }
  await expect(open(FORMER)).rejects.toMatchObject({ code: 'KEY_STORE_LOCKED' });
});

test('while the service runs nothing is changed: it would put the former passphrase back', async () => {
  using running = openDatabase({
    path: join(dataDir, 'service.db'),
    migrations: [{ name: 'one', sql: 'CREATE TABLE a (b INTEGER) STRICT' }],
  });
  await expect(change(NEXT)).rejects.toMatchObject({ code: 'DATABASE_IN_USE' });
  running.integrityCheck();
  await using store = await open(FORMER);
  expect(store.has('service/signing')).toBe(true);
});

test('a passphrase that is too short for the configuration is refused', async () => {
  await expect(change('short\n')).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});
