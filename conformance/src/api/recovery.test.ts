import { newSigner, publicKeyOf } from '@careledger/chaincode-runtime/testing';
import { RECOVERY_WAIT_S, accessControl } from '@careledger/contracts';
import { CHANNELS } from '@careledger/domain';
import { AUTHORITY_ROUTES } from '@careledger/protocol';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { dated } from '../consent/play/dated.js';
import { call } from '../fixtures/services/api-client.js';
import { until } from '../fixtures/services/until.js';
import { GatewayFixture, glucose, type GatewayPatient } from '../fixtures/services/gateway-fixture.js';
import { ConsentCommand } from '../fixtures/signer/consent-command.js';
import { ONCE, repeat } from '../routes/repeated.js';

const WAIT_MS = RECOVERY_WAIT_S * 1_000;

let fixture: GatewayFixture;
beforeAll(async () => {
  fixture = await GatewayFixture.start({
    ...{ authorities: ['hospital', 'insurer'], timeWindowMs: WAIT_MS },
    gateway: { consentKeys: 'patient' },
  });
}, 120_000);
afterAll(() => fixture?.[Symbol.asyncDispose]());

/** A patient, the new key of one, and what the patient's signer hands over for it. */
async function newcomer(reason: 'lost' | 'untrusted') {
  const [home, next] = [await fixture.layers.home(), newSigner()];
  const { patientId, patient } = home;
  const newKey = publicKeyOf(next);
  const offer = { patientId, reason, newKey, newKeyProof: patient.proofOf(next) };
  return { home, next, newKey, offer };
}
const vouch = (name: 'hospital' | 'insurer', body: object) =>
  call(fixture.layers.authority(name), 'ops', 'POST /v1/recoveries', body);
const relay = (statement: string) =>
  call(fixture.layers.authority('insurer'), 'system', `POST ${AUTHORITY_ROUTES.revocations}`, { statement });
const listed = async (patientId: string) =>
  (await call(fixture.layers.authority('insurer'), 'ops', `GET /v1/recoveries?patientId=${patientId}`)).body;
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
  await takeOverDated(statement);
  expect(await relay(statement)).toMatchObject({ status: 201, body: { already: true } });
  expect(await listed(home.patientId)).toMatchObject({
    authorities: [{ recoveryId, tookOverAt: expect.any(String) }],
    cloud: [{ recoveryId, tookOverAt: expect.any(String) }],
  });
  const byFormer = home.patient.revokeAll();
  expect((await relay(byFormer)).body).toMatchObject({ code: 'STATEMENT_KEY_UNKNOWN' });
}, 60_000);

/** A day later, by the clock of the client that carries it. */
const takeOverDated = async (statement: string): Promise<void> => {
  const { patientsLedger } = fixture.layers;
  for (const channel of CHANNELS)
    await dated(WAIT_MS, () =>
      patientsLedger.channel(channel).submit(accessControl, 'TakeOver', { statement }),
    );
};

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

/** A patient of the gateway, whose key nobody but the patient has. */
async function enrolled(consent: ConsentCommand): Promise<GatewayPatient> {
  const { url, tokens } = fixture.gateway;
  const patientId = await consent.enrol(fixture.layers.network.networkId, {
    url,
    opsToken: String(tokens.ops),
  });
  const { token } = await fixture.ok('POST', `/v1/patients/${patientId}/tokens`);
  await consent.reach(url, String(token));
  return { patientId, token: String(token) };
}
/** What the patient is told with the alarms: stages by channel. */
const told = async (patient: GatewayPatient): Promise<unknown[]> =>
  ((await fixture.own(patient, 'GET', '/alarms'))['recoveries'] as { stage: string }[]).map(
    ({ stage }) => stage,
  );
const refusalOf = (printed: Promise<string>): Promise<string> =>
  printed.then(
    (out) => `not refused: ${out}`,
    (error: { stderr: string }) => error.stderr,
  );
const both = (stage: string) => (stages: unknown[]) =>
  stages.length === 2 && stages.every((each) => each === stage);

