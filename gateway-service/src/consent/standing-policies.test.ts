import { PURPOSES, type PurposeOfUse } from '@careledger/domain';
import { generateEd25519, randomId128 } from '@careledger/crypto';
import { decisionStatement } from '@careledger/consent';
import type { StatementBody } from '@careledger/contracts';
import { makeStatement, readStatement } from '@careledger/statements';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ConsentDesk, grantBody } from '../../testing/consent-desk.js';
import { takingLedgers } from '../../testing/taking-ledgers.js';
import type { Patient } from '../patients/index.js';

const EVERY_RIGHT = ['read', 'write', 'modify'] as const;
const nothing = { name: 'nothing', version: 1 } as const;
const careTeam = { name: 'care-team', version: 1 } as const;

let desk: ConsentDesk;
let patient: Patient;
beforeEach(async () => {
  desk = await ConsentDesk.open();
  patient = await desk.t.patient();
});
afterEach(() => desk[Symbol.asyncDispose]());

const rule = (more: Partial<StatementBody<'grant'>>): Promise<string> =>
  desk.said(patient, 'grant', grantBody(more));
const denied = (policySeq: number): Promise<string> => {
  const all = { permissions: [...EVERY_RIGHT], purposes: [...PURPOSES] };
  const body = grantBody({ policySeq, effect: 'deny', authorityId: '*', ...all });
  delete body.sealed;
  return desk.said(patient, 'grant', body);
};
const TEAM: PurposeOfUse[] = ['TREAT', 'ETREAT', 'BTG'];
const team = (policySeq: number, more: Partial<StatementBody<'grant'>> = {}): Promise<string> =>
  rule({ policySeq, permissions: ['read', 'write'], purposes: TEAM, ...more });
const idOf = (statement: string): string => readStatement(statement).payload.sid;
const ended = (policySeq: number, statement: string): Promise<string> =>
  desk.said(patient, 'revoke', { policySeq, grantId: idOf(statement) });
const set = (policy: typeof nothing | typeof careTeam, ...statements: string[]) =>
  desk.standingPolicies.set(patient, { ...policy, statements });
const refused = (why: string) => ({
  code: 'CONSENT_STATEMENT_REFUSED',
  message: expect.stringContaining(why),
});

test('a policy is in force once the ledgers have each of its rules, until the patient ends one', async () => {
  expect(desk.standingPolicies.get(patient)).toBeUndefined();
  const statement = await team(1);
  const { job } = await set(careTeam, statement);
  expect(job).toBe(idOf(statement));
  expect(desk.standingPolicies.get(patient)).toMatchObject({ ...careTeam, status: 'pending' });
  desk.settle();
  desk.everythingIsActive();
  expect(desk.standingPolicies.get(patient)).toMatchObject({
    ...{ ...careTeam, status: 'in-force', statements: [job] },
    rules: [{ grantId: job, authorityId: 'aut_hospital', status: 'active' }],
  });
  await desk.consent.takeRevocation(patient, await ended(2, statement), job);
  expect(desk.standingPolicies.get(patient)).toMatchObject({ ...careTeam, status: 'changed' });
});

test('on each channel what takes away goes first, and each statement after the one before it', async () => {
  const before = await team(1);
  await set(careTeam, before);
  desk.settle();
  const policy = [await denied(2), await ended(3, before)];
  await set(nothing, ...policy);
  expect(desk.steps.eligible(patient.patientNo).map(({ statement }) => statement)).toEqual([policy[0]]);
  const { came, outbox, settled } = takingLedgers(desk, patient.patientNo, () => 'OK');
  outbox.start();
  await settled();
  for (const channel of ['cloud', 'authorities'])
    expect(came.filter(([to]) => to === channel).map(([, statement]) => statement)).toEqual(policy);
});

