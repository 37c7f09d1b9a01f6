import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { StatementBody } from '@careledger/contracts';
import { generateEd25519, toBase64url, type Signer } from '@careledger/crypto';
import { ConsentDesk, UNLOCK, appointing } from '../../testing/consent-desk.js';
import { takingLedgers } from '../../testing/taking-ledgers.js';
import type { TestCore } from '../../testing/test-core.js';
import { GATEWAY_MIGRATIONS } from '../migrations.js';
import type { Patient } from '../patients/index.js';
import { gatewayKeyProof } from '../patients/registration.js';

let desk: ConsentDesk;
let t: TestCore;
let patient: Patient;
let consent: Signer;
beforeEach(async () => {
  ({ desk, t, patient, consent } = await ConsentDesk.ofPatient());
});
afterEach(() => desk[Symbol.asyncDispose]());

const keys = () => t.core.patients.keys(patient.patientId);
const inForce = (): string => patient.chain.state.gatewayKey;
const appointed = (offer: StatementBody<'rotatePatientKey'>, by = consent): string =>
  appointing(patient, offer, by);
const refused = (cause: string) => ({
  code: 'CONSENT_STATEMENT_REFUSED',
  message: expect.stringContaining(cause),
});

test('the key that is offered stays the same until the patient appoints it, and counts once both channels have it', async () => {
  const former = inForce();
  const offer = await desk.gatewayKeys.offer(patient);
  expect(await desk.gatewayKeys.offer(patient)).toMatchObject({ newKey: offer.newKey });
  const { job } = await desk.gatewayKeys.take(patient, appointed(offer));
  expect(desk.steps.job(patient.patientNo, job).map(({ channel }) => channel)).toEqual([
    'cloud',
    'authorities',
  ]);
  expect(desk.rekeyings.isUnderWay(patient.patientNo)).toBe(true);
  expect(desk.rekeyings.isHeld(patient.patientNo, 'cloud')).toBe(false);

  await desk.settleStep(patient, { job, channel: 'cloud' });
  expect(desk.rekeyings.isHeld(patient.patientNo, 'cloud')).toBe(true);
  expect(desk.rekeyings.isHeld(patient.patientNo, 'authorities')).toBe(false);
  expect(inForce()).toBe(former);

  await desk.settleStep(patient, { job, channel: 'authorities' });
  expect(inForce()).toBe(offer.newKey);
  expect(toBase64url(patient.chain.signer.publicKey)).toBe(offer.newKey);
  expect(desk.rekeyings.isUnderWay(patient.patientNo)).toBe(false);
  expect(keys().stagedGatewayKid).toBeUndefined();
  expect(patient.chain.signerKeys().map(toBase64url)).toEqual([former, offer.newKey]);
  await t.core.sealNow(patient.patientId);
  expect(await t.core.chain.verify(patient.patientNo)).toMatchObject({ ok: true, blocks: 2 });
  expect((await desk.gatewayKeys.offer(patient)).newKey).not.toBe(offer.newKey);
});

test('what a channel refuses waits where the statement about an offered key may have come there past this gateway', async () => {
  const { patientNo } = patient;
  const explains = (code: string) => desk.rekeyings.mayExplain(patientNo, code, 'cloud');
  const has = (key: string): void => {
    desk.patientOnLedger = { gatewayKeys: [{ key, from: '2026-01-01T00:00:00Z' }] };
  };
  has(inForce());
  expect(await explains('STATEMENT_KEY_UNKNOWN')).toBe(false);
  const offer = await desk.gatewayKeys.offer(patient);
  expect(desk.rekeyings.isUnderWay(patientNo)).toBe(false);
  has(offer.newKey);
  expect(await explains('RECORD_INVALID')).toBe(false);
  expect(await explains('STATEMENT_KEY_UNKNOWN')).toBe(true);
  // Who refused is ahead of who is asked.
  has(inForce());
  expect(await explains('STATEMENT_KEY_UNKNOWN')).toBe(true);
  // Another gateway's: it would wait for good, and nobody would hear that it is refused.
  has(toBase64url(generateEd25519().signer.publicKey));
  expect(await explains('STATEMENT_KEY_UNKNOWN')).toBe(false);
  // The channels have it already; the gateway gets the same statement.
  await desk.gatewayKeys.take(patient, appointed(offer));
  const { outbox, settled } = takingLedgers(desk, patientNo, () => 'KEY_UNCHANGED');
  outbox.start();
  await settled();
  expect(inForce()).toBe(offer.newKey);
  expect(await explains('STATEMENT_KEY_UNKNOWN')).toBe(false);
});

