import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { STATEMENTS } from '@careledger/contracts';
import { fromBase64url, kidOf, toBase64url } from '@careledger/crypto';
import { selfSigned } from '@careledger/statements';
import { checkStatement, parseStatement } from '@careledger/statements/portable';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Desk } from '../../testing/desk.js';
import { verifier } from '../core/primitives.js';

let desk: Desk;
let former: { readonly key: Uint8Array; readonly kid: string; readonly seed: string };
beforeEach(async () => {
  desk = await Desk.open({});
  const { key, content } = await desk.signer();
  former = { key: key.publicKey, kid: key.kid, seed: content.consentSeed };
});
afterEach(() => desk[Symbol.asyncDispose]());

const statements = (): string[] => desk.gateway.came.map(({ statement }) => statement);
const kids = (): string[] => statements().map((statement) => parseStatement(statement).header.kid);
const inFile = async (): Promise<string> => (await desk.signer()).key.kid;
const bodyOf = (statement: string) =>
  parseStatement(statement).payload.body as { use: string; newKey: string; newKeyProof: string };

test('the former key appoints the new one, which proves that it is there and signs from then on', async () => {
  const ran = await desk.run('rotate');
  expect(ran).toMatchObject({
    exitCode: 0,
    err: expect.stringContaining('The key that signs this counts no more. What I decided with it stands.'),
  });
  expect(ran.err).toContain('Backups that were made before hold one that counts no more');
  const [came] = desk.gateway.came;
  expect(came?.path).toBe(`/v1/patients/${desk.patientId}/keys/rotate`);
  const now = Math.floor(Date.now() / 1_000);
  const about = { audience: 'devnet', issuer: desk.patientId, verifier, now };
  const typ = STATEMENTS.rotatePatientKey.typ;
  checkStatement(came!.statement, {
    ...about,
    typ,
    publicKeyOf: (kid) => (kid === former.kid ? former.key : undefined),
  });
  const { use, newKey, newKeyProof } = bodyOf(came!.statement);
  expect(use).toBe('consent');
  const proof = checkStatement(newKeyProof, {
    ...{ ...about, typ: STATEMENTS.keyProof.typ },
    publicKeyOf: selfSigned(newKey),
  });
  expect(proof.payload.body).toEqual({ subject: desk.patientId, key: newKey });
  const { content, key } = await desk.signer();
  expect(toBase64url(key.publicKey)).toBe(newKey);
  expect(content).toMatchObject({ patientId: desk.patientId, firstKey: toBase64url(former.key) });
  expect(JSON.stringify(content)).not.toContain(former.seed);
  expect((await desk.run('revoke-all')).exitCode).toBe(0);
  expect(kids()).toEqual([former.kid, kidOf('Ed25519', fromBase64url(newKey))]);
  // And another one, by the key of now.
  expect((await desk.run('rotate')).exitCode).toBe(0);
  expect(kids()[2]).toBe(kids()[1]);
  expect((await desk.signer()).content.firstKey).toBe(toBase64url(former.key));
});

test('a rotation whose answer was lost goes on with the same statement and the same key', async () => {
  desk.gateway.isAway = true;
  expect(await desk.run('rotate')).toMatchObject({
    exitCode: 1,
    err: expect.stringContaining('GATEWAY_UNREACHABLE'),
  });
  expect(await inFile()).toBe(former.kid);
  desk.gateway.isAway = false;
  expect((await desk.run('rotate')).exitCode).toBe(0);
  const [statement] = statements();
  expect(statements()).toEqual([statement]);
  expect(await inFile()).toBe(kidOf('Ed25519', fromBase64url(bodyOf(statement!).newKey)));
});

test('until the ledgers have it the former key is kept, and decisions are by the new one', async () => {
  desk.gateway.lie = (_path, answer) => ('statementId' in answer ? { ...answer, status: 'open' } : answer);
  expect((await desk.run('rotate')).exitCode).toBe(0);
  expect((await desk.signer()).content.consentSeed).toBe(former.seed);
  expect((await desk.run('revoke-all')).exitCode).toBe(0);
  expect(kids()[1]).not.toBe(former.kid);
  desk.gateway.lie = (_path, answer) => answer;
  expect((await desk.run('rotate')).exitCode).toBe(0);
  expect(statements()[2]).toBe(statements()[0]);
  expect(JSON.stringify((await desk.signer()).content)).not.toContain(former.seed);
});

