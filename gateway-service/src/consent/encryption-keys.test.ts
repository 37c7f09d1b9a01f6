import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { generateX25519, toBase64url, type Signer } from '@careledger/crypto';
import { ConsentDesk, UNLOCK, appointing } from '../../testing/consent-desk.js';
import type { TestCore } from '../../testing/test-core.js';
import { GATEWAY_MIGRATIONS } from '../migrations.js';
import type { Patient } from '../patients/index.js';

let desk: ConsentDesk;
let t: TestCore;
let patient: Patient;
let consent: Signer;
beforeEach(async () => {
  ({ desk, t, patient, consent } = await ConsentDesk.ofPatient());
});
afterEach(() => desk[Symbol.asyncDispose]());

const keys = () => t.core.patients.keys(patient.patientId);
const inForce = (): string => toBase64url(keys().encryption().publicKey);
const appointed = (newKey: string, by = consent): string =>
  appointing(patient, { use: 'encryption', newKey }, by);

test('the key that is offered stays the same until the patient appoints it, and counts once cloud has it', async () => {
  const former = inForce();
  const { newKey } = await desk.encryptionKeys.offer(patient);
  expect(await desk.encryptionKeys.offer(patient)).toEqual({ use: 'encryption', newKey });
  const { job } = await desk.encryptionKeys.take(patient, appointed(newKey));
  expect(inForce()).toBe(former);
  expect(desk.rewraps.get(patient.patientNo)).toBeUndefined();
  // The key with which this gateway signs is another matter.
  expect(desk.rekeyings.isUnderWay(patient.patientNo)).toBe(false);

  await desk.settleStep(patient, { job, channel: 'cloud' });
  expect(inForce()).toBe(newKey);
  expect(
    keys()
      .formerEncryptionKeys()
      .map(({ publicKey }) => toBase64url(publicKey)),
  ).toEqual([former]);
  expect(desk.rewraps.get(patient.patientNo)).toBeDefined();
  await desk.settleStep(patient, { job, channel: 'authorities' });
  expect(inForce()).toBe(newKey);
  expect((await desk.encryptionKeys.offer(patient)).newKey).not.toBe(newKey);
  expect(patient.chain.state.height).toBe(0);
});

test('a key that this gateway has not offered, or that nobody but the patient appoints, is refused', async () => {
  const { newKey } = await desk.encryptionKeys.offer(patient);
  const refused = (cause: string) => ({
    code: 'CONSENT_STATEMENT_REFUSED',
    message: expect.stringContaining(cause),
  });
  const foreign = appointed(toBase64url(generateX25519().publicKey));
  await expect(desk.encryptionKeys.take(patient, foreign)).rejects.toMatchObject(
    refused('another key than the one that this gateway offers'),
  );
  await expect(
    desk.encryptionKeys.take(patient, appointed(newKey, patient.chain.signer)),
  ).rejects.toMatchObject(refused('STATEMENT_KEY_UNKNOWN'));
  expect(desk.stepCount).toBe(0);
});

test('where the ledger refuses it, records stay with the key that they have', async () => {
  const former = inForce();
  const { newKey } = await desk.encryptionKeys.offer(patient);
  const { job } = await desk.encryptionKeys.take(patient, appointed(newKey));
  await desk.settleStep(patient, { job, channel: 'cloud' }, 'refused');
  expect([inForce(), desk.rewraps.get(patient.patientNo)]).toEqual([former, undefined]);
  expect((await desk.encryptionKeys.offer(patient)).newKey).toBe(newKey);
});

test('killed before the key store has it, or before the work is noted: the next start goes on', async () => {
  const first = await desk.encryptionKeys.offer(patient);
  await desk.encryptionKeys.take(patient, appointed(first.newKey));
  desk.settle();
  await reopen();
  await desk.rotations.resume();
  expect(inForce()).toBe(first.newKey);
  expect(desk.rewraps.get(patient.patientNo)).toBeDefined();

  const second = await desk.encryptionKeys.offer(patient);
  await desk.encryptionKeys.take(patient, appointed(second.newKey));
  desk.settle();
  await keys().completeEncryption();
  t.core.store.database.exec('DELETE FROM rewrap_jobs');
  await reopen();
  await desk.rotations.resume();
  expect(inForce()).toBe(second.newKey);
  expect(keys().formerEncryptionKeys()).toHaveLength(2);
  expect(desk.rewraps.get(patient.patientNo)).toBeDefined();
});

test('under a passphrase that this gateway keeps it is appointed in one go', async () => {
  const former = inForce();
  await desk.encryptionKeys.make(patient, UNLOCK);
  desk.settle();
  await desk.rotations.advance(patient);
  expect(inForce()).not.toBe(former);
});

async function reopen(): Promise<void> {
  await t.reopen({ migrations: GATEWAY_MIGRATIONS });
  desk = ConsentDesk.on(t);
  patient = t.core.patients.get(patient.patientId);
}

/** What a channel has in force: the same on both, or another one on one. */
const period = (key: string) => ({ key, from: new Date(t.nowMs).toISOString() });
const told = () =>
  desk.technicalAlarms.list(patient.patientNo, 0).map(({ cause, endedMs }) => [cause, endedMs === null]);

describe('after a backup from before a rotation was put back', () => {
  test('a key that the ledgers have and this gateway has not: the patient is told until another is appointed', async () => {
    desk.patientOnLedger = { encryptionKeys: [period(toBase64url(generateX25519().publicKey))] };
    await desk.recordsKeys.check(patient);
    await desk.recordsKeys.check(patient);
    expect(told()).toEqual([['records-key-differs', true]]);
    expect(desk.errors).toEqual([expect.stringContaining('have the patient appoint another')]);
    const { newKey } = await desk.encryptionKeys.offer(patient);
    const { job } = await desk.encryptionKeys.take(patient, appointed(newKey));
    desk.patientOnLedger = { encryptionKeys: [period(newKey)] };
    await desk.settleStep(patient, { job, channel: 'cloud' });
    expect(told()).toEqual([['records-key-differs', true]]);
    await desk.settleStep(patient, { job, channel: 'authorities' });
    expect(told()).toEqual([['records-key-differs', false]]);
    expect(desk.rewraps.get(patient.patientNo)).toBeDefined();
  });

  test('a key that still lies ready here is taken into use, and what there is is wrapped to it', async () => {
    const { newKey } = await desk.encryptionKeys.offer(patient);
    desk.patientOnLedger = { encryptionKeys: [period(newKey)] };
    await Promise.all([desk.recordsKeys.check(patient), desk.recordsKeys.check(patient)]);
    expect(inForce()).toBe(newKey);
    expect(desk.rewraps.get(patient.patientNo)).toBeDefined();
    expect(desk.rewrapping).toEqual([patient.patientNo]);
    expect(told()).toEqual([]);
  });
});

test('channels that differ are told of, but not while a statement about the key is on its way; nor is what is the same', async () => {
  desk.patientOnLedger = { encryptionKeys: [period(inForce())] };
  await desk.recordsKeys.check(patient);
  expect(told()).toEqual([]);
  const { newKey } = await desk.encryptionKeys.offer(patient);
  const { job } = await desk.encryptionKeys.take(patient, appointed(newKey));
  desk.differingOn.cloud = { encryptionKeys: [period(newKey)] };
  await desk.settleStep(patient, { job, channel: 'cloud' });
  expect(told()).toEqual([]);
  await desk.settleStep(patient, { job, channel: 'authorities' }, 'refused');
  expect(told()).toEqual([['records-key-differs', true]]);
});
