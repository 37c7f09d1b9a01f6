import { newSigner, publicKeyOf } from '@careledger/chaincode-runtime/testing';
import { RECOVERY_WAIT_S, accessControl } from '@careledger/contracts';
import { CHANNELS } from '@careledger/domain';
import { AUTHORITY_ROUTES } from '@careledger/protocol';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { dated } from '../consent/play/dated.js';
import { call } from '../fixtures/services/api-client.js';
import { LayersFixture } from '../fixtures/services/layers-fixture.js';

const WAIT_MS = RECOVERY_WAIT_S * 1_000;

let fixture: LayersFixture;
beforeAll(async () => {
  fixture = await LayersFixture.start({ authorities: ['hospital', 'insurer'], timeWindowMs: WAIT_MS });
}, 120_000);
afterAll(() => fixture?.[Symbol.asyncDispose]());

/** A patient, the new key of one, and what the patient's signer hands over for it. */
async function newcomer(reason: 'lost' | 'untrusted') {
  const [home, next] = [await fixture.home(), newSigner()];
  const { patientId, patient } = home;
  const newKey = publicKeyOf(next);
  const offer = { patientId, reason, newKey, newKeyProof: patient.proofOf(next) };
  return { home, next, newKey, offer };
}
const vouch = (name: 'hospital' | 'insurer', body: object) =>
  call(fixture.authority(name), 'ops', 'POST /v1/recoveries', body);
const relay = (statement: string) =>
  call(fixture.authority('insurer'), 'system', `POST ${AUTHORITY_ROUTES.revocations}`, { statement });
const listed = async (patientId: string) =>
  (await call(fixture.authority('insurer'), 'ops', `GET /v1/recoveries?patientId=${patientId}`)).body;
const TX = expect.stringMatching(/^[0-9a-f]{64}$/);

test('a registrar and an identity checker vouch by their services, and the new key takes over after 24 h', async () => {
  const { home, next, newKey, offer } = await newcomer('untrusted');
  const opened = await vouch('hospital', offer);
  expect([opened.status, opened.body]).toEqual([
    201,
    { recoveryId: expect.any(String), cloud: TX, authorities: TX },
  ]);
  const recoveryId = String(opened.body['recoveryId']);
  // The registrar is not the other one too.
  expect((await vouch('hospital', { ...offer, confirms: recoveryId })).body).toMatchObject({
    ...{ code: 'LEDGER_REFUSED', reason: 'RECOVERY_MISMATCH' },
  });
  expect((await vouch('insurer', { ...offer, confirms: recoveryId })).body).toMatchObject({ recoveryId });
  const row = { recoveryId, newKey, openedBy: 'aut_hospital', confirmedBy: 'aut_insurer' };
  expect(await listed(home.patientId)).toMatchObject({ authorities: [row], cloud: [row] });

  const statement = home.patient.sign('takeOver', { recoveryId, newKey }, next);
  expect((await relay(statement)).body).toMatchObject({
    ...{ code: 'LEDGER_REFUSED', reason: 'RECOVERY_NOT_DUE' },
  });
  // A day later, by the clock of the client that carries it.
  for (const channel of CHANNELS)
    await dated(WAIT_MS, () => home.ledger.channel(channel).submit(accessControl, 'TakeOver', { statement }));
  expect(await relay(statement)).toMatchObject({ status: 201, body: { already: true } });
  expect(await listed(home.patientId)).toMatchObject({
    authorities: [{ recoveryId, tookOverAt: expect.any(String) }],
    cloud: [{ recoveryId, tookOverAt: expect.any(String) }],
  });
  const byFormer = home.patient.revokeAll();
  expect((await relay(byFormer)).body).toMatchObject({ code: 'STATEMENT_KEY_UNKNOWN' });
}, 60_000);

test('a key that was said to be lost ends the recovery through any authority', async () => {
  const { home, offer } = await newcomer('lost');
  const { recoveryId } = (await vouch('hospital', offer)).body;
  const { patient, patientId } = home;
  const objection = patient.sign('objectToRecovery', { recoveryId: String(recoveryId) }, patient.consent);
  expect((await relay(objection)).body).toEqual({ cloud: TX, authorities: TX });
  const row = { recoveryId, objectedAt: expect.any(String) };
  expect(await listed(patientId)).toMatchObject({ authorities: [row], cloud: [row] });
  expect((await vouch('insurer', { ...offer, confirms: recoveryId })).body).toMatchObject({
    ...{ code: 'LEDGER_REFUSED', reason: 'RECOVERY_OVER' },
  });
}, 60_000);
