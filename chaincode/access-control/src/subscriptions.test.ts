import {
  ChaincodeFixture,
  client,
  codeOf,
  type Call,
  type TestOrganisation,
  type TestPatient,
} from '@careledger/chaincode-runtime/testing';
import { SUBSCRIPTIONS_PENDING_MAX, type ItemResult, type SubscriptionState } from '@careledger/contracts';
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

const onAuthorities = (call: Call = {}): Call => ({ channel: 'authorities', ...call });
const bodyOf = (patientId = patient.id) => ({
  patientId,
  permissions: ['read' as const],
  purposes: ['TREAT' as const],
});
async function request(by = hospital, sid?: string): Promise<string> {
  const options = sid === undefined ? {} : { sid };
  const statement = by.sign('requestSubscription', bodyOf(), by.signer, options);
  const call = onAuthorities({ caller: client(by.mspId) });
  return ((await fixture.run('RequestSubscription', { statement }, call)).result as ItemResult).sid ?? '';
}
const approve = (subscriptionId: string, authorityId = hospital.id, by = patient) =>
  fixture.codes('Grant', [by.grant(authorityId, { subscriptionId })], onAuthorities());
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

  test('does not take the place of another authority’s with the same id', async () => {
    const sid = randomId128();
    await request(hospital, sid);
    expect(await codeOf(request(lab, sid))).toBe('STATEMENT_ID_REUSED');
  });
});
