import {
  ChaincodeFixture,
  client,
  type TestOrganisation,
  type TestPatient,
} from '@careledger/chaincode-runtime/testing';
import {
  GRANTS_PER_AUTHORITY_MAX,
  type Decision,
  type GrantState,
  type StatementBody,
} from '@careledger/contracts';
import { randomId128 } from '@careledger/crypto';
import { ANY } from '@careledger/domain';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { accessControlChaincode } from './chaincode.js';

let fixture: ChaincodeFixture;
let hospital: TestOrganisation;
let patient: TestPatient;
beforeEach(async () => {
  fixture = new ChaincodeFixture([accessControlChaincode]);
  hospital = await fixture.organisation('aut_hospital', 'HospitalMSP');
  patient = await fixture.patient();
});

const [TAG, WARD] = ['t', 'w'].map((letter) => `${letter.repeat(21)}A`) as [string, string];
const request = (more: object = {}) => ({
  patientId: patient.id,
  requester: hospital.id,
  granteeTags: [],
  permission: 'read',
  purpose: 'TREAT',
  tagGroups: [[TAG]],
  ...more,
});
const decide = (more: object = {}) => fixture.ask<Decision>('Decide', request(more));
const denial = (body: Partial<StatementBody<'grant'>> = {}, sid = randomId128(), of = patient) =>
  of.grant(hospital.id, { effect: 'deny', ...body }, { sid });
const granted = () => fixture.codes('Grant', [patient.grant(hospital.id)]);

