import { STATEMENTS } from '@careledger/contracts';
import { fromUtf8, toBase64url, x25519FromPrivate } from '@careledger/crypto';
import { decryptFrom } from '@careledger/envelope';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Desk, type Ran } from '../../testing/desk.js';
import { checkStatement } from '@careledger/statements/portable';
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
    const asked = {
      subscriptionId: SUBSCRIPTION,
      authorityId: HOSPITAL,
      permissions: ['read'],
      purposes: ['TREAT'],
    };
    const requestedAt = '2026-01-01T00:00:00Z';
    desk.gateway.subscriptions = [
      { ...asked, patientId: `pat_${'a'.repeat(32)}`, status: 'pending', requestedAt, txId: 'f'.repeat(64) },
    ];
    expect(await desk.run('approve', SUBSCRIPTION)).toEqual(refused('PATIENT_MISMATCH'));
  });

  afterEach(() => expect(desk.gateway.came).toEqual([]));
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

  test('an answer for another statement', async () => {
    desk.gateway.lie = (_path, answer) =>
      'statementId' in answer ? { ...answer, statementId: SUBSCRIPTION } : answer;
    expect(await desk.run('revoke', grantId)).toEqual(refused('ANSWER_MISMATCH'));
  });
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
