import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { watch } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createKeyFile, createKeyStore, openKeyStore, openOrCreateKeyStore } from './index.js';

const unlock = { passphrase: 'correct horse battery staple' };
const cheap = { unlock, scryptLogN: 10 };
const code = (value: string) => expect.objectContaining({ name: 'CryptoError', code: value });
let folder: string;
let count = 0;
const newPath = () => join(folder, `store-${count++}.json`);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'careledger-keys-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function sampleStore(path = newPath()) {
  const store = await createKeyStore({ path, ...cheap });
  await store.generate(
    { name: 'consent', type: 'ed25519' },
    { name: 'records', type: 'x25519' },
    { name: 'scope', type: 'secret' },
  );
  return { path, store };
}

test('keys come back after a restart, and nothing of them is readable in the file', async () => {
  const { path, store } = await sampleStore();
  const seed = new Uint8Array(32).fill(0xa7);
  await store.put({ name: 'known', type: 'ed25519', secret: seed });
  const before = [store.signer('consent').kid, store.x25519('records').kid, store.secret('scope')];
  await store.close();
  await using again = await openKeyStore({ path, unlock });
  expect([again.signer('consent').kid, again.x25519('records').kid, again.secret('scope')]).toEqual(before);
  expect(again.list().map(({ name }) => name)).toEqual(['consent', 'records', 'scope', 'known']);
  expect(again.list().find(({ name }) => name === 'consent')?.kid).toBe(again.signer('consent').kid);
  expect(again.currentKid('records')).toBe(again.x25519('records').kid);
  expect(() => again.currentKid('nobody')).toThrow(code('KEY_NOT_FOUND'));
  const text = await readFile(path, 'latin1');
  expect(text).not.toContain(Buffer.from(seed).toString('base64url').slice(2, 40));
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await readdir(folder)).filter((file) => file.endsWith('.tmp'))).toEqual([]);
});

test('nothing put in is nothing written: the file with everybody’s keys stays as it lies there', async () => {
  const { path, store } = await sampleStore();
  const before = await stat(path);
  await store.put();
  expect((await stat(path)).ino).toBe(before.ino);
  await store.close();
});

test('a wrong passphrase, or a key file in its place, leaves the store locked', async () => {
  const { path, store } = await sampleStore();
  await store.close();
  const keyFile = join(folder, 'other.key');
  await createKeyFile(keyFile);
  await expect(openKeyStore({ path, unlock: { passphrase: 'wrong' } })).rejects.toEqual(
    code('KEY_STORE_LOCKED'),
  );
  await expect(openKeyStore({ path, unlock: { keyFile } })).rejects.toEqual(code('KEY_STORE_LOCKED'));
  await expect(createKeyFile(keyFile)).rejects.toMatchObject({ code: 'EEXIST' });
});

test('a key file opens what it closed, another one does not', async () => {
  const path = newPath();
  const [mine, other] = [join(folder, 'mine.key'), join(folder, 'not-mine.key')];
  await createKeyFile(mine);
  await createKeyFile(other);
  const store = await openOrCreateKeyStore({ path, unlock: { keyFile: mine } });
  await store.generate({ name: 'a', type: 'ed25519' });
  await store.close();
  await using again = await openOrCreateKeyStore({ path, unlock: { keyFile: mine } });
  expect(again.has('a')).toBe(true);
  await expect(openKeyStore({ path, unlock: { keyFile: other } })).rejects.toEqual(code('KEY_STORE_LOCKED'));
});

