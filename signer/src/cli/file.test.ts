import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toBase64url, x25519FromPrivate } from '@careledger/crypto';
import type { PublishedKeys } from '@careledger/protocol/published-keys';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { Desk } from '../../testing/desk.js';

const HOSPITAL = 'aut_hospital';
const ALARM = `ep_${'a'.repeat(32)}`;

let desk: Desk;
beforeEach(async () => {
  desk = await Desk.open({
    [HOSPITAL]: toBase64url(x25519FromPrivate(new Uint8Array(32).fill(3)).publicKey),
  });
});
afterEach(() => desk[Symbol.asyncDispose]());

const shown = async (...files: string[]): Promise<{ patientId: string; decisions: unknown[] }> =>
  JSON.parse((await desk.runAs([...files, 'show'])).out) as never;

test('init makes a key in a file that only its owner reads, shows no secret, and overwrites no other', async () => {
  const file = join(desk.folder, 'new', 'consent.json');
  const made = await desk.runAs(['--file', file, 'init', '--network', 'devnet']);
  expect(made).toMatchObject({ exitCode: 0, err: '' });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const { content, key } = await desk.signer();
  for (const text of [made.out, readFileSync(file, 'utf8'), readFileSync(desk.file, 'utf8')])
    for (const secret of [content.consentSeed, content.scopeKey]) expect(text).not.toContain(secret);
  expect((await shown('--file', file)).patientId).toBe(
    (JSON.parse(made.out) as { patientId: string }).patientId,
  );
  expect(key.patientId).toBe(desk.patientId);
  const again = await desk.runAs(['--file', file, 'init', '--network', 'devnet']);
  expect(again).toMatchObject({ exitCode: 2, err: expect.stringContaining('FILE_EXISTS') });
});

test('a backup brings key and decisions back, and opens with its passphrase alone', async () => {
  await desk.run('grant', HOSPITAL);
  const [backup, restored] = [join(desk.folder, 'backup.json'), join(desk.folder, 'restored.json')];
  expect((await desk.run('backup', backup)).exitCode).toBe(0);
  expect(statSync(backup).mode & 0o777).toBe(0o600);
  expect((await desk.runAs(['--file', restored, 'restore', backup])).exitCode).toBe(0);
  expect(await shown('--file', restored)).toEqual(await shown());
  expect((await shown('--file', restored)).decisions).toHaveLength(1);
  const guess = join(desk.folder, 'guess');
  writeFileSync(guess, 'not the passphrase at all');
  const locked = await desk.runAs([
    '--passphrase-file',
    guess,
    '--file',
    join(desk.folder, 'x.json'),
    'restore',
    backup,
  ]);
  expect(locked).toMatchObject({ exitCode: 1, err: expect.stringContaining('VAULT_LOCKED') });
});

test('a file that was altered anywhere does not open', async () => {
  const text = readFileSync(desk.file, 'utf8');
  const parts = JSON.parse(text) as { kdf: { salt: string }; iv: string; ciphertext: string };
  const flipped = (value: string): string => (value.startsWith('A') ? 'B' : 'A') + value.slice(1);
  for (const altered of [
    { ...parts, ciphertext: flipped(parts.ciphertext) },
    { ...parts, iv: flipped(parts.iv) },
    { ...parts, kdf: { ...parts.kdf, salt: flipped(parts.kdf.salt) } },
    { ...parts, kdf: { ...parts.kdf, logN: 11 } },
  ]) {
    writeFileSync(desk.file, JSON.stringify(altered));
    expect(await desk.runAs(['show'])).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('VAULT_LOCKED'),
    });
  }
  writeFileSync(desk.file, JSON.stringify({ ...parts, kind: 'something else' }));
  expect((await desk.runAs(['show'])).err).toContain('VAULT_MALFORMED');
});

test('the passphrase can be changed; the old one then opens nothing', async () => {
  const next = join(desk.folder, 'next');
  writeFileSync(next, 'another correct horse');
  expect((await desk.runAs(['passphrase', '--new-passphrase-file', next])).exitCode).toBe(0);
  expect((await desk.runAs(['show'])).err).toContain('VAULT_LOCKED');
  expect((await desk.runAs(['--passphrase-file', next, 'show'])).exitCode).toBe(0);
});

