import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { SubscriptionState } from '@careledger/contracts';
import { randomId128 } from '@careledger/crypto';
import { ConsentDesk, grantBody } from '../../testing/consent-desk.js';
import { PASSPHRASE } from '../../testing/open-core.js';
import type { Patient } from '../patients/index.js';

const unlock = { passphrase: PASSPHRASE, caller: 'the patient' };
const REVOKED_AT = '2026-01-02T00:00:00.000Z';

let desk: ConsentDesk;
let patient: Patient;
let grantId: string;
beforeEach(async () => {
  desk = await ConsentDesk.open();
  patient = await desk.t.patient();
  grantId = await granted(1);
});
afterEach(() => desk[Symbol.asyncDispose]());

/** A grant that both ledgers have. */
async function granted(policySeq: number): Promise<string> {
  const statement = await desk.said(patient, 'grant', grantBody({ policySeq }));
  const id = await desk.consent.takeGrant(patient, statement);
  desk.settle();
  desk.everythingIsActive();
  return id;
}

describe('a grant that is revoked again', () => {
  test('while its revocation is on its way is that one revocation', async () => {
    const first = await desk.consent.revoke(patient, grantId, unlock);
    const count = desk.stepCount;
    expect(await desk.consent.revoke(patient, grantId, unlock)).toEqual({
      job: first.job,
      isAlready: false,
    });
    const byApp = await desk.said(patient, 'revoke', { policySeq: 9, grantId });
    expect(await desk.consent.takeRevocation(patient, byApp, grantId)).toEqual({
      job: first.job,
      isAlready: false,
    });
    expect(desk.stepCount).toBe(count);
    expect(await desk.consent.outcomeOf(patient, first, 1)).toMatchObject({ status: 'open' });
  });

  test('after the ledgers took it is answered with it, and nothing is sent', async () => {
    const first = await desk.consent.revoke(patient, grantId, unlock);
    desk.settle();
    const count = desk.stepCount;
    const again = await desk.consent.revoke(patient, grantId, unlock);
    expect(await desk.consent.outcomeOf(patient, again, 1)).toMatchObject({
      ...{ statementId: first.job, status: 'done', already: true },
      channels: [{ channel: 'cloud' }, { channel: 'authorities' }],
    });
    expect(desk.stepCount).toBe(count);
  });

  test('by the same statement of the app is answered for that one', async () => {
    const byApp = await desk.said(patient, 'revoke', { policySeq: 2, grantId });
    const first = await desk.consent.takeRevocation(patient, byApp, grantId);
    expect(first.isAlready).toBe(false);
    desk.settle();
    expect(await desk.consent.takeRevocation(patient, byApp, grantId)).toEqual({ ...first, isAlready: true });
  });

  test('after everything was revoked is revoked by that', async () => {
    const { job } = await desk.consent.revokeAll(patient, unlock);
    desk.settle();
    expect(await desk.consent.revoke(patient, grantId, unlock)).toEqual({ job, isAlready: true });
  });

  test('is sent again where a ledger refused the first', async () => {
    const first = await desk.consent.revoke(patient, grantId, unlock);
    desk.settle('refused');
    const second = await desk.consent.revoke(patient, grantId, unlock);
    expect(second).toMatchObject({ isAlready: false });
    expect(second.job).not.toBe(first.job);
  });

  test('needs the passphrase as the first time', async () => {
    await desk.consent.revoke(patient, grantId, unlock);
    desk.settle();
    const guess = { passphrase: 'not the passphrase', caller: 'somebody' };
    await expect(desk.consent.revoke(patient, grantId, guess)).rejects.toMatchObject({
      code: 'CONSENT_KEY_LOCKED',
    });
  });

  test('of which this gateway only heard is sent unless both ledgers have it', async () => {
    desk.t.core.store.deferred(() => desk.grants.revoke(patient.patientNo, grantId, 1));
    const revoked = [{ grantId, revokedAt: REVOKED_AT }];
    Object.assign(desk.onLedger, { authorities: revoked, cloud: revoked });
    const taken = await desk.consent.revoke(patient, grantId, unlock);
    expect(await desk.consent.outcomeOf(patient, taken, 1)).toEqual({
      ...{ statementId: grantId, status: 'done', channels: [], already: true },
    });
    for (const cloud of [[{ grantId }], [], undefined]) {
      desk.onLedger.cloud = cloud;
      const sent = await desk.consent.revoke(patient, grantId, unlock);
      expect(sent.isAlready).toBe(false);
      desk.settle('refused');
    }
  });
});

