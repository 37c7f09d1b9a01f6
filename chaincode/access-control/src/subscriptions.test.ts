import {
  ChaincodeFixture,
  client,
  codeOf,
  type Call,
  type TestOrganisation,
  type TestPatient,
} from '@careledger/chaincode-runtime/testing';
import {
  SUBSCRIPTIONS_PENDING_MAX,
  type GrantState,
  type ItemResult,
  type StatementBody,
  type SubscriptionState,
} from '@careledger/contracts';
import { randomId128 } from '@careledger/crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { accessControlChaincode } from './chaincode.js';

let fixture: ChaincodeFixture;
let hospital: TestOrganisation;
let lab: TestOrganisation;
let patient: TestPatient;
beforeEach(async () => {
  fixture = new ChaincodeFixture([accessControlChaincode]);
  hospital = await fixture.organisation('aut_hospital', 'HospitalMSP');
  lab = await fixture.organisation('aut_lab', 'LabMSP');
  patient = await fixture.patient();
});

const DAY_MS = 24 * 60 * 60 * 1_000;
const LATER = '2027-06-01T00:00:00Z';
const HASH = 'A'.repeat(43);
const TAG = `${'t'.repeat(21)}A`;

const onAuthorities = (call: Call = {}): Call => ({ channel: 'authorities', ...call });
const bodyOf = (patientId = patient.id) => ({
  patientId,
  permissions: ['read' as const],
  purposes: ['TREAT' as const],
});
type Asked = StatementBody<'requestSubscription'>;
async function request(by = hospital, sid?: string, asked: Partial<Asked> = {}): Promise<string> {
  const options = sid === undefined ? {} : { sid };
  const statement = by.sign('requestSubscription', { ...bodyOf(), ...asked }, by.signer, options);
  const call = onAuthorities({ caller: client(by.mspId) });
  return ((await fixture.run('RequestSubscription', { statement }, call)).result as ItemResult).sid ?? '';
}
const approve = (subscriptionId: string, authorityId = hospital.id, by = patient) =>
  fixture.codes('Grant', [by.grant(authorityId, { subscriptionId })], onAuthorities());
/** The patient's answer to what the hospital asks, and what comes of it. */
async function answered(
  asked: Partial<Asked>,
  grant: Partial<StatementBody<'grant'>>,
): Promise<string | undefined> {
  const subscriptionId = await request(hospital, undefined, asked);
  const terms = { permissions: ['read' as const], purposes: ['TREAT' as const], ...grant, subscriptionId };
  const [code] = await fixture.codes('Grant', [patient.grant(hospital.id, terms)], onAuthorities());
  if (code !== 'OK') return code;
  const { rows } = await fixture.ask<{ rows: SubscriptionState[] }>(
    'ListSubscriptions',
    { patientId: patient.id },
    onAuthorities(),
  );
  return rows.find((row) => row.subscriptionId === subscriptionId)?.status;
}
const reject = (
  subscriptionId: string,
  caller = client('PatientsMSP'),
  by = patient,
  signer = by.consent,
) => {
  const statement = by.sign('rejectSubscription', { subscriptionId }, signer);
  return fixture.run('RejectSubscription', { statement }, onAuthorities({ caller }));
};
const cancel = (subscriptionId: string, by = hospital, caller = client(by.mspId)) => {
  const body = { subscriptionId, patientId: patient.id };
  const statement = by.sign('cancelSubscription', body, by.signer);
  return fixture.run('CancelSubscription', { statement }, onAuthorities({ caller }));
};
const list = async (filter: object) =>
  (await fixture.ask<{ rows: SubscriptionState[] }>('ListSubscriptions', filter, onAuthorities())).rows;