test('nothing is signed unless the patient says yes, or said --yes', async () => {
  expect(await desk.runAs(['revoke-all'])).toMatchObject({
    exitCode: 2,
    err: expect.stringContaining('NOBODY_TO_ASK'),
  });
  expect(await desk.runAs(['revoke-all'], 'n\n')).toMatchObject({
    exitCode: 3,
    err: expect.stringContaining('I end EVERYTHING'),
  });
  expect((await shown()).decisions).toEqual([]);
  expect(desk.gateway.came).toEqual([]);
  expect(await desk.runAs(['revoke-all'], 'y\n')).toMatchObject({ exitCode: 0 });
  expect(desk.gateway.came).toHaveLength(1);
});

test('--print hands the statement out and sends nothing', async () => {
  const { out } = await desk.run('revoke-all', '--print');
  expect(out).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  expect(desk.gateway.came).toEqual([]);
  await desk.run('send');
  expect(desk.gateway.came.map(({ statement }) => statement)).toEqual([out.trim()]);
});

test('each decision goes to the route that takes it', async () => {
  const SUBSCRIPTION = 'AAAAAAAAAAAAAAAAAAAAAQ';
  await desk.run('grant', HOSPITAL);
  await desk.run('reject', SUBSCRIPTION);
  await desk.run('ack', ALARM);
  await desk.run('mute', '30');
  const { out } = await desk.run('check-in', HOSPITAL);
  expect(out.split('.')).toHaveLength(3);
  const of = `/v1/patients/${desk.patientId}`;
  expect(desk.gateway.came.map(({ path }) => path)).toEqual([
    `${of}/grants`,
    `${of}/subscriptions/${SUBSCRIPTION}/reject`,
    `${of}/alarms/${ALARM}/acknowledge`,
    `${of}/alarms/mute`,
  ]);
});

test('what nobody would accept is not signed, and arguments that mean nothing are named', async () => {
  expect(await desk.run('revoke', 'not-an-id', '--offline')).toMatchObject({
    exitCode: 1,
    err: expect.stringContaining('DECISION_MALFORMED'),
  });
  for (const args of [
    ['grant', HOSPITAL, '--permissions', 'everything'],
    ['grant', HOSPITAL, '--scope', 'a/b/c'],
    ['grant', HOSPITAL, '--author', 'somebody'],
    ['grant', HOSPITAL, '--code', 'system|code|more'],
    ['grant', HOSPITAL, '--visit', 'yesterday'],
    ['grant', HOSPITAL, '--record', 'all'],
    ['grant', HOSPITAL, '--rank', 'first'],
    ['mute', 'long'],
  ])
    expect(await desk.run(...args)).toMatchObject({ exitCode: 2, err: expect.stringContaining('USAGE') });
  expect(await desk.run('gateway', 'http://elsewhere.example', '--token-file', desk.file)).toMatchObject({
    exitCode: 2,
    err: expect.stringContaining('ADDRESS_INSECURE'),
  });
  expect((await desk.run('grant')).exitCode).toBe(2);
  expect((await shown()).decisions).toEqual([]);
});

test('a name that the file could not be opened with again is refused, and nothing is written', async () => {
  const file = join(desk.folder, 'other.json');
  const init = await desk.runAs(['--file', file, 'init', '--network', 'No Such Network!']);
  expect(init).toMatchObject({ exitCode: 2, err: expect.stringContaining('NAME_MALFORMED') });
  expect(existsSync(file)).toBe(false);
  for (const args of [
    ['no authority', toBase64url(new Uint8Array(32).fill(4))],
    ['aut_lab', 'short'],
  ])
    expect(await desk.run('trust', ...args)).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('NAME_MALFORMED'),
    });
  expect(await shown()).toMatchObject({ patientId: desk.patientId });
  expect(Object.keys((await desk.signer()).content.authorities)).toEqual([HOSPITAL]);
});

