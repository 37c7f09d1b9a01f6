import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { STATEMENTS } from '@careledger/contracts';
import { fromBase64url } from '@careledger/crypto';
import { selfSigned } from '@careledger/statements';
import { checkStatement, parseStatement } from '@careledger/statements/portable';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Desk } from '../../testing/desk.js';
import { scopeKeyFor } from '../../testing/scope-key-for.js';
import { openVault } from '../core/index.js';
import { verifier } from '../core/primitives.js';

const RECOVERY = `${'r'.repeat(21)}A`;

let desk: Desk;
let file: string;
beforeEach(async () => {
  desk = await Desk.open({});
  file = join(desk.folder, 'new.json');
});
afterEach(() => desk[Symbol.asyncDispose]());

/** The command with the new file. */
const run = (...args: string[]) => desk.runAs(['--file', file, '--yes', ...args]);
const offered = async (...args: string[]) => {
  const { exitCode, out, err } = await run('recover', 'offer', ...args);
  expect([exitCode, err]).toEqual([0, '']);
  return JSON.parse(out) as { patientId: string; newKey: string; newKeyProof: string };
};
const expected = () => ({
  ...{ audience: 'devnet', issuer: desk.patientId, verifier, now: Math.floor(Date.now() / 1_000) },
});
const lost = () => offered('--patient', desk.patientId, '--network', 'devnet');

test('a patient without any file makes a key, hands out what is public of it, and takes over by it', async () => {
  const backup = join(desk.folder, 'backup.json');
  const offer = await offered('--patient', desk.patientId, '--network', 'devnet', '--backup', backup);
  expect(Object.keys(offer).sort()).toEqual(['newKey', 'newKeyProof', 'patientId']);
  const proof = checkStatement(offer.newKeyProof, {
    ...{ ...expected(), typ: STATEMENTS.keyProof.typ, publicKeyOf: selfSigned(offer.newKey) },
  });
  expect(proof.payload.body).toEqual({ subject: desk.patientId, key: offer.newKey });
  // The same key again, from the file and from its backup.
  expect((await offered()).newKey).toBe(offer.newKey);
  const fromBackup = await desk.runAs(['--file', backup, '--yes', 'recover', 'offer']);
  expect(JSON.parse(fromBackup.out)).toMatchObject({ newKey: offer.newKey });

  const { out, err } = await run('recover', 'take-over', RECOVERY);
  expect(err).toContain('The key before it counts no more');
  const { payload } = checkStatement(out.trim(), {
    ...{ ...expected(), typ: STATEMENTS.takeOver.typ, publicKeyOf: selfSigned(offer.newKey) },
  });
  expect(payload).toMatchObject({
    channels: ['cloud', 'authorities'],
    body: { recoveryId: RECOVERY, newKey: offer.newKey },
  });
  expect(desk.gateway.came).toEqual([]);
});

test('without the former file there is nothing to narrow rules by: none is signed that would hold for nothing', async () => {
  await lost();
  expect(
    (await run('gateway', desk.gateway.url, '--token-file', join(desk.folder, 'passphrase'))).exitCode,
  ).toBe(0);
  desk.gateway.keys = { aut_hospital: 'A'.repeat(43) };
  const denial = await run('deny', 'aut_hospital', '--scope', 'psychiatry');
  expect(denial).toMatchObject({ exitCode: 1, err: expect.stringContaining('SCOPE_KEY_LOST') });
  expect((await run('revoke-all')).exitCode).toBe(0);
});

const reach = () => run('gateway', desk.gateway.url, '--token-file', join(desk.folder, 'passphrase'));
const contentOf = async () => {
  const passphrase = readFileSync(join(desk.folder, 'passphrase'), 'utf8').trim();
  return (await openVault(readFileSync(file, 'utf8'), passphrase)).content;
};