describe('a subscription', () => {
  test('is asked for, approved by a grant, and seen by both sides', async () => {
    const subscriptionId = await request();
    expect(await list({ authorityId: hospital.id, status: 'pending' })).toHaveLength(1);
    expect(await approve(subscriptionId)).toEqual(['OK']);
    const [approved] = await list({ patientId: patient.id });
    expect(approved).toMatchObject({ subscriptionId, status: 'approved', authorityId: hospital.id });
    expect(approved?.grantId).toBeDefined();
    expect(await list({ authorityId: hospital.id, status: 'pending' })).toEqual([]);
  });

  test('is decided once', async () => {
    const subscriptionId = await request();
    await reject(subscriptionId);
    expect(await approve(subscriptionId)).toEqual(['SUBSCRIPTION_NOT_PENDING']);
    expect(await codeOf(reject(subscriptionId))).toBe('SUBSCRIPTION_NOT_PENDING');
  });

  test('is not approved by a grant to another authority, or by another patient', async () => {
    const subscriptionId = await request();
    expect(await approve(subscriptionId, lab.id)).toEqual(['SUBSCRIPTION_MISMATCH']);
    expect(await approve(subscriptionId, hospital.id, await fixture.patient())).toEqual([
      'SUBSCRIPTION_UNKNOWN',
    ]);
    expect(await approve(randomId128())).toEqual(['SUBSCRIPTION_UNKNOWN']);
  });

  test('that a grant names does not stop the grant on channel cloud, where there are none', async () => {
    const grant = patient.grant(hospital.id, { subscriptionId: await request() });
    expect(await fixture.codes('Grant', [grant])).toEqual(['OK']);
  });

  test('is taken back by its authority only', async () => {
    const subscriptionId = await request();
    expect(await codeOf(cancel(subscriptionId, lab))).toBe('SUBSCRIPTION_MISMATCH');
    expect(await codeOf(cancel(subscriptionId, hospital, client('LabMSP')))).toBe(
      'STATEMENT_ISSUER_MISMATCH',
    );
    await cancel(subscriptionId);
    expect(await list({ patientId: patient.id, status: 'cancelled' })).toHaveLength(1);
  });

  test('is turned down through any member, but by nobody except its patient', async () => {
    const subscriptionId = await request();
    const other = await fixture.patient();
    expect(await codeOf(reject(subscriptionId, client('LabMSP'), other))).toBe('SUBSCRIPTION_UNKNOWN');
    expect(await codeOf(reject(subscriptionId, client('LabMSP'), patient, patient.gateway))).toBe(
      'STATEMENT_KEY_UNKNOWN',
    );
    await reject(subscriptionId, client('LabMSP'));
    expect(await list({ patientId: patient.id, status: 'rejected' })).toHaveLength(1);
  });

  test('that the patient turned down does not become one that the authority took back', async () => {
    const subscriptionId = await request();
    await reject(subscriptionId);
    const { event } = await cancel(subscriptionId);
    expect(event).toBeUndefined();
    expect(await list({ patientId: patient.id })).toMatchObject([{ subscriptionId, status: 'rejected' }]);
  });

  test('no authority floods a patient with requests: an answer makes room for the next', async () => {
    const [first, second, third] = [await request(), await request(), await request()];
    for (let n = 3; n < SUBSCRIPTIONS_PENDING_MAX; n += 1) await request();
    expect(await codeOf(request())).toBe('SUBSCRIPTION_LIMIT');
    await request(lab);
    await approve(first);
    await reject(second);
    await cancel(third);
    for (let n = 0; n < 3; n += 1) await request();
    expect(await codeOf(request())).toBe('SUBSCRIPTION_LIMIT');
  });

  test('is approved in part by whatever gives less, and the ledger sees it', async () => {
    const asked = { permissions: ['read', 'write'], purposes: ['TREAT', 'ETREAT'], until: LATER } as const;
    const whole = { permissions: [...asked.permissions], purposes: [...asked.purposes], until: LATER };
    const scopeHash = HASH;
    const of = (grant: object, more: object = {}) => answered({ ...whole, ...more }, { ...whole, ...grant });
    expect(await of({})).toBe('approved');
    for (const less of [
      { permissions: ['read'] },
      { purposes: ['ETREAT'] },
      { until: '2027-05-31T00:00:00Z' },
      { from: '2027-01-01T00:00:00Z' },
      { scopeTags: [TAG] },
      { granteeTags: [TAG] },
      { period: { start: '2026-01-01T00:00:00Z', end: '2026-02-01T00:00:00Z' } },
      { isInPart: true },
    ])
      expect([less, await of(less)]).toEqual([less, 'approved-in-part']);
    const scoped = { scopeTags: [TAG], askedScopeHash: scopeHash };
    expect(await of(scoped, { scopeHash })).toBe('approved');
    expect(await of({ ...scoped, isInPart: true }, { scopeHash })).toBe('approved-in-part');
  });

  test('is answered by no grant that gives more, whatever it gives less', async () => {
    const exceeding = [
      [{}, { permissions: ['read', 'modify'] }],
      [{}, { purposes: ['TREAT', 'HRESCH'] }],
      [{}, { delegable: true, scopeTags: [TAG] }],
      [{ until: LATER }, {}],
      [{ until: LATER }, { until: '2027-06-01T00:00:00.001Z' }],
      [{ scopeHash: HASH }, { askedScopeHash: HASH, isInPart: true }],
    ] as const;
    for (const [asked, grant] of exceeding)
      expect([grant, await answered(asked as object, grant as object)]).toEqual([
        grant,
        'SUBSCRIPTION_EXCEEDED',
      ]);
    const rows = await list({ patientId: patient.id });
    expect(new Set(rows.map(({ status }) => status))).toEqual(new Set(['pending']));
    expect(await fixture.ask('ListGrants', { patientId: patient.id }, onAuthorities())).toMatchObject({
      rows: [],
    });
  });

  test('a copy is kept only as it was asked for; without it the answer is one in part', async () => {
    const copy = { purpose: 'TREAT', unitHash: HASH } as const;
    const other = { purpose: 'TREAT', unitHash: `${'B'.repeat(42)}A` } as const;
    expect(await answered({ copy }, { copy })).toBe('approved');
    expect(await answered({ copy }, {})).toBe('approved-in-part');
    expect(await answered({}, { copy })).toBe('SUBSCRIPTION_EXCEEDED');
    expect(await answered({ copy }, { copy: other })).toBe('SUBSCRIPTION_EXCEEDED');
    const both: Pick<Asked, 'purposes'> = { purposes: ['TREAT', 'HRESCH'] };
    expect(await answered({ ...both, copy }, { ...both, copy: { ...copy, purpose: 'HRESCH' } })).toBe(
      'SUBSCRIPTION_EXCEEDED',
    );
    // Of what may not be read for that purpose there is none, whoever asks or allows it.
    expect(await codeOf(request(hospital, undefined, { copy: { ...copy, purpose: 'HRESCH' } }))).toBe(
      'GRANT_TERMS_INVALID',
    );
    expect(await answered({ copy }, { permissions: ['write'], copy })).toBe('GRANT_TERMS_INVALID');
    expect(
      await fixture.codes('Grant', [patient.grant(hospital.id, { copy: { ...copy, purpose: 'TREAT' } })]),
    ).toEqual(['GRANT_TERMS_INVALID']);
  });

  test('single measured values are given only where they were asked for; without them the answer is one in part', async () => {
    const detail = true as const;
    expect(await answered({ detail }, { detail })).toBe('approved');
    expect(await answered({ detail }, {})).toBe('approved-in-part');
    expect(await answered({}, { detail })).toBe('SUBSCRIPTION_EXCEEDED');
    // Of what may not be read there are none, and a denial is about them anyway.
    for (const terms of [{ permissions: ['write' as const] }, { effect: 'deny' as const }])
      expect(await fixture.codes('Grant', [patient.grant(hospital.id, { ...terms, detail })])).toEqual([
        'GRANT_TERMS_INVALID',
      ]);
  });

  test('says that it includes single measured values, or says nothing of them: no other word has a meaning', async () => {
    for (const word of [false, null, 'true', 1, {}]) {
      const detail = word as true;
      expect(await fixture.codes('Grant', [patient.grant(hospital.id, { detail })])).toEqual([
        'STATEMENT_MALFORMED',
      ]);
      expect(await codeOf(request(hospital, undefined, { detail }))).toBe('STATEMENT_MALFORMED');
    }
    const sid = randomId128();
    expect(await fixture.codes('Grant', [patient.grant(hospital.id, {}, { sid })])).toEqual(['OK']);
    const { rows } = await fixture.ask<{ rows: GrantState[] }>('ListGrants', { patientId: patient.id });
    expect(rows.find(({ grantId }) => grantId === sid)).not.toHaveProperty('detail');
  });

  test('whose records were shown otherwise than the authority asked is not answered', async () => {
    const scopeTags = [TAG];
    const other = `${'B'.repeat(42)}A`;
    expect(await answered({ scopeHash: HASH }, { scopeTags, askedScopeHash: other })).toBe(
      'SUBSCRIPTION_MISMATCH',
    );
    expect(await answered({ scopeHash: HASH }, { scopeTags })).toBe('SUBSCRIPTION_MISMATCH');
    expect(await answered({}, { scopeTags, askedScopeHash: HASH })).toBe('SUBSCRIPTION_MISMATCH');
  });

  test('lapses by time alone: at its own date, with what it asks for, or after 30 days', async () => {
    const tomorrow = new Date(fixture.nowMs + DAY_MS).toISOString();
    const own = await request(hospital, undefined, { answerBy: tomorrow });
    const ends = await request(hospital, undefined, { until: tomorrow });
    const waits = await request();
    fixture.nowMs += DAY_MS - 1;
    expect(await list({ patientId: patient.id, status: 'lapsed' })).toEqual([]);
    fixture.nowMs += 1;
    const lapsed = await list({ patientId: patient.id, status: 'lapsed' });
    expect(lapsed.map(({ subscriptionId }) => subscriptionId).sort()).toEqual([own, ends].sort());
    expect(await list({ authorityId: hospital.id, status: 'pending' })).toMatchObject([
      { subscriptionId: waits },
    ]);
    expect(await approve(own)).toEqual(['SUBSCRIPTION_NOT_PENDING']);
    expect(await codeOf(reject(own))).toBe('SUBSCRIPTION_NOT_PENDING');
    expect((await cancel(own)).event).toBeUndefined();
    fixture.nowMs += 29 * DAY_MS;
    expect(await list({ patientId: patient.id, status: 'pending' })).toEqual([]);
  });

  test('that has lapsed makes room for the next', async () => {
    const answerBy = new Date(fixture.nowMs + DAY_MS).toISOString();
    for (let n = 0; n < SUBSCRIPTIONS_PENDING_MAX; n += 1) await request(hospital, undefined, { answerBy });
    expect(await codeOf(request())).toBe('SUBSCRIPTION_LIMIT');
    fixture.nowMs += DAY_MS;
    for (let n = 0; n < SUBSCRIPTIONS_PENDING_MAX; n += 1) await request();
    expect(await codeOf(request())).toBe('SUBSCRIPTION_LIMIT');
  });

  test('does not take the place of another authority’s with the same id', async () => {
    const sid = randomId128();
    await request(hospital, sid);
    expect(await codeOf(request(lab, sid))).toBe('STATEMENT_ID_REUSED');
  });
});
