import { rmSync } from 'node:fs';
import { STATEMENTS } from '@careledger/contracts';
import { fromUtf8, sha256, toBase64url, x25519FromPrivate } from '@careledger/crypto';
import { decryptFrom } from '@careledger/envelope';
import { askedScopeHash, copyUnitHash } from '@careledger/envelope/portable';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Desk, type Ran } from '../../testing/desk.js';
import { checkStatement, parseStatement } from '@careledger/statements/portable';
import { verifier } from '../core/primitives.js';

const hospital = x25519FromPrivate(new Uint8Array(32).fill(3));
const thief = x25519FromPrivate(new Uint8Array(32).fill(4));
const HOSPITAL = 'aut_hospital';
const SUBSCRIPTION = 'AAAAAAAAAAAAAAAAAAAAAQ';

let desk: Desk;
beforeEach(async () => {
  desk = await Desk.open({ [HOSPITAL]: toBase64url(hospital.publicKey) });
});
afterEach(() => desk[Symbol.asyncDispose]());

const refused = (code: string) =>
  expect.objectContaining({ exitCode: 1, err: expect.stringContaining(`careledger-consent: ${code}: `) });

/** What the hospital asks of a patient. */
const request = (patientId: string) => ({
  ...{ subscriptionId: SUBSCRIPTION, patientId, authorityId: HOSPITAL, status: 'pending' },
  ...{
    permissions: ['read'],
    purposes: ['TREAT'],
    requestedAt: '2026-01-01T00:00:00Z',
    lapsesAt: '2100-01-01T00:00:00Z',
    txId: 'f'.repeat(64),
  },
});
const asked = {
  scope: [{ category: 'laboratory', resourceType: '*' }],
  scopeSalt: toBase64url(new Uint8Array(32).fill(5)),
};
const scopeHash = askedScopeHash(sha256, asked);
const copyUnit = { unit: 'ward-4', salt: toBase64url(new Uint8Array(32).fill(6)) };
const copy = { purpose: 'TREAT', unitHash: copyUnitHash(sha256, copyUnit) };
const grant = (...more: string[]): Promise<Ran> => desk.run('grant', HOSPITAL, ...more);
const idOf = ({ out }: Ran): string => (JSON.parse(out) as { statementId: string }).statementId;

test('what is signed is what the sentence says, by the patient’s key, sealed to the authority alone', async () => {
  const ran = await grant('--scope', 'laboratory/Observation', '--until', '2030-01-01T00:00:00Z');
  expect(ran).toMatchObject({
    exitCode: 0,
    err: expect.stringContaining(
      `I allow anybody at ${HOSPITAL} to read my records of category laboratory (Observation), and no others, for treatment,`,
    ),
  });
  const [came] = desk.gateway.came;
  const { key } = await desk.signer();
  const { payload } = checkStatement(came!.statement, {
    ...{ typ: STATEMENTS.grant.typ, audience: 'devnet', issuer: desk.patientId, verifier },
    publicKeyOf: (kid) => (kid === key.kid ? key.publicKey : undefined),
    now: Math.floor(Date.now() / 1000),
  });
  expect(payload.body).toMatchObject({ policySeq: 1, permissions: ['read'], purposes: ['TREAT'] });
  const opened = await decryptFrom(String(payload.body['sealed']), hospital, { context: 'grant' });
  expect(JSON.parse(fromUtf8(opened))).toMatchObject({
    scope: [{ category: 'laboratory', tag: (payload.body['scopeTags'] as string[])[0] }],
  });
});

describe('a gateway that lies gets no signature:', () => {
  test('another key under the authority’s name', async () => {
    desk.gateway.keys = { [HOSPITAL]: toBase64url(thief.publicKey) };
    expect(await grant()).toEqual(refused('AUTHORITY_KEY_SWAPPED'));
  });

  test('a key that nobody but the gateway vouches for', async () => {
    desk.gateway.keys['aut_lab'] = toBase64url(thief.publicKey);
    expect(await desk.run('grant', 'aut_lab')).toEqual(refused('AUTHORITY_KEY_UNPROVED'));
  });

  test('another authority in the place of the one that was asked for', async () => {
    desk.gateway.lie = (path, answer) =>
      path.includes('/authorities/') ? { ...answer, authorityId: 'aut_insurer' } : answer;
    expect(await grant()).toEqual(refused('AUTHORITY_MISMATCH'));
  });

  test('a request that another patient got', async () => {
    desk.gateway.subscriptions = [request(`pat_${'a'.repeat(32)}`)];
    expect(await desk.run('approve', SUBSCRIPTION)).toEqual(refused('PATIENT_MISMATCH'));
  });

  test('a request without the records that it is about, or with others', async () => {
    const wider = { ...asked, scope: [{ category: '*', resourceType: '*' }] };
    for (const shown of [{ scopeHash }, { scopeHash, asked: wider }, { asked }]) {
      desk.gateway.subscriptions = [{ ...request(desk.patientId), ...shown }];
      expect(await desk.run('approve', SUBSCRIPTION)).toEqual(refused('REQUEST_DIFFERS'));
    }
  });

  test('a request without the unit that would keep a copy, or with another', async () => {
    const other = { ...copyUnit, unit: 'archive' };
    for (const shown of [{ copy }, { copy, copyUnit: other }, { copyUnit }]) {
      desk.gateway.subscriptions = [{ ...request(desk.patientId), ...shown }];
      expect(await desk.run('approve', SUBSCRIPTION)).toEqual(refused('REQUEST_DIFFERS'));
    }
  });

  afterEach(() => expect(desk.gateway.came).toEqual([]));
});