test('two commands do not write one file', async () => {
  writeFileSync(`${desk.file}.lock`, '');
  expect(await desk.run('revoke-all')).toMatchObject({
    exitCode: 2,
    err: expect.stringContaining('FILE_IN_USE'),
  });
});

test('help names every command and says what the exit codes mean', async () => {
  const { exitCode, out } = await desk.runAs(['--help']);
  expect(exitCode).toBe(0);
  for (const word of [
    'init',
    'show',
    'enrol',
    'grant',
    'revoke',
    'revoke-all',
    'approve',
    'reject',
    'settings',
    'ack',
  ])
    expect(out).toContain(`  ${word} `);
  for (const word of ['mute', 'backup', 'restore', 'trust', 'send', 'Exit code:'])
    expect(out).toContain(word);
});

test('the core runs in a browser: nothing of Node is reached', async () => {
  const { metafile } = await build({
    entryPoints: [fileURLToPath(new URL('../core/index.js', import.meta.url))],
    ...{ bundle: true, format: 'esm', platform: 'browser', write: false, metafile: true },
  });
  expect(Object.values(metafile.outputs).flatMap(({ imports }) => imports)).toEqual([]);
});

describe('the key that an authority publishes itself', () => {
  const encryptionKey = toBase64url(new Uint8Array(32).fill(8));
  let published: PublishedKeys;
  let authority: Server;
  let url: string;
  beforeEach(async () => {
    const signingKey = toBase64url(new Uint8Array(32).fill(7));
    published = { authorityId: 'aut_lab', networkId: 'devnet', signingKey, encryptionKey, ledger: 'same' };
    authority = createServer((request, response) => {
      expect(request).toMatchObject({ method: 'GET', url: '/v1/keys' });
      expect(request.headers).not.toHaveProperty('authorization');
      response.end(JSON.stringify(published));
    });
    await once(authority.listen(0, '127.0.0.1'), 'listening');
    url = `http://127.0.0.1:${(authority.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    authority.closeAllConnections();
    await new Promise((resolve) => authority.close(resolve));
  });

  test('is trusted, and what was trusted before is named', async () => {
    const taken = await desk.run('trust', 'aut_lab', '--from', url);
    expect(JSON.parse(taken.out)).toEqual({ trusted: { aut_lab: encryptionKey }, ledger: 'same' });
    const other = toBase64url(new Uint8Array(32).fill(9));
    published = { ...published, encryptionKey: other, ledger: 'differs' };
    const changed = JSON.parse((await desk.run('trust', 'aut_lab', '--from', url)).out) as object;
    expect(changed).toEqual({ trusted: { aut_lab: other }, before: encryptionKey, ledger: 'differs' });
    expect((await desk.signer()).content.authorities).toMatchObject({ aut_lab: other });
  });

  test.each([
    ['of another authority', { authorityId: 'aut_insurer' }, 'AUTHORITY_MISMATCH'],
    ['of another network', { networkId: 'elsewhere' }, 'NETWORK_MISMATCH'],
    ['that is none', { encryptionKey: 'short' }, 'ANSWER_MALFORMED'],
  ])('%s is not', async (_what, changes, code) => {
    published = { ...published, ...changes };
    const refused = await desk.run('trust', 'aut_lab', '--from', url);
    expect(refused).toMatchObject({ exitCode: 1, err: expect.stringContaining(`: ${code}: `) });
    expect((await desk.signer()).content.authorities).not.toHaveProperty('aut_lab');
  });

  test('is not taken without TLS from another machine, nor beside one by hand', async () => {
    for (const args of [['--from', 'http://hospital.example'], [encryptionKey, '--from', url], []])
      expect(await desk.run('trust', 'aut_lab', ...args)).toMatchObject({ exitCode: 2 });
  });
});

test('who presses Ctrl-C at the question has signed nothing, and the file is free again', async () => {
  const left = await desk.runAs(['grant', HOSPITAL], '\u0003');
  expect(left).toMatchObject({ exitCode: 3, err: expect.stringContaining('NOT_CONFIRMED') });
  expect(desk.gateway.came).toEqual([]);
  expect((await desk.run('grant', HOSPITAL)).exitCode).toBe(0);
});
