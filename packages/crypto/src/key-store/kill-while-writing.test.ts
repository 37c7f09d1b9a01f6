import { expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createKeyStore, openKeyStore } from './index.js';

const unlock = { passphrase: 'p' };
const KEYS_BEFORE_THE_KILL = 15;

/** Makes keys one after the other and reports each once its promise has resolved. */
const WRITER = `
  const { openKeyStore } = await import(process.argv[1]);
  const store = await openKeyStore({ path: process.argv[2], unlock: { passphrase: 'p' } });
  for (let i = 0; ; i++) {
    await store.generate({ name: 'key-' + i, type: 'ed25519' });
    console.log(store.signer('key-' + i).kid);
  }
`;

test('kill -9 in the middle of writing: every key that was reported is there, and the store opens', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'careledger-kill-'));
  try {
    const path = join(folder, 'keys.json');
    await (await createKeyStore({ path, unlock, scryptLogN: 10 })).close();
    const module = new URL('./index.js', import.meta.url).href;
    const args = ['--input-type=module', '--eval', WRITER, module, path];
    const writer = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(writer, 'exit');
    const reported: string[] = [];
    for await (const kid of createInterface({ input: writer.stdout })) {
      reported.push(kid);
      if (reported.length === KEYS_BEFORE_THE_KILL) writer.kill('SIGKILL');
    }
    await exited;
    await using store = await openKeyStore({ path, unlock });
    const kids = store.list().map(({ kid }) => kid);
    expect(reported.length).toBeGreaterThanOrEqual(KEYS_BEFORE_THE_KILL);
    expect(kids.slice(0, reported.length)).toEqual(reported);
    expect(reported.map((_, i) => store.signer(`key-${i}`).kid)).toEqual(reported);
  } finally {
    await rm(folder, { recursive: true });
  }
});