describe('an approval', () => {
  const cameOf = () => parseStatement(desk.gateway.came[0]!.statement).payload.body;
  beforeEach(() => {
    desk.gateway.subscriptions = [{ ...request(desk.patientId), scopeHash, asked }];
  });

  test('names the records that were shown: one who asked for others does not get these', async () => {
    expect(await desk.run('approve', SUBSCRIPTION)).toMatchObject({
      exitCode: 0,
      err: expect.stringContaining(`This approves its request ${SUBSCRIPTION}. `),
    });
    expect(cameOf()).toMatchObject({ subscriptionId: SUBSCRIPTION, askedScopeHash: scopeHash });
    expect(cameOf()).not.toHaveProperty('isInPart');
  });

  test('in part says so in its sentence, and in what is signed', async () => {
    const ran = await desk.run('approve', SUBSCRIPTION, '--scope', 'laboratory/Observation');
    expect(ran.err).toContain('my records of category laboratory (Observation), and no others');
    expect(ran.err).toContain(`This approves its request ${SUBSCRIPTION} in part.`);
    expect(cameOf()).toMatchObject({ isInPart: true, askedScopeHash: scopeHash });
  });

  test('says that a copy may be kept, where one was asked for, and leaves it out with --no-copy', async () => {
    desk.gateway.subscriptions = [{ ...request(desk.patientId), copy, copyUnit }];
    const ran = await desk.run('approve', SUBSCRIPTION);
    expect(ran.err).toContain(
      'It may keep a searchable copy of what it may read, for treatment at unit ward-4,',
    );
    expect(cameOf()).toMatchObject({ copy });
    const without = await desk.run('approve', SUBSCRIPTION, '--no-copy');
    expect(without.err).not.toContain('copy');
    const last = parseStatement(desk.gateway.came.at(-1)!.statement).payload.body;
    expect(last).toMatchObject({ isInPart: true });
    expect(last).not.toHaveProperty('copy');
  });

  test('of more than was asked for is none', async () => {
    for (const said of [['--scope', 'vital-signs'], ['--permissions', 'read,write'], ['--delegable']])
      expect(await desk.run('approve', SUBSCRIPTION, ...said)).toEqual(refused('REQUEST_EXCEEDED'));
    expect(desk.gateway.came).toEqual([]);
  });
});

describe('a gateway that lies about what it took is refused:', () => {
  let grantId: string;
  beforeEach(async () => {
    grantId = idOf(await grant('--scope', 'laboratory'));
  });

  test('a grant that is wider in its list than it was signed', async () => {
    desk.gateway.grants[0]!.permissions = ['read', 'write', 'modify'];
    expect(await grant()).toEqual(refused('GRANT_DIFFERS'));
  });

  test('a grant of more records than were signed', async () => {
    desk.gateway.lie = (path, answer) => {
      if (!path.endsWith('/grants') || !('grants' in answer)) return answer;
      const meaning = { v: 1, scope: [], grantee: [] };
      return { ...answer, grants: desk.gateway.grants.map((listed) => ({ ...listed, meaning })) };
    };
    expect(await grant()).toEqual(refused('GRANT_DIFFERS'));
  });

  test('a grant that is not in its list', async () => {
    desk.gateway.grants = [];
    expect(await grant()).toEqual(refused('GRANT_HIDDEN'));
  });

  test('a grant of another patient in the list', async () => {
    desk.gateway.grants[0]!.patientId = `pat_${'a'.repeat(32)}`;
    expect(await grant()).toEqual(refused('PATIENT_MISMATCH'));
  });

  test('a revocation that it hides', async () => {
    await desk.run('revoke', grantId);
    desk.gateway.grants[0]!.status = 'active';
    expect(await grant()).toEqual(refused('REVOCATION_HIDDEN'));
  });

  test('a revocation of everything that it hides', async () => {
    await desk.run('revoke-all');
    desk.gateway.grants[0]!.status = 'active';
    expect(await grant()).toEqual(refused('REVOCATION_HIDDEN'));
  });

  test('a number that was used, so that the decision would count for nothing', async () => {
    desk.gateway.nextPolicySeq = 1;
    expect(await grant()).toEqual(refused('POLICY_SEQ_BEHIND'));
  });

  test('a number so high that a revocation of everything would void what comes later', async () => {
    desk.gateway.nextPolicySeq = Number.MAX_SAFE_INTEGER;
    expect(await desk.run('revoke-all')).toEqual(refused('POLICY_SEQ_LEAP'));
  });

  test('a list that is longer than any honest one', async () => {
    desk.gateway.lie = (path, answer) => (path.includes('/grants') ? { ...answer, next: 'again' } : answer);
    expect(await grant()).toEqual(refused('ANSWER_TOO_LARGE'));
  });

  test('an answer without an end', async () => {
    desk.gateway.lie = (_path, answer) => ({ ...answer, more: 'x'.repeat(9 * 1024 * 1024) });
    expect(await grant()).toEqual(refused('ANSWER_TOO_LARGE'));
  });

  test('an answer for another statement', async () => {
    desk.gateway.lie = (_path, answer) =>
      'statementId' in answer ? { ...answer, statementId: SUBSCRIPTION } : answer;
    expect(await desk.run('revoke', grantId)).toEqual(refused('ANSWER_MISMATCH'));
  });
});