describe('everything that is revoked again', () => {
  const revoked = () => [{ grantId, revokedAt: REVOKED_AT }];

  test('is not sent where the ledgers have nothing that stands', async () => {
    const first = await desk.consent.revokeAll(patient, unlock);
    const count = desk.stepCount;
    expect(await desk.consent.revokeAll(patient, unlock)).toEqual({ job: first.job, isAlready: false });
    desk.settle();
    Object.assign(desk.onLedger, { authorities: revoked(), cloud: revoked() });
    expect(await desk.consent.revokeAll(patient, unlock)).toEqual({ job: first.job, isAlready: true });
    expect(desk.stepCount).toBe(count);
  });

  test('is sent after a grant, known here or not, and where a ledger does not say', async () => {
    await desk.consent.revokeAll(patient, unlock);
    desk.settle();
    await granted(20);
    expect(await desk.consent.revokeAll(patient, unlock)).toMatchObject({ isAlready: false });
    desk.settle();
    const elsewhere = { grantId: randomId128() };
    for (const cloud of [[...revoked(), elsewhere], undefined]) {
      Object.assign(desk.onLedger, { authorities: revoked(), cloud });
      const count = desk.stepCount;
      expect(await desk.consent.revokeAll(patient, unlock)).toMatchObject({ isAlready: false });
      expect(desk.stepCount).toBe(count + 2);
      desk.settle();
    }
  });

  test('for the first time is sent, although nothing was granted: a grant may be on its way', async () => {
    const other = await desk.t.patient();
    expect(await desk.consent.revokeAll(other, unlock)).toMatchObject({ isAlready: false });
    expect(desk.sent.at(-1)).toMatchObject({ patientNo: other.patientNo, kind: 'revoke' });
  });
});

test('a subscription that is rejected again is answered, and nothing is sent', async () => {
  const subscriptionId = randomId128();
  const asked = { subscriptionId, status: 'pending' } as SubscriptionState;
  const first = await desk.consent.reject(patient, asked, unlock);
  const count = desk.stepCount;
  expect(await desk.consent.reject(patient, asked, unlock)).toEqual(first);
  desk.settle();
  const rejected = { ...asked, status: 'rejected' as const };
  expect(await desk.consent.reject(patient, rejected, unlock)).toEqual({ job: first.job, isAlready: true });
  const byApp = await desk.said(patient, 'rejectSubscription', { subscriptionId });
  expect(await desk.consent.takeRejection(patient, byApp, subscriptionId)).toMatchObject({ isAlready: true });
  const elsewhere = { ...rejected, subscriptionId: randomId128() };
  expect(await desk.consent.reject(patient, elsewhere, unlock)).toEqual({
    job: elsewhere.subscriptionId,
    isAlready: true,
    isByOthers: true,
  });
  expect(desk.stepCount).toBe(count);
});

describe('a patient whom no ledger knows yet', () => {
  test('is waited for, and not for ever', async () => {
    await expect(desk.consent.registered(patient, 1)).rejects.toMatchObject({
      code: 'REGISTRATION_PENDING',
      members: { retryAfterS: expect.any(Number) },
    });
    const waiting = desk.consent.registered(patient, 60_000);
    desk.registrations.note(patient.patientNo, 'authorities');
    desk.progress.notify(patient.patientNo);
    await waiting;
  });
});
