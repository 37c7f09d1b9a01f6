import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toBase64url, x25519FromPrivate } from '@careledger/crypto';
import { parseStatement } from '@careledger/statements/portable';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Desk, type Ran } from '../../testing/desk.js';

const HOSPITAL = 'aut_hospital';
const UNTIL = '2099-01-01T00:00:00.000Z';
const hospital = toBase64url(x25519FromPrivate(new Uint8Array(32).fill(3)).publicKey);

let desk: Desk;
beforeEach(async () => {
  desk = await Desk.open({ [HOSPITAL]: hospital });
});
afterEach(() => desk[Symbol.asyncDispose]());

const at = (name: string) => join(desk.folder, name);
const bodies = () =>
  desk.gateway.came.map(({ path, statement }) => ({ path, ...parseStatement(statement).payload }));
/** The command with the carer's own file. */
const carer = (...args: string[]): Promise<Ran> => desk.runAs(['--file', at('carer.json'), '--yes', ...args]);

/** The carer's key for this patient, or for another one. */
async function card(patientId = desk.patientId, network = 'devnet'): Promise<string> {
  const { out, err } = await carer('act-for', patientId, '--network', network);
  expect(err).toBe('');
  writeFileSync(at('card'), out);
  return at('card');
}

const delegate = async (...options: string[]): Promise<Ran> =>
  desk.run('delegate', await card(), '--name', 'Anna', '--until', UNTIL, '--to', at('given'), ...options);

describe('somebody who decides for the patient', () => {
  test('is appointed by a sentence that says everything, and gets no key of the patient’s', async () => {
    const ran = await delegate('--acts', 'grant,deny', '--scope', 'laboratory/Observation');
    expect(ran).toMatchObject({
      exitCode: 0,
      err: expect.stringMatching(
        /I let “Anna” decide for me as my carer, with the key \S+, until 2099.*grant what nobody has asked for and deny, about my records of category laboratory \(Observation\), and no others, to read, for treatment and emergency treatment\. It may appoint nobody else\./,
      ),
    });
    const [sent] = bodies();
    expect(sent).toMatchObject({ path: `/v1/patients/${desk.patientId}/delegates` });
    expect(sent?.body).toMatchObject({ policySeq: 1, kind: 'carer', until: UNTIL, further: 0 });
    const given = JSON.parse(readFileSync(at('given'), 'utf8')) as object;
    expect(Object.keys(given).sort()).toEqual(['path', 'patientId', 'scope', 'until']);
    expect(given).toMatchObject({ path: [sent?.sid], scope: [{ category: 'laboratory' }] });
  });

  test('signs with its path, within the words that it was given, until its own end', async () => {
    await delegate('--scope', 'laboratory/Observation');
    writeFileSync(at('token'), 'a-token\n');
    await carer('gateway', desk.gateway.url, '--token-file', at('token'));
    await carer('trust', HOSPITAL, hospital);
    expect((await carer('grant', HOSPITAL)).err).toContain('NOT_APPOINTED');
    await carer('appointed', at('given'));
    const ran = await carer('grant', HOSPITAL);
    expect(ran.err).toContain(
      `For the patient ${desk.patientId}, who lets me: I allow anybody at aut_hospital`,
    );
    const [appointment, grant] = bodies();
    expect(grant?.body).toMatchObject({
      ...{ path: [appointment?.sid], policySeq: 1, until: UNTIL },
      scopeTags: appointment?.body['scopeTags'],
    });
    const refused = async (...args: string[]) => (await carer(...args)).err;
    expect(await refused('grant', HOSPITAL, '--scope', 'vital-signs')).toContain('DELEGATION_EXCEEDED');
    expect(await refused('grant', HOSPITAL, '--unit', 'ward')).toContain('DELEGATION_EXCEEDED');
    expect(await refused('revoke-all')).toContain('DELEGATION_EXCEEDED');
    expect(await refused('check-in', HOSPITAL)).toContain('DELEGATION_EXCEEDED');
    expect(await refused('rotate')).toContain('DELEGATION_EXCEEDED');
    expect(desk.gateway.came).toHaveLength(2);
  });

  test('with a key for another patient, or one that is not proved, is not appointed', async () => {
    const foreign = await card(`pat_${'b'.repeat(32)}`);
    const appoint = () =>
      desk.run('delegate', foreign, '--name', 'Anna', '--until', UNTIL, '--to', at('given'));
    expect((await appoint()).err).toContain('DELEGATE_REFUSED');
    const claimed = JSON.parse(readFileSync(foreign, 'utf8')) as object;
    writeFileSync(foreign, JSON.stringify({ ...claimed, patientId: desk.patientId }));
    expect((await appoint()).err).toContain('DELEGATE_REFUSED');
    expect(desk.gateway.came).toEqual([]);
  });

  test('is ended by a sentence that says what becomes of what it granted', async () => {
    await delegate();
    const delegationId = String(bodies()[0]?.sid);
    const kept = await desk.run('end-delegation', delegationId);
    expect(kept.err).toContain('What was granted by it stays until I end it.');
    const all = await desk.run('end-delegation', delegationId, '--end-grants');
    expect(all.err).toContain('What was granted by it ENDS as well; what was denied stays.');
    expect(bodies().at(-1)).toMatchObject({
      path: `/v1/patients/${desk.patientId}/delegates/${delegationId}/end`,
      body: { delegationId, endGrants: true, policySeq: 3 },
    });
    // A gateway that goes on with what it granted is not believed.
    desk.gateway.grants.push({
      ...{ grantId: 'AAAAAAAAAAAAAAAAAAAAAQ', patientId: desk.patientId, authorityId: HOSPITAL },
      ...{ policySeq: 1, permissions: ['read'], purposes: ['TREAT'], from: UNTIL, status: 'active' },
      path: [delegationId],
    });
    expect((await desk.run('grant', HOSPITAL)).err).toContain('REVOCATION_HIDDEN');
  });
});

test('what delegates decided is shown before the patient signs, apart from what nobody signed', async () => {
  await delegate();
  const path = [String(bodies()[0]?.sid)];
  const rule = {
    ...{ patientId: desk.patientId, authorityId: HOSPITAL, policySeq: 1, from: UNTIL, status: 'active' },
    ...{ permissions: ['read'], purposes: ['TREAT'] },
  };
  desk.gateway.grants.push({ ...rule, grantId: 'AAAAAAAAAAAAAAAAAAAAAQ', path });
  desk.gateway.denials.push({ ...rule, grantId: 'BAAAAAAAAAAAAAAAAAAAAQ' });
  const { err } = await desk.run('grant', HOSPITAL);
  expect(err).toContain('Your delegates have granted or denied: AAAAAAAAAAAAAAAAAAAAAQ (aut_hospital).');
  expect(err).toContain('did not sign: BAAAAAAAAAAAAAAAAAAAAQ (aut_hospital).');
});