test('after the takeover the gateway hands the scope key back, and the file makes every rule again', async () => {
  const { newKey } = await lost();
  await reach();
  desk.gateway.keys = { aut_hospital: 'A'.repeat(43) };
  const { content: former, key } = await desk.signer();
  const handedBack = (scopeKey: Uint8Array) => scopeKeyFor(newKey, { firstKey: key.publicKey, scopeKey });
  desk.gateway.scopeKey = await handedBack(fromBase64url(former.scopeKey));
  expect(await run('recover', 'finish')).toMatchObject({
    exitCode: 0,
    err: expect.stringContaining('make a new one'),
  });
  const content = await contentOf();
  expect(content).toMatchObject({ scopeKey: former.scopeKey, firstKey: expect.any(String) });
  expect(content).not.toHaveProperty('recovered');
  const denial = await run('deny', '--scope', 'psychiatry');
  expect(denial).toMatchObject({ exitCode: 0 });
  // Once it is there no gateway puts another in its place.
  desk.gateway.scopeKey = await handedBack(new Uint8Array(32));
  expect(await run('recover', 'finish')).toMatchObject({ exitCode: 0 });
  expect((await contentOf()).scopeKey).toBe(former.scopeKey);
});

test('a file that knows its gateway has it take what it signs to the ledgers', async () => {
  const { out } = await desk.run('recover', 'object', RECOVERY);
  expect(JSON.parse(out)).toMatchObject({ status: 'done' });
  await lost();
  await reach();
  expect((await run('recover', 'take-over', RECOVERY)).exitCode).toBe(0);
  expect(desk.gateway.came.map(({ path }) => path)).toEqual(
    ['object', 'take-over'].map((what) => `/v1/patients/${desk.patientId}/recoveries/${RECOVERY}/${what}`),
  );
});

test('what the gateway has not said that it has goes again, the same, by the same command or by `send`', async () => {
  await lost();
  await reach();
  const paths = (): string[] => desk.gateway.came.map(({ path }) => path.split('/').at(-1) ?? '');
  desk.gateway.isAway = true;
  expect((await run('recover', 'take-over', RECOVERY)).exitCode).toBe(1);
  expect((await desk.run('recover', 'object', RECOVERY)).exitCode).toBe(1);
  desk.gateway.isAway = false;
  desk.gateway.lie = (path, answer) => ('statementId' in answer ? { path } : answer);
  expect((await run('send')).exitCode).toBe(1);
  expect((await desk.run('send')).exitCode).toBe(1);
  desk.gateway.lie = (_path, answer) => answer;
  expect((await run('recover', 'take-over', RECOVERY)).exitCode).toBe(0);
  expect((await desk.run('recover', 'object', RECOVERY)).exitCode).toBe(0);
  expect(paths()).toEqual(['take-over', 'object', 'take-over', 'object']);
  const [takeOver, objection, ...again] = desk.gateway.came.map(({ statement }) => statement);
  expect(again).toEqual([takeOver, objection]);
  // Nothing is awaited any more.
  expect((await run('send')).exitCode).toBe(0);
  expect((await desk.run('send')).exitCode).toBe(0);
  expect(paths()).toHaveLength(4);
});

test('from a former file the new one has all but its key', async () => {
  const former = (await desk.signer()).content;
  const offer = await offered('--from', desk.file);
  const passphrase = readFileSync(join(desk.folder, 'passphrase'), 'utf8').trim();
  const { content } = await openVault(readFileSync(file, 'utf8'), passphrase);
  expect(content).toMatchObject({ patientId: desk.patientId, scopeKey: former.scopeKey });
  expect(JSON.stringify(content)).not.toContain(former.consentSeed);
  expect(offer.newKey).not.toBe(content.firstKey);
});

test('the key that is there objects', async () => {
  const { key } = await desk.signer();
  const { out } = await desk.run('recover', 'object', RECOVERY, '--print');
  const { payload } = checkStatement(out.trim(), {
    ...{ ...expected(), typ: STATEMENTS.objectToRecovery.typ },
    publicKeyOf: (kid) => (kid === key.kid ? key.publicKey : undefined),
  });
  expect(payload.body).toEqual({ recoveryId: RECOVERY });
  expect(parseStatement(out.trim()).header.kid).toBe(key.kid);
});

test.each([
  [['--patient', 'pat_x', '--network', 'devnet'], 'NAME_MALFORMED'],
  [['--patient', 'pat_x'], 'USAGE'],
])('an offer by %s is not made', async (args, code) => {
  const ran = await run('recover', 'offer', ...args);
  expect(ran.exitCode).toBeGreaterThan(0);
  expect(ran.err).toContain(code);
});

test('a file that is there is not overwritten', async () => {
  await lost();
  const again = await run('recover', 'offer', '--patient', desk.patientId, '--network', 'devnet');
  expect(again.err).toContain('FILE_EXISTS');
});
