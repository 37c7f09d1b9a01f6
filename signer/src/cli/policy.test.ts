import { toBase64url, x25519FromPrivate } from '@careledger/crypto';
import { STATEMENTS, type StatementBody } from '@careledger/contracts';
import { PURPOSES } from '@careledger/domain';
import { parseStatement } from '@careledger/statements/portable';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Desk } from '../../testing/desk.js';

const [HOSPITAL, LAB] = ['aut_hospital', 'aut_lab'] as const;
const keyOf = (byte: number) => toBase64url(x25519FromPrivate(new Uint8Array(32).fill(byte)).publicKey);

let desk: Desk;
beforeEach(async () => {
  desk = await Desk.open({ [HOSPITAL]: keyOf(3), [LAB]: keyOf(4) });
});
afterEach(() => desk[Symbol.asyncDispose]());

interface Came {
  readonly typ: string;
  readonly sid: string;
  readonly body: StatementBody<'grant'> & { readonly grantId?: string };
}
const came = (): Came[] =>
  desk.gateway.came.map(({ statement }) => {
    const { header, payload } = parseStatement(statement);
    return { typ: header.typ, sid: payload.sid, body: payload.body as unknown as Came['body'] };
  });
/** Each statement in short: whom it is about, or what it ends. */
const inShort = () =>
  came().map(({ typ, body }) => {
    if (typ === STATEMENTS.revoke.typ) {
      const ended = came().find(({ sid }) => sid === body.grantId)?.body;
      return `end ${ended?.effect ?? 'grant'} ${ended?.authorityId}`;
    }
    return `${body.effect ?? 'grant'} ${body.authorityId}`;
  });
const set = (...args: string[]) => desk.run('policy', 'set', ...args);

test('is signed in one go, each rule in words below the policy’s own, with its version', async () => {
  const { exitCode, err } = await set('care-team', HOSPITAL, LAB, HOSPITAL);
  expect(exitCode).toBe(0);
  expect(err).toContain('Standing policy care-team, version 1: Those whom I name treat me');
  expect(err.match(/You sign:/g)).toHaveLength(1);
  for (const authorityId of [HOSPITAL, LAB])
    expect(err).toContain(`I allow anybody at ${authorityId} to read and add to ALL my records`);
  expect(inShort()).toEqual([`grant ${HOSPITAL}`, `grant ${LAB}`]);
  const { out } = await desk.run('policy', 'show');
  const sids = came().map(({ sid }) => sid);
  expect(JSON.parse(out)).toEqual({ name: 'care-team', version: 1, rules: sids, statements: sids });
  const told = await desk.run('policy', 'show', '--gateway');
  expect(JSON.parse(told.out)).toEqual({ name: 'care-team', version: 1, status: 'in-force' });
});

test('takes the place of the one before, with a number of its own for each decision', async () => {
  await set('care-team', HOSPITAL);
  await set('emergencies-only', HOSPITAL);
  await set('nothing');
  await set('care-team', LAB);
  expect(inShort()).toEqual([
    `grant ${HOSPITAL}`,
    ...['deny *', `end grant ${HOSPITAL}`, `grant ${HOSPITAL}`],
    ...['deny *', `end grant ${HOSPITAL}`, 'end deny *'],
    ...[`grant ${LAB}`, 'end deny *'],
  ]);
  expect(came().map(({ body }) => body.policySeq)).toEqual(came().map((_, index) => index + 1));
  const standing = [...desk.gateway.grants, ...desk.gateway.denials].filter(
    ({ status }) => status === 'active',
  );
  expect(standing.map(({ authorityId }) => authorityId)).toEqual([LAB]);
});