describe('a file altered by hand', () => {
  const alterations: [string, (text: string) => string, string][] = [
    ['truncated', (text) => text.slice(0, -40), 'KEY_STORE_CORRUPT'],
    ['a name given twice', (text) => text.replace('"v":1', '"v":1,"v":1'), 'KEY_STORE_CORRUPT'],
    ['two entries with their names exchanged', swapNames, 'KEY_STORE_CORRUPT'],
    ['a retired key revived', (text) => text.replace('"current"', '"retired"'), 'KEY_NOT_FOUND'],
    ['scrypt cost of 2^30', (text) => text.replace('"logN":10', '"logN":30'), 'KEY_STORE_LOCKED'],
  ];
  test.each(alterations)('%s', async (_name, alter, expected) => {
    const { path, store } = await sampleStore();
    await store.generate({ name: 'gateway', type: 'ed25519' });
    await store.close();
    await writeFile(path, alter(await readFile(path, 'utf8')));
    const use = async () => {
      await using opened = await openKeyStore({ path, unlock });
      return opened.signer('consent');
    };
    await expect(use()).rejects.toEqual(code(expected));
  });

  function swapNames(text: string): string {
    return text.replace('"consent"', '"x"').replace('"gateway"', '"consent"').replace('"x"', '"gateway"');
  }
});

test('changes that come together share a write; one that is refused is its caller’s alone, a write that fails everybody’s', async () => {
  const own = join(folder, 'shared-writes');
  await mkdir(own);
  const { path, store } = await sampleStore(join(own, 'keys.json'));
  const names = Array.from({ length: 40 }, (_, n) => `pat_${n % 7}/key-${n}`);
  let writes = 0;
  const watcher = watch(own, (_event, file) => {
    if (file === basename(path)) writes++;
  });
  const putting = names.map((name) => store.generate({ name, type: 'ed25519' }));
  const refused = expect(store.generate({ name: 'consent', type: 'ed25519' })).rejects.toEqual(
    code('KEY_EXISTS'),
  );
  const twice = expect(
    store.generate({ name: 'twice', type: 'secret' }, { name: 'twice', type: 'secret' }),
  ).rejects.toEqual(code('KEY_EXISTS'));
  await Promise.all([...putting, refused, twice, store.remove('records')]);
  expect(names.every((name) => store.has(name))).toBe(true);
  await store.close();
  watcher.close();
  const again = await openKeyStore({ path, unlock });
  expect(again.list().map(({ name }) => name)).toEqual(expect.arrayContaining([...names, 'consent']));
  expect([again.has('records'), again.has('twice')]).toEqual([false, false]);
  // The first goes at once, the others with the next.
  expect(writes).toBeGreaterThan(0);
  expect(writes).toBeLessThan(names.length / 4);

  await rename(own, `${own}-away`);
  const failing = [
    again.generate({ name: 'x', type: 'secret' }),
    again.generate({ name: 'y', type: 'secret' }),
  ];
  for (const each of await Promise.allSettled(failing)) expect(each.status).toBe('rejected');
  await rename(`${own}-away`, own);
  expect([again.has('x'), again.has('y')]).toEqual([false, false]);
  await again.generate({ name: 'x', type: 'secret' });
  expect(again.has('x')).toBe(true);
  await again.close();
});

test('who is refused for a key that is just being made finds it there', async () => {
  const { store } = await sampleStore();
  await using opened = store;
  const key = { name: 'once', type: 'ed25519' } as const;
  const kids = await Promise.all(
    [1, 2, 3].map(() => opened.generate(key).then(...sameWay(() => opened.signer('once').kid))),
  );
  expect(new Set(kids).size).toBe(1);
});

/** Whether it was taken or refused. */
const sameWay = <T>(then: () => T) => [then, then] as const;

test('an interrupted rotation goes on with the same successor; the retired key still opens', async () => {
  const { path, store } = await sampleStore();
  const [oldSigner, oldX] = [store.signer('consent').kid, store.x25519('records').kid];
  const staged = (await store.stageSigner('consent')).kid;
  await store.close();

  await using again = await openKeyStore({ path, unlock });
  expect((await again.stageSigner('consent')).kid).toBe(staged);
  expect(again.signer('consent').kid).toBe(oldSigner);
  await again.completeRotation('consent');
  expect(again.signer('consent').kid).toBe(staged);

  const stagedX = (await again.stageX25519('records')).kid;
  await again.completeRotation('records');
  expect(again.x25519Generations('records').map(({ kid }) => kid)).toEqual([stagedX, oldX]);
  await expect(again.completeRotation('records')).rejects.toEqual(code('KEY_NOT_FOUND'));
  expect(
    again
      .list()
      .filter(({ name }) => name === 'consent')
      .map(({ state }) => state),
  ).toEqual(['retired', 'current']);
});