describe('a denial', () => {
  test('outweighs what is granted before and after it, and names itself', async () => {
    const sid = randomId128();
    await granted();
    expect(await fixture.codes('Revoke', [denial({}, sid)])).toEqual(['OK']);
    await granted();
    expect(await decide()).toEqual({
      ...{ decision: 'deny', reason: 'DENIED_BY_RULE', policyVersion: 3, grantId: sid },
      policyHash: expect.any(String),
    });
    expect(await fixture.codes('Revoke', [patient.revoke(sid)])).toEqual(['OK']);
    expect(await decide()).toMatchObject({ decision: 'permit' });
  });

  test('to any authority is one about each, whichever it is', async () => {
    await granted();
    await fixture.codes('Revoke', [denial({ authorityId: ANY, scopeTags: [TAG] })]);
    expect(await decide()).toMatchObject({ reason: 'DENIED_BY_RULE' });
    expect(await decide({ tagGroups: [[WARD]] })).toMatchObject({ decision: 'permit' });
    const { rows } = await fixture.ask<{ rows: GrantState[] }>('ListGrants', {
      patientId: patient.id,
      authorityId: hospital.id,
    });
    expect(rows.map(({ effect }) => effect).sort()).toEqual(['deny', undefined]);
  });

  test('is relayed by any member, and a grant that gives is not', async () => {
    const caller = client('CloudAMSP');
    expect(await fixture.codes('Revoke', [denial()], { caller })).toEqual(['OK']);
    expect(await fixture.codes('Revoke', [patient.grant(hospital.id)], { caller })).toEqual([
      'STATEMENT_TYPE_MISMATCH',
    ]);
  });

  test('makes a permit fail that it overtook', async () => {
    await granted();
    const permit = await fixture.propose('Decide', request());
    await fixture.codes('Revoke', [denial({ authorityId: ANY })]);
    expect(fixture.commit(permit)).toBe('MVCC_READ_CONFLICT');
  });

  test('of one patient does not conflict with one of another, to any authority either', async () => {
    const other = await fixture.patient();
    const made = [
      await fixture.propose('Revoke', { items: [denial({ authorityId: ANY })] }),
      await fixture.propose('Revoke', { items: [denial({ authorityId: ANY }, randomId128(), other)] }),
    ];
    expect(made.map((endorsed) => fixture.commit(endorsed))).toEqual(['VALID', 'VALID']);
  });

  test('that comes after its own revocation never counts; a revoke-all ends none', async () => {
    const [sid, late] = [randomId128(), denial()];
    const overtaken = denial({}, sid);
    await fixture.codes('Revoke', [patient.revoke(sid)]);
    expect(await fixture.codes('Revoke', [overtaken])).toEqual(['GRANT_REVOKED']);
    await fixture.codes('Revoke', [denial({ scopeTags: [TAG] })]);
    await fixture.codes('Revoke', [patient.revokeAll()]);
    await granted();
    expect(await decide()).toMatchObject({ reason: 'DENIED_BY_RULE' });
    expect(await fixture.codes('Revoke', [late])).toEqual(['OK']);
    const { grants } = await fixture.ask<{ grants: GrantState[] }>('EffectivePolicy', {
      patientId: patient.id,
      at: new Date(fixture.nowMs).toISOString(),
    });
    expect(grants.filter(({ effect }) => effect === 'deny')).toHaveLength(2);
  });

  test('has whole terms, and so has a grant', async () => {
    const sealed = 'a.b.c';
    const codeOf = async (body: Partial<StatementBody<'grant'>>) => {
      const [code] = await fixture.codes('Grant', [patient.grant(hospital.id, body)]);
      return code;
    };
    const deny = { effect: 'deny' as const };
    const invalid = [
      { authorityId: ANY },
      { ...deny, delegable: true },
      { ...deny, noticeRank: 1 },
      { ...deny, subscriptionId: randomId128() },
      { ...deny, authorityId: ANY, granteeTags: [WARD], sealed },
      { ...deny, granteeTags: [WARD] },
    ];
    for (const body of invalid) expect([body, await codeOf(body)]).toEqual([body, 'GRANT_TERMS_INVALID']);
    expect(await codeOf({ ...deny, granteeTags: [WARD], sealed })).toBe('OK');
    expect(await codeOf({ ...deny, authorityId: 'aut_nobody' })).toBe('AUTHORITY_UNKNOWN');
    const instant = '2026-03-01T00:00:00Z';
    expect(await codeOf({ period: { start: instant, end: instant } })).toBe('GRANT_PERIOD_INVALID');
  });

  test('is one of as many as a decision reads, about one authority and about any', async () => {
    for (const authorityId of [hospital.id, ANY]) {
      for (let n = 0; n < GRANTS_PER_AUTHORITY_MAX; n += 1)
        expect(await fixture.codes('Revoke', [denial({ authorityId, purposes: ['HRESCH'] })])).toEqual([
          'OK',
        ]);
      expect(await fixture.codes('Revoke', [denial({ authorityId })])).toEqual(['GRANT_LIMIT']);
    }
    const { states } = await fixture.propose('Decide', request());
    const read = states.flatMap(({ ranges }) => ranges);
    expect(read).toHaveLength(2);
    expect(await decide({ purpose: 'HRESCH' })).toMatchObject({ reason: 'DENIED_BY_RULE' });
  });
});

describe('the time of the data', () => {
  const march = { start: '2026-03-01T00:00:00Z', end: '2026-04-01T00:00:00Z' };
  const april = { start: '2026-04-01T00:00:00Z', end: '2026-04-02T00:00:00Z' };
  const acrossBoth = { start: '2026-03-31T00:00:00Z', end: '2026-04-02T00:00:00Z' };

  test('lies within what a grant names', async () => {
    await fixture.codes('Grant', [patient.grant(hospital.id, { period: march })]);
    const reasonFor = async (period: object) => (await decide({ period })).reason;
    expect(await reasonFor(march)).toBe('GRANT');
    expect([await reasonFor(april), await reasonFor(acrossBoth)]).toEqual([
      'SCOPE_NOT_GRANTED',
      'SCOPE_NOT_GRANTED',
    ]);
  });

  test('touches what a denial names', async () => {
    await granted();
    await fixture.codes('Revoke', [denial({ period: march })]);
    const reasonFor = async (period: object) => (await decide({ period })).reason;
    expect([await reasonFor(march), await reasonFor(acrossBoth)]).toEqual([
      'DENIED_BY_RULE',
      'DENIED_BY_RULE',
    ]);
    expect(await reasonFor(april)).toBe('GRANT');
  });
});