test('once the gateway has the rotation, the one who has the file open signs with the new key', async () => {
  const signer = await desk.signer();
  const rotation = await signer.sign(await signer.rotation());
  expect(signer.key.kid).toBe(former.kid);
  await signer.taken(rotation);
  expect(signer.key.kid).toBe(kidOf('Ed25519', fromBase64url(bodyOf(rotation).newKey)));
  const next = await signer.sign(signer.revokeAll(undefined));
  expect(parseStatement(next).header.kid).toBe(signer.key.kid);
  expect(signer.unsent()).toEqual([next]);
});

test('a gateway that answers for another statement does not bring the former key to an end', async () => {
  desk.gateway.lie = (_path, answer) =>
    'statementId' in answer ? { ...answer, statementId: 'A'.repeat(22) } : answer;
  expect(await desk.run('rotate')).toMatchObject({
    exitCode: 1,
    err: expect.stringContaining('ANSWER_MISMATCH'),
  });
  expect(await inFile()).toBe(former.kid);
});

test('what was signed before and not sent goes first; what the gateway refuses of it holds no rotation up', async () => {
  expect((await desk.run('revoke-all', '--offline')).exitCode).toBe(0);
  desk.gateway.refused = (path) =>
    path.endsWith('/revoke-all') ? { code: 'CONSENT_REFUSED', title: 'no' } : undefined;
  expect((await desk.run('rotate')).exitCode).toBe(0);
  expect(desk.gateway.came.map(({ path }) => path.split('/').at(-1))).toEqual(['revoke-all', 'rotate']);
});

describe('past the gateway', () => {
  test('the statement is printed, any number of times, and the new key signs when somebody has relayed it', async () => {
    expect((await desk.run('revoke-all', '--offline')).exitCode).toBe(0);
    const { out } = await desk.run('rotate', '--offline');
    expect((await desk.run('rotate', '--offline')).out).toBe(out);
    const { sid } = parseStatement(out.trim()).payload;
    expect((await desk.run('statement', sid)).out).toBe(out);
    expect(JSON.parse((await desk.run('show')).out)).toMatchObject({ openRotation: sid });
    expect(await inFile()).toBe(former.kid);
    expect((await desk.run('rotate', '--relayed')).exitCode).toBe(0);
    expect(await inFile()).toBe(kidOf('Ed25519', fromBase64url(bodyOf(out.trim()).newKey)));
    expect(desk.gateway.came).toEqual([]);
    // The gateway gets it when it is there again; what else the former key signed it would not take.
    expect((await desk.run('send')).exitCode).toBe(0);
    expect(statements()).toEqual([out.trim()]);
    expect(await desk.run('rotate', '--relayed')).toMatchObject({ exitCode: 2 });
  });
});

describe('backups', () => {
  const restoredFrom = async (backup: string): Promise<void> => {
    const file = join(desk.folder, 'restored.json');
    expect((await desk.runAs(['--file', file, 'restore', backup])).exitCode).toBe(0);
  };

  test('one that is made with the rotation has the new key before anything leaves', async () => {
    desk.gateway.isAway = true;
    const backup = join(desk.folder, 'backup.json');
    expect((await desk.run('rotate', '--backup', backup)).exitCode).toBe(1);
    desk.gateway.isAway = false;
    // The file is lost right after the gateway has it.
    expect((await desk.run('rotate')).exitCode).toBe(0);
    await restoredFrom(backup);
    const again = await desk.runAs(['--file', join(desk.folder, 'restored.json'), '--yes', 'rotate']);
    expect(again.exitCode).toBe(0);
    expect(statements()[1]).toBe(statements()[0]);
    const shown = await desk.runAs(['--file', join(desk.folder, 'restored.json'), 'show']);
    expect(JSON.parse(shown.out)).toMatchObject({ consentKey: bodyOf(statements()[0]!).newKey });
  });

  test('one from before signs with the former key alone, and none is overwritten', async () => {
    const backup = join(desk.folder, 'backup.json');
    expect((await desk.run('backup', backup)).exitCode).toBe(0);
    const text = readFileSync(backup, 'utf8');
    expect(await desk.run('rotate', '--backup', backup)).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('FILE_EXISTS'),
    });
    expect(readFileSync(backup, 'utf8')).toBe(text);
    expect((await desk.run('rotate')).exitCode).toBe(0);
    await restoredFrom(backup);
    const thief = await desk.runAs(['--file', join(desk.folder, 'restored.json'), '--yes', 'revoke-all']);
    expect(thief.exitCode).toBe(0);
    expect(kids().at(-1)).toBe(former.kid);
  });
});