test('who has lost key, file and backup hears of the recovery at the gateway, takes over, gets the scope key back and decides', async () => {
  await using lost = await ConsentCommand.open();
  const patient = await enrolled(lost);
  const { patientId, token } = patient;
  await using device = await fixture.device(patient);
  await device.send([glucose(Date.now() - 7_200_000, 110), glucose(Date.now() - 60_000, 120)]);

  await using consent = await ConsentCommand.open();
  const network = ['--network', fixture.layers.network.networkId];
  const offer = await consent.answer('recover', 'offer', '--patient', patientId, ...network);
  await consent.reach(fixture.gateway.url, token);
  const { recoveryId } = (await vouch('hospital', { ...offer, reason: 'lost' })).body;
  const id = String(recoveryId);
  await until(() => told(patient), both('open'));
  await vouch('insurer', { ...offer, reason: 'lost', confirms: id });
  await until(() => told(patient), both('confirmed'));
  const shown = await fixture.own(patient, 'GET', '/recoveries');
  const row = {
    recoveryId,
    stage: 'confirmed',
    confirmedBy: 'aut_insurer',
    takesEffectAt: expect.any(String),
  };
  expect(shown).toMatchObject({ authorities: [row], cloud: [row] });
  const [{ takesEffectAt } = {}] = shown['authorities'] as { takesEffectAt?: string }[];
  expect(await consent.answer('recover', 'show')).toMatchObject({ authorities: [{ takesEffectAt }] });
  expect(await refusalOf(consent.print('recover', 'take-over', id))).toContain(String(takesEffectAt));

  const statement = await consent.print('recover', 'take-over', id, '--print');
  await takeOverDated(statement);
  await until(() => told(patient), both('tookOver'));
  const route = 'POST /v1/patients/{patientId}/recoveries/{recoveryId}/take-over';
  const path = `/v1/patients/${patientId}/recoveries/${id}/take-over`;
  const request = {
    service: fixture.gateway,
    token,
    path,
    body: { statement },
    otherBody: { statement: 'a.b.c' },
  };
  expect(await repeat(route, request)).toEqual(ONCE);
  const rekeys = async () => {
    const { blocks } = await fixture.own(patient, 'GET', '/chain/blocks');
    return (blocks as { block: { type: string; body: { consentKey: string; gatewayKey: string } } }[])
      .filter(({ block }) => block.type === 'rekey')
      .map(({ block }) => block.body);
  };
  await until(rekeys, (found) => found.at(-1)?.consentKey === offer['newKey']);

  const grant = () => consent.print('grant', 'aut_hospital', '--scope', 'laboratory');
  const hospital = fixture.layers.authority('hospital');
  await consent.print('trust', 'aut_hospital', '--from', hospital.url);
  expect(await refusalOf(grant())).toContain('SCOPE_KEY_LOST');
  expect(await refusalOf(lost.print('revoke-all'))).toContain('STATEMENT_KEY_UNKNOWN');
  // Whoever has the patient's token, and not the key, gets nothing that opens.
  expect(await fixture.own(patient, 'GET', '/keys/scope-key')).toMatchObject({ consentKey: offer['newKey'] });
  expect(await consent.answer('recover', 'finish')).toEqual({ status: 'done' });

  expect(JSON.parse(await grant())).toMatchObject({ status: 'done' });
  await fixture.own(patient, 'POST', '/flush');
  const { records } = await fixture.own(patient, 'GET', '/records');
  const read = async (recordId = (records as { recordId: string }[]).at(-1)?.recordId) =>
    (await call(hospital, 'practitioner', `GET /v1/records/${recordId}?patientId=${patientId}`)).status;
  await until(read, (status) => status === 200);

  expect(await consent.answer('rotate-gateway')).toMatchObject({ status: 'done' });
  const [before] = await rekeys();
  await until(rekeys, (found) => found.at(-1)?.gatewayKey !== before?.gatewayKey);
  await device.send([glucose(Date.now() - 30_000, 131)]);
  expect(await fixture.own(patient, 'POST', '/flush')).toMatchObject({ isDrained: true });
  expect(await fixture.own(patient, 'GET', '/chain/verify')).toMatchObject({ report: { ok: true } });
}, 120_000);

test('a patient who has the key after all ends the recovery at the gateway', async () => {
  await using consent = await ConsentCommand.open();
  const patient = await enrolled(consent);
  await using thief = await ConsentCommand.open();
  const network = ['--network', fixture.layers.network.networkId];
  const offer = await thief.answer('recover', 'offer', '--patient', patient.patientId, ...network);
  const { recoveryId } = (await vouch('hospital', { ...offer, reason: 'lost' })).body;
  await until(() => told(patient), both('open'));
  const objected = await consent.answer('recover', 'object', String(recoveryId));
  expect(objected).toMatchObject({ status: 'done' });
  await until(() => told(patient), both('objected'));
  expect((await vouch('insurer', { ...offer, reason: 'lost', confirms: recoveryId })).body).toMatchObject({
    ...{ code: 'LEDGER_REFUSED', reason: 'RECOVERY_OVER' },
  });
}, 60_000);