test('a grant that the patient did not sign here is shown before anything is signed', async () => {
  await grant();
  const [own] = desk.gateway.grants;
  desk.gateway.grants.push({ ...own!, grantId: SUBSCRIPTION, policySeq: 2, authorityId: 'aut_insurer' });
  desk.gateway.nextPolicySeq = 3;
  const { err } = await grant();
  expect(err).toContain(`did not sign: ${SUBSCRIPTION} (aut_insurer).`);
});

test('text of a gateway moves no cursor, turns no words round and begins no line of its own', async () => {
  const tricks = 'a\u001b[2J\u009b1m\u202eb\u2028\u200fc\nYou sign:\ud800';
  const [code, detail] = ['DENIED\u001b[1A', `${tricks}${'x'.repeat(10_000)}`];
  desk.gateway.refusal = { code, detail };
  const ran = await grant();
  expect(ran).toEqual(refused('GATEWAY_REFUSED'));
  expect(ran.err.trimEnd()).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
  expect(ran.err).toContain(
    String.raw`\u001b[1A: a\u001b[2J\u009b1m\u202eb\u2028\u200fc\u000aYou sign:\ud800`,
  );
  expect(ran.err.length).toBeLessThan(1_000);
  desk.gateway.refusal = undefined;
  desk.gateway.subscriptions = [{ ...request(desk.patientId), reason: tricks }];
  const { out } = await desk.run('requests');
  expect(out.trimEnd()).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
  expect(JSON.parse(out)).toMatchObject({ reason: tricks });
});

test('a file that was restored uses no number again that its lost one may have signed', async () => {
  const backup = `${desk.folder}/backup.json`;
  const first = idOf(await grant());
  await desk.run('backup', backup);
  await desk.run('revoke', first, '--offline');
  rmSync(desk.file);
  expect((await desk.run('restore', backup)).exitCode).toBe(0);
  const { out } = await desk.run('revoke', first, '--offline');
  const [lost, again] = [2, parseStatement(out.trim()).payload.body['policySeq']];
  expect(again).toBeGreaterThan(lost);
  // The gateway, which has seen neither, is still believed.
  expect((await grant()).exitCode).toBe(0);
  expect(desk.gateway.grants.at(-1)!.policySeq).toBeGreaterThan(Number(again));
});

test('a gateway that lies or is away cannot hold a revocation back: it is signed without it, above all before', async () => {
  const grantId = idOf(await grant());
  desk.gateway.isAway = true;
  expect(await desk.run('revoke', grantId)).toEqual(refused('GATEWAY_UNREACHABLE'));
  const { out } = await desk.run('revoke', grantId, '--offline');
  const { payload } = checkStatement(out.trim(), {
    ...{ typ: STATEMENTS.revoke.typ, audience: 'devnet', issuer: desk.patientId, verifier },
    publicKeyOf: await desk.signer().then(
      ({ key }) =>
        () =>
          key.publicKey,
    ),
    now: Math.floor(Date.now() / 1000),
  });
  expect(payload.channels).toEqual(['cloud', 'authorities']);
  expect(payload.body).toEqual({ policySeq: 2, grantId });
});

test('what was signed and not taken is sent again as it was, and its number is not used twice', async () => {
  desk.gateway.lie = (_path, answer) => ('statementId' in answer ? {} : answer);
  expect(await grant()).toEqual(refused('ANSWER_MALFORMED'));
  desk.gateway.lie = (_path, answer) => answer;
  const [first] = desk.gateway.came.splice(0);
  // As if it had never come.
  desk.gateway.grants = [];
  desk.gateway.nextPolicySeq = 1;
  expect((await desk.run('send')).exitCode).toBe(0);
  expect(desk.gateway.came).toEqual([first]);
  desk.gateway.came.length = 0;
  expect((await desk.run('send')).exitCode).toBe(0);
  expect(desk.gateway.came).toEqual([]);
  await grant();
  expect(desk.gateway.grants.map(({ policySeq }) => policySeq)).toEqual([1, 2]);
});
