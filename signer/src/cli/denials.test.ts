import { fromUtf8, toBase64url, x25519FromPrivate } from '@careledger/crypto';
import { ANY, PURPOSES } from '@careledger/domain';
import { decryptFrom } from '@careledger/envelope';
import { parseStatement } from '@careledger/statements/portable';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Desk, type Ran } from '../../testing/desk.js';

const hospital = x25519FromPrivate(new Uint8Array(32).fill(3));
const HOSPITAL = 'aut_hospital';

let desk: Desk;
beforeEach(async () => {
  desk = await Desk.open({ [HOSPITAL]: toBase64url(hospital.publicKey) });
});
afterEach(() => desk[Symbol.asyncDispose]());

const refused = (code: string) =>
  expect.objectContaining({ exitCode: 1, err: expect.stringContaining(`careledger-consent: ${code}: `) });
const idOf = ({ out }: Ran): string => (JSON.parse(out) as { statementId: string }).statementId;
const came = () =>
  desk.gateway.came.map(({ path, statement }) => ({ path, ...parseStatement(statement).payload }));

test('forbids anybody everything, where nothing is said, and goes to the route for denials', async () => {
  const ran = await desk.run('deny');
  expect(ran).toMatchObject({
    exitCode: 0,
    err: expect.stringContaining(
      'I FORBID anybody at ANY authority to read, add to and change ALL my records',
    ),
  });
  const [denial] = came();
  expect(denial).toMatchObject({ path: `/v1/patients/${desk.patientId}/denials`, sid: idOf(ran) });
  expect(denial?.body).toMatchObject({
    ...{ effect: 'deny', authorityId: ANY, scopeTags: [], purposes: [...PURPOSES] },
    permissions: ['read', 'write', 'modify'],
  });
  expect(denial?.body).not.toHaveProperty('sealed');
});

test('tells an authority whom it means, and not what is hidden from it', async () => {
  const time = ['--data-from', '2022-01-01T00:00:00Z', '--data-until', '2023-01-01T00:00:00Z'];
  await desk.run(
    'deny',
    HOSPITAL,
    '--unit',
    'cardiology',
    '--scope',
    'survey',
    '--permissions',
    'read',
    ...time,
  );
  const body = came()[0]?.body;
  expect(body).toMatchObject({
    ...{ effect: 'deny', authorityId: HOSPITAL, permissions: ['read'] },
    period: { start: '2022-01-01T00:00:00Z', end: '2023-01-01T00:00:00Z' },
  });
  const opened = await decryptFrom(String(body?.['sealed']), hospital, { context: 'grant' });
  expect(JSON.parse(fromUtf8(opened))).toMatchObject({ scope: [], grantee: [{ unit: 'cardiology' }] });
});

test('says in words what is denied: label, code, author, visit, record', async () => {
  const [practitionerId, recordId] = [`prc_${'p'.repeat(32)}`, `rec_${'a'.repeat(32)}`];
  const visit = 'c9Xr4TmQy2LhV7sKb0WnEw';
  const ran = await desk.run(
    ...['deny', HOSPITAL, '--label', 'PSY', 'V', '--code', '2339-0', 'http://snomed.info/sct|724713006'],
    ...['--author', 'aut_lab', `aut_lab/${practitionerId}`, '--visit', visit, '--record', recordId],
  );
  expect(ran).toMatchObject({
    exitCode: 0,
    err: expect.stringContaining(
      'my records that hold anything labelled PSY (mental health), labelled V (very restricted), with the code 2339-0 of LOINC, ' +
        'with the code 724713006 of SNOMED CT, written by aut_lab, ' +
        `written by practitioner ${practitionerId} of aut_lab, of the visit ${visit} or with the ID ${recordId},`,
    ),
  });
  expect(new Set(came()[0]?.body['scopeTags'] as string[]).size).toBe(8);
});

test('half a time of the data is no time', async () => {
  expect(await desk.run('deny', '--data-from', '2022-01-01T00:00:00Z')).toMatchObject({ exitCode: 2 });
  expect(desk.gateway.came).toEqual([]);
});

describe('a denial that the gateway took', () => {
  let denialId: string;
  beforeEach(async () => {
    denialId = idOf(await desk.run('deny', HOSPITAL));
  });

  test('is listed as one: neither left out, nor shown as a grant, nor otherwise than it was signed', async () => {
    const [own] = desk.gateway.denials.splice(0);
    expect(await desk.run('grant', HOSPITAL)).toEqual(refused('GRANT_HIDDEN'));
    desk.gateway.grants.push(own!);
    expect(await desk.run('grant', HOSPITAL)).toEqual(refused('GRANT_HIDDEN'));
    desk.gateway.grants.length = 0;
    desk.gateway.denials.push({
      ...own!,
      period: { start: '2022-01-01T00:00:00Z', end: '2023-01-01T00:00:00Z' },
    });
    expect(await desk.run('grant', HOSPITAL)).toEqual(refused('GRANT_DIFFERS'));
  });

  test('outlives a revocation of everything, and ends by its own', async () => {
    await desk.run('revoke-all');
    expect((await desk.run('grant', HOSPITAL)).exitCode).toBe(0);
    expect((await desk.run('revoke', denialId)).exitCode).toBe(0);
    expect(desk.gateway.denials).toMatchObject([{ status: 'revoked' }]);
    desk.gateway.denials[0]!.status = 'active';
    expect(await desk.run('grant', HOSPITAL)).toEqual(refused('REVOCATION_HIDDEN'));
  });

  test('uses its number up', async () => {
    await desk.run('grant', HOSPITAL);
    expect(came().map(({ body }) => body['policySeq'])).toEqual([1, 2]);
  });
});

test('a denial that was not signed here is shown before anything is signed', async () => {
  await desk.run('deny');
  desk.gateway.denials.push({ ...desk.gateway.denials[0]!, grantId: 'AAAAAAAAAAAAAAAAAAAAAQ', policySeq: 2 });
  desk.gateway.nextPolicySeq = 3;
  const { err } = await desk.run('grant', HOSPITAL);
  expect(err).toContain('did not sign: AAAAAAAAAAAAAAAAAAAAAQ (*).');
});