test('where a ledger refuses what takes away, nothing that widens follows it', async () => {
  const before = await denied(1);
  await set(nothing, before);
  desk.settle();
  desk.everythingIsActive();
  const policy = [await team(2), await team(3, { authorityId: 'aut_lab' }), await ended(4, before)];
  const { came, outbox, settled } = takingLedgers(desk, patient.patientNo, (_channel, statement) =>
    statement === policy[0] ? 'POLICY_SEQ_USED' : 'OK',
  );
  await set(careTeam, ...policy);
  outbox.start();
  await settled();
  expect(came).toEqual([['authorities', policy[0]]]);
  expect(desk.standingPolicies.get(patient)).toMatchObject({ ...careTeam, status: 'refused' });
  // The same again is answered for itself, and sends nothing.
  await expect(set(careTeam, ...policy)).rejects.toMatchObject({ code: 'CONSENT_REFUSED' });
});

test('the same statements again are the same policy', async () => {
  const policy = [await denied(1)];
  const first = await set(nothing, ...policy);
  const steps = desk.stepCount;
  expect(await set(nothing, ...policy)).toEqual(first);
  expect(desk.stepCount).toBe(steps);
});

test('what was set before it is not set again by the same statements: the one that was set last stands', async () => {
  const denial = await denied(1);
  const after = [await team(2), await ended(3, denial)];
  const setEach = async () => [await set(nothing, denial), await set(careTeam, ...after)];
  const first = await setEach();
  const steps = desk.stepCount;
  expect(await setEach()).toEqual(first);
  expect(await set(nothing, denial)).toEqual(first[0]);
  expect(desk.standingPolicies.get(patient)).toMatchObject({ ...careTeam, statements: after.map(idOf) });
  expect(desk.stepCount).toBe(steps);
  const { database } = desk.t.core.store;
  expect(database.prepare('SELECT count(*) AS rows FROM standing_policies').get()).toEqual({ rows: 2 });
});

describe('nothing of it is taken', () => {
  test.each([
    ['rules of another policy', async () => [await team(1)], 'is about everybody'],
    [
      'fewer rights',
      async () => [await rule({ policySeq: 1, effect: 'deny', purposes: [...PURPOSES] })],
      'are not',
    ],
    ['a rule more', async () => [await denied(1), await denied(2)], 'are not those of nothing'],
    ['the same twice', async () => Array<string>(2).fill(await denied(1)), 'twice'],
  ])('of %s', async (_what, made, why) => {
    await expect(set(nothing, ...(await made()))).rejects.toMatchObject(refused(why));
    expect(desk.sent).toEqual([]);
    expect(desk.standingPolicies.get(patient)).toBeUndefined();
  });

  test.each([
    [{ scopeTags: ['A'.repeat(22)] }],
    [{ until: '2099-01-01T00:00:00.000Z' }],
    [{ delegable: true }],
    [{ subscriptionId: 'AAAAAAAAAAAAAAAAAAAAAQ' }],
  ])('of a rule with %j, which no policy says', async (more) => {
    await expect(set(careTeam, await team(1, more))).rejects.toMatchObject(refused(''));
    expect(desk.sent).toEqual([]);
  });

  test('of another version', async () => {
    const statements = [await denied(1)];
    const set2 = desk.standingPolicies.set(patient, { name: 'nothing', version: 2, statements });
    await expect(set2).rejects.toMatchObject(refused('nothing has the version 1, not 2'));
  });

  test('where one of its statements is by another key', async () => {
    const about = { patientId: patient.patientId, networkId: 'devnet', sid: randomId128() };
    const body = grantBody({
      policySeq: 2,
      authorityId: 'aut_lab',
      permissions: ['read', 'write'],
      purposes: TEAM,
    });
    const forged = makeStatement(decisionStatement('grant', { ...about, body }), generateEd25519().signer);
    await expect(set(careTeam, await team(1), forged)).rejects.toMatchObject(
      refused('STATEMENT_KEY_UNKNOWN'),
    );
    expect(desk.sent).toEqual([]);
    expect(desk.grants.page(patient.patientNo, { what: 'grants' }, undefined, 9)).toEqual([]);
  });
});