test('a key that this gateway has not offered, or that nobody but the patient appoints, is refused', async () => {
  const offer = await desk.gatewayKeys.offer(patient);
  const thief = generateEd25519().signer;
  const { patientId } = patient;
  const foreign = {
    ...{ use: 'gateway' as const, newKey: toBase64url(thief.publicKey) },
    newKeyProof: gatewayKeyProof({ patientId, network: 'devnet', gateway: thief, nowMs: t.nowMs }),
  };
  await expect(desk.gatewayKeys.take(patient, appointed(foreign))).rejects.toMatchObject(
    refused('another key than the one that this gateway offers'),
  );
  for (const by of [thief, patient.chain.signer])
    await expect(desk.gatewayKeys.take(patient, appointed(offer, by))).rejects.toMatchObject(
      refused('STATEMENT_KEY_UNKNOWN'),
    );
  expect(desk.stepCount).toBe(0);
});

test('a key that the chain could not come to is refused: the consent key was replaced on the ledger, and no rotation came here', async () => {
  const recovered = generateEd25519().signer;
  const from = '2026-01-01T00:00:00Z';
  desk.patientOnLedger = {
    consentKeys: [
      { key: toBase64url(consent.publicKey), from, until: from },
      { key: toBase64url(recovered.publicKey), from },
    ],
  };
  await desk.rotations.compare(patient.patientId);
  const offer = await desk.gatewayKeys.offer(patient);
  await expect(desk.gatewayKeys.take(patient, appointed(offer, recovered))).rejects.toMatchObject(
    refused('The chain here has a former consent key'),
  );
  expect(desk.stepCount).toBe(0);
});

test('killed before the chain has it, or before the key store does: the next start goes on', async () => {
  const first = await desk.gatewayKeys.offer(patient);
  await desk.gatewayKeys.take(patient, appointed(first));
  desk.settle();
  await reopen();
  await desk.rotations.resume();
  expect(inForce()).toBe(first.newKey);

  const second = await desk.gatewayKeys.offer(patient);
  const statement = appointed(second);
  await desk.gatewayKeys.take(patient, statement);
  desk.settle();
  const body = { ...patient.chain.state, gatewayKey: second.newKey, statements: [statement] };
  const { consentKey, gatewayKey, statements } = body;
  await t.core.rekey(patient.patientId, { consentKey, gatewayKey, statements }, await keys().stageGateway());
  await reopen();
  // What is sealed before anybody goes on is signed with the key of the chain.
  expect(toBase64url(patient.chain.signer.publicKey)).toBe(second.newKey);
  await desk.rotations.resume();
  expect(keys().stagedGatewayKid).toBeUndefined();
  expect(toBase64url(keys().gatewaySigner().publicKey)).toBe(second.newKey);
  expect(await t.core.chain.verify(patient.patientNo)).toMatchObject({ ok: true, blocks: 3 });
});

test('a consent key that follows comes into the chain behind it, though a channel is away meanwhile', async () => {
  const offer = await desk.gatewayKeys.offer(patient);
  const { job } = await desk.gatewayKeys.take(patient, appointed(offer));
  const next = await desk.rotations.make(patient, UNLOCK);
  await desk.settleStep(patient, { job, channel: 'cloud' });
  await desk.settleStep(patient, { job: next.job, channel: 'cloud' });
  expect(patient.chain.state.height).toBe(0);
  await desk.settleStep(patient, { job, channel: 'authorities' });
  expect(inForce()).toBe(offer.newKey);
  expect(patient.chain.state.consentKey).toBe(toBase64url(t.core.patients.consentKey(patient)));
  expect(await t.core.chain.verify(patient.patientNo)).toMatchObject({ ok: true, blocks: 3 });
});

test('under a passphrase that this gateway keeps it is appointed in one go', async () => {
  const former = inForce();
  await desk.gatewayKeys.make(patient, UNLOCK);
  desk.settle();
  await desk.rotations.advance(patient);
  expect(inForce()).not.toBe(former);
});

async function reopen(): Promise<void> {
  await t.reopen({ migrations: GATEWAY_MIGRATIONS });
  desk = ConsentDesk.on(t);
  patient = t.core.patients.get(patient.patientId);
}