test('a retired key that is removed is gone from the file; the current one and a staged one stay', async () => {
  const { path, store } = await sampleStore();
  const former = store.x25519('records').kid;
  const current = (await store.stageX25519('records')).kid;
  await store.completeRotation('records');
  const staged = (await store.stageX25519('records')).kid;
  expect(store.hasRetired('records')).toBe(true);
  await store.removeRetired('records');
  expect([store.hasRetired('records'), store.hasRetired('nobody')]).toEqual([false, false]);
  await store.close();
  await using again = await openKeyStore({ path, unlock });
  expect(again.x25519Generations('records').map(({ kid }) => kid)).toEqual([staged, current]);
  expect(await readFile(path, 'utf8')).not.toContain(former);
});

test('after a change of passphrase only the new one opens', async () => {
  const { path, store } = await sampleStore();
  const kid = store.signer('consent').kid;
  await store.changeUnlock({ passphrase: 'another' }, { scryptLogN: 10 });
  expect(store.signer('consent').kid).toBe(kid);
  await store.close();
  await expect(openKeyStore({ path, unlock })).rejects.toEqual(code('KEY_STORE_LOCKED'));
  await using again = await openKeyStore({ path, unlock: { passphrase: 'another' } });
  expect(again.signer('consent').kid).toBe(kid);
});

test('no key is replaced by accident, and a refused change changes nothing', async () => {
  const { path, store } = await sampleStore();
  const kid = store.signer('consent').kid;
  await expect(
    store.generate({ name: 'new', type: 'ed25519' }, { name: 'consent', type: 'ed25519' }),
  ).rejects.toEqual(code('KEY_EXISTS'));
  await expect(store.put({ name: 'short', type: 'secret', secret: new Uint8Array(31) })).rejects.toEqual(
    code('KEY_INVALID'),
  );
  await expect(store.generate({ name: '../x', type: 'secret' })).rejects.toEqual(code('KEY_INVALID'));
  await expect(createKeyStore({ path, ...cheap })).rejects.toEqual(code('KEY_EXISTS'));
  expect(store.has('new')).toBe(false);
  expect(store.signer('consent').kid).toBe(kid);
  await store.remove('consent');
  expect(() => store.signer('consent')).toThrow(code('KEY_NOT_FOUND'));
  await store.close();
  expect(() => store.secret('scope')).toThrow(code('KEY_STORE_CLOSED'));
});

test('changes made at once are all kept', async () => {
  const own = join(folder, 'together');
  await mkdir(own);
  const { path, store } = await sampleStore(join(own, 'keys.json'));
  const names = Array.from({ length: 20 }, (_, i) => `patient/${i}`);
  await Promise.all(names.map((name) => store.generate({ name, type: 'ed25519' })));
  await store.close();
  await using again = await openKeyStore({ path, unlock });
  expect(names.filter((name) => !again.has(name))).toEqual([]);
});

test('5,000 patients: one scrypt, then every key within a fraction of a millisecond', async () => {
  const path = newPath();
  const store = await createKeyStore({ path, ...cheap });
  const names = Array.from({ length: 5000 }, (_, i) => `patient/${i}/scope`);
  await store.generate(...names.map((name) => ({ name, type: 'secret' as const })));
  await store.close();
  const start = performance.now();
  await using again = await openKeyStore({ path, unlock });
  for (const name of names) again.secret(name);
  // About 100 ms on the development machine; deriving a key for each would take minutes at any cost worth having.
  expect(performance.now() - start).toBeLessThan(5000);
});