test('on the way from one to the next nothing is permitted that neither permits', async () => {
  const steps = [
    ['care-team', HOSPITAL],
    ['nothing'],
    ['emergencies-only', HOSPITAL],
    ['care-team', HOSPITAL],
  ];
  const ends = [0];
  for (const step of steps) {
    await set(...step);
    ends.push(desk.gateway.came.length);
  }
  const permitted = (count: number): string[] => {
    const so = came().slice(0, count);
    const ended = new Set(so.flatMap(({ body }) => body.grantId ?? []));
    const rules = so.filter(({ typ, sid }) => typ === STATEMENTS.grant.typ && !ended.has(sid));
    const about = (purpose: (typeof PURPOSES)[number], isDenial: boolean) =>
      rules.some(({ body }) => (body.effect === 'deny') === isDenial && body.purposes.includes(purpose));
    return PURPOSES.filter((purpose) => about(purpose, false) && !about(purpose, true));
  };
  expect(ends.map(permitted)).toEqual([
    ...[[], ['TREAT', 'ETREAT', 'BTG'], [], ['ETREAT', 'BTG'], ['TREAT', 'ETREAT', 'BTG']],
  ]);
  for (const [index, end] of ends.slice(1).entries())
    for (let count = ends[index] ?? 0; count <= end; count += 1)
      expect([...permitted(ends[index] ?? 0), ...permitted(end)]).toEqual(
        expect.arrayContaining(permitted(count)),
      );
});

test('leaves what was granted singly, and what was ended singly, as they are', async () => {
  await desk.run('grant', LAB, '--purposes', 'HRESCH');
  await set('care-team', HOSPITAL);
  const [, team] = desk.gateway.grants;
  await desk.run('revoke', String(team?.grantId));
  await set('nothing');
  expect(inShort()).toEqual([`grant ${LAB}`, `grant ${HOSPITAL}`, `end grant ${HOSPITAL}`, 'deny *']);
});

test('a gateway that answers for another statement has taken none of it', async () => {
  desk.gateway.lie = (_path, answer) =>
    'statementId' in answer ? { ...answer, statementId: 'A'.repeat(22) } : answer;
  expect(await set('care-team', HOSPITAL)).toMatchObject({
    exitCode: 1,
    err: expect.stringContaining('ANSWER_MISMATCH'),
  });
  expect((await desk.signer()).unsent()).toHaveLength(1);
});

describe('what is signed is kept', () => {
  test('where the answer is lost, and is sent again as it was, in one go and in its order', async () => {
    await set('care-team', HOSPITAL);
    desk.gateway.lie = (path, answer) => ('statementId' in answer ? { path } : answer);
    expect(await set('emergencies-only', HOSPITAL)).toMatchObject({ exitCode: 1 });
    const lost = desk.gateway.came.splice(1);
    desk.gateway.lie = (_path, answer) => answer;
    const { exitCode, out: sent } = await desk.run('send');
    expect([exitCode, sent.trim().split('\n').length]).toEqual([0, 1]);
    expect(desk.gateway.came.slice(1)).toEqual(lost);
    expect(inShort().slice(1)).toEqual(['deny *', `end grant ${HOSPITAL}`, `grant ${HOSPITAL}`]);
    expect(new Set(desk.gateway.came.map(({ path }) => path)).size).toBe(1);
    expect((await desk.run('send')).out).toBe('');
    const { out } = await desk.run('policy', 'show');
    expect(JSON.parse(out)).toMatchObject({ name: 'emergencies-only' });
  });

  test('and nothing is, where the patient does not say yes', async () => {
    const said = await desk.runAs(['policy', 'set', 'nothing'], 'no\n');
    expect(said).toMatchObject({
      exitCode: 3,
      err: expect.stringContaining('I FORBID anybody at ANY authority'),
    });
    expect(desk.gateway.came).toEqual([]);
    expect(JSON.parse((await desk.run('policy', 'show')).out)).toEqual({ name: null });
  });
});

test.each([[['care-team']], [['nothing', HOSPITAL]], [['everything']]])('%s is no policy', async (args) => {
  expect(await set(...args)).toMatchObject({ exitCode: 2 });
  expect(desk.gateway.came).toEqual([]);
});

test('those that there are can be listed', async () => {
  const { out } = await desk.run('policy', 'list');
  const listed = out
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { name: string }).name);
  expect(listed).toEqual(['care-team', 'emergencies-only', 'nothing']);
});
