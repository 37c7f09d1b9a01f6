import {
  ChaincodeFixture,
  client,
  type TestOrganisation,
  type TestPatient,
} from '@careledger/chaincode-runtime/testing';
import type { GrantState, StatementBody } from '@careledger/contracts';
import { randomId128, toBase64url } from '@careledger/crypto';
import { beforeEach, expect, test } from '@jest/globals';
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

const DAY_MS = 86_400_000;
const onAuthorities = { channel: 'authorities' as const };
const by = (mspId: string, atMs = fixture.nowMs) => ({ ...onAuthorities, caller: client(mspId), atMs });
const copy = { purpose: 'TREAT' as const, unitHash: toBase64url(new Uint8Array(32).fill(7)) };

/** A grant that lets the hospital keep a copy, in answer to its request. @returns its id */
async function granted(more: Partial<StatementBody<'grant'>> = {}): Promise<string> {
  const subscriptionId = randomId128();
  const asked = { patientId: patient.id, permissions: ['read' as const], purposes: ['TREAT' as const], copy };
  const request = hospital.sign('requestSubscription', asked, hospital.signer, { sid: subscriptionId });
  await fixture.run('RequestSubscription', { statement: request }, by('HospitalMSP'));
  const sid = randomId128();
  const answer = patient.grant(hospital.id, { subscriptionId, copy, ...more }, { sid });
  expect(await fixture.codes('Grant', [answer], onAuthorities)).toEqual(['OK']);
  return sid;
}

const said = (grantId: string, left: 'nothing' | 'of-other-grants' = 'nothing') => ({
  ...{ patientId: patient.id, grantId, left },
  destroyedAt: new Date(fixture.nowMs).toISOString(),
});
const attest = (body: StatementBody<'attestCopyEnd'>, call = by('HospitalMSP'), who = hospital) =>
  fixture.run('AttestCopyEnd', { statement: who.sign('attestCopyEnd', body, who.signer) }, call);
const refusal = async (attempt: Promise<unknown>): Promise<unknown> =>
  attempt.then(
    () => 'OK',
    (error: unknown) => (error as { code?: unknown }).code,
  );
const grantOf = async (grantId: string): Promise<GrantState | undefined> =>
  (
    await fixture.ask<{ rows: GrantState[] }>('ListGrants', { patientId: patient.id }, onAuthorities)
  ).rows.find((row) => row.grantId === grantId);

test('an authority says once that the copy of a revoked grant is destroyed', async () => {
  const grantId = await granted();
  expect(await refusal(attest(said(grantId)))).toBe('COPY_NOT_ENDED');
  await fixture.codes('Revoke', [patient.revoke(grantId)], onAuthorities);
  const first = await attest(said(grantId));
  expect(first.event).toEqual({
    name: 'CopyEndAttested',
    payload: { patientId: patient.id, authorityId: hospital.id, grantId },
  });
  expect((await grantOf(grantId))?.copyEnd).toMatchObject({ left: 'nothing' });
  // Another word changes nothing.
  expect((await attest(said(grantId, 'of-other-grants'))).event).toBeUndefined();
  expect((await grantOf(grantId))?.copyEnd).toMatchObject({ left: 'nothing' });
});

test('a grant that a revoke-all ended, or whose time is over, has ended', async () => {
  const until = new Date(fixture.nowMs + DAY_MS).toISOString();
  const [over, voided] = [await granted({ until }), await granted()];
  await fixture.codes('Revoke', [patient.revokeAll()], onAuthorities);
  expect(await refusal(attest(said(voided)))).toBe('OK');
  const again = await granted({ until });
  expect(await refusal(attest(said(again)))).toBe('COPY_NOT_ENDED');
  const later = by('HospitalMSP', fixture.nowMs + DAY_MS);
  expect(await refusal(attest({ ...said(again), destroyedAt: until }, later))).toBe('OK');
  expect(await refusal(attest(said(over)))).toBe('OK');
});

test('it was destroyed after the grant had ended and before the ledger is told, as far as clocks may differ', async () => {
  const until = new Date(fixture.nowMs + DAY_MS).toISOString();
  const [revoked, over, voided] = [await granted(), await granted({ until }), await granted({ until })];
  await fixture.codes('Revoke', [patient.revoke(revoked)], onAuthorities);
  const late = by('HospitalMSP', fixture.nowMs + 2 * DAY_MS);
  const saidAt = (grantId: string, atMs: number) => ({
    ...said(grantId),
    destroyedAt: new Date(atMs).toISOString(),
  });
  const endedAt = { [revoked]: fixture.nowMs, [over]: Date.parse(until) };
  for (const [grantId, atMs] of Object.entries(endedAt)) {
    for (const wrong of [atMs - 121_000, late.atMs + 121_000, 0])
      expect(await refusal(attest(saidAt(grantId, wrong), late))).toBe('COPY_END_TIME_INVALID');
    expect(await refusal(attest(saidAt(grantId, atMs - 119_000), late))).toBe('OK');
  }
  await fixture.codes('Revoke', [patient.revokeAll()], onAuthorities);
  expect(await refusal(attest(saidAt(voided, fixture.nowMs - 121_000)))).toBe('COPY_END_TIME_INVALID');
  expect(await refusal(attest(saidAt(voided, fixture.nowMs + 119_000)))).toBe('OK');
  const { copyEnd } = (await grantOf(voided)) ?? {};
  expect(copyEnd?.destroyedAt).toBe(new Date(fixture.nowMs + 119_000).toISOString());
});

test('of a grant that a revoke-all has ended it was destroyed before the end that the grant names, whenever that is said', async () => {
  const until = new Date(fixture.nowMs + DAY_MS).toISOString();
  const [voided, revoked] = [await granted({ until }), await granted({ until })];
  const hourLater = by('HospitalMSP', fixture.nowMs + DAY_MS / 24);
  await fixture.codes('Revoke', [patient.revoke(revoked)], hourLater);
  await fixture.codes('Revoke', [patient.revokeAll()], hourLater);
  // The ledger was away until the grants were over by themselves as well.
  const late = by('HospitalMSP', fixture.nowMs + 2 * DAY_MS);
  const destroyedAt = new Date(hourLater.atMs).toISOString();
  expect(await refusal(attest({ ...said(voided), destroyedAt }, late))).toBe('OK');
  expect((await grantOf(voided))?.copyEnd).toMatchObject({ destroyedAt });
  expect(await refusal(attest(said(revoked), late))).toBe('COPY_END_TIME_INVALID');
  expect(await refusal(attest({ ...said(revoked), destroyedAt }, late))).toBe('OK');
});

test('nobody else says it, and not of a grant without a copy', async () => {
  const grantId = await granted();
  const plain = randomId128();
  await fixture.codes('Grant', [patient.grant(hospital.id, {}, { sid: plain })], onAuthorities);
  await fixture.codes('Revoke', [patient.revoke(grantId)], onAuthorities);
  await fixture.codes('Revoke', [patient.revoke(plain)], onAuthorities);
  expect(await refusal(attest(said(plain)))).toBe('GRANT_UNKNOWN');
  expect(await refusal(attest(said(randomId128())))).toBe('GRANT_UNKNOWN');
  expect(await refusal(attest(said(grantId), by('LabMSP'), lab))).toBe('GRANT_UNKNOWN');
  expect(await refusal(attest(said(grantId), by('LabMSP')))).toBe('STATEMENT_ISSUER_MISMATCH');
  expect((await grantOf(grantId))?.copyEnd).toBeUndefined();
});

test('what was in force at a past time is told as it was known then', async () => {
  const grantId = await granted();
  const later = by('HospitalMSP', fixture.nowMs + DAY_MS);
  await fixture.codes('Revoke', [patient.revoke(grantId)], later);
  await attest({ ...said(grantId), destroyedAt: new Date(later.atMs).toISOString() }, later);
  const then = { patientId: patient.id, at: new Date(fixture.nowMs).toISOString() };
  const policy = await fixture.ask<{ grants: GrantState[] }>('EffectivePolicy', then, later);
  expect(policy.grants).toMatchObject([{ grantId }]);
  expect(policy.grants[0]).not.toHaveProperty('copyEnd');
});
