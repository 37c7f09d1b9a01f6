import { hash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { IdempotentRequest, ServiceApp } from '@careledger/service-kit';
import { ConsentDesk } from '../../testing/consent-desk.js';
import { GATEWAY_ID, PASSPHRASE } from '../../testing/open-core.js';
import { SimulatedDevice } from '../../testing/simulated-device.js';
import { TOKENS, newTestApp } from '../../testing/test-app.js';
import { PatientTokens } from '../patients/patient-tokens.js';
import { devicesPlugin } from './devices/plugin.js';
import type { DeviceServiceOptions } from './devices/service.js';
import { patientsPlugin, type PatientsOptions } from './patients/plugin.js';

let desk: ConsentDesk;
let app: ServiceApp;
/** Throws where the process would be killed: after the effect, before the answer. */
let killed = false;

beforeEach(async () => {
  killed = false;
  desk = await ConsentDesk.open();
  const { core } = desk.t;
  const { patientId } = await desk.t.patient();
  app = await newTestApp(patientId, desk.requests);
  const consent = {
    register: async () => {
      if (killed) throw new Error('killed');
    },
  };
  const parts = {
    ...{ core, consent, requests: desk.requests, registrations: { has: () => true } },
    ...{ gatewayId: GATEWAY_ID, allowances: { overOf: () => undefined } },
    jobs: { watch: () => undefined },
    tokens: new PatientTokens(core.store.database, core.patients),
    get mqttUrl() {
      if (killed) throw new Error('killed');
      return 'mqtt://gateway';
    },
  } as unknown as PatientsOptions & DeviceServiceOptions;
  await app.register(patientsPlugin, parts);
  await app.register(devicesPlugin, parts);
});
afterEach(async () => {
  await app.close();
  await desk[Symbol.asyncDispose]();
});

const post = async (url: string, body: object, token: string | undefined, key = 'k') => {
  const answer = await app.inject({
    ...{ method: 'POST', url, payload: body },
    headers: { 'idempotency-key': key, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
  });
  return { status: answer.statusCode, body: answer.json<Record<string, unknown>>(), headers: answer.headers };
};

describe('what is killed between its effect and its answer is done once', () => {
  test('an enrolment makes one patient, and its token is told', async () => {
    const { patients } = desk.t.core;
    const before = patients.list().length;
    const enrol = () => post('/v1/patients', { passphrase: PASSPHRASE }, TOKENS.ops);
    killed = true;
    expect((await enrol()).status).toBe(500);
    killed = false;
    const answer = await enrol();
    expect([answer.status, patients.list().length]).toEqual([201, before + 1]);
    const again = await enrol();
    expect([again.body, again.headers['idempotent-replayed']]).toEqual([answer.body, 'true']);
    const tokens = new PatientTokens(desk.t.core.store.database, patients);
    expect(tokens.find(hash('sha256', String(answer.body['token'])))?.role).toBe('patient');
  });

  test('a device that missed its registration gets it again with the code that it used up', async () => {
    const { core, nowMs } = desk.t;
    const [patient] = core.patients.list();
    const device = new SimulatedDevice();
    const { code } = core.devices.issuePairingCode({ patientNo: patient?.patientNo ?? 0 });
    const registration = device.registration(code, GATEWAY_ID, nowMs);
    killed = true;
    expect((await post('/v1/devices', registration, undefined)).status).toBe(500);
    killed = false;
    const answer = await post('/v1/devices', registration, undefined);
    expect([answer.status, answer.body['deviceId']]).toEqual([201, device.deviceId]);
    expect(answer.body['epoch']).toBe(core.devices.get(device.deviceId).chain.state.epoch);
    expect((await post('/v1/devices', registration, undefined)).body).toEqual(answer.body);
    const other = await post('/v1/devices', registration, undefined, 'another key');
    expect([other.status, other.body['code']]).toEqual([403, 'PAIRING_CODE_INVALID']);
  });

  test('a grant by passphrase is one grant', async () => {
    const { consent, grants, t } = desk;
    const patient = await t.patient();
    const request: IdempotentRequest = {
      ...{ tokenSha256: 'a'.repeat(64), route: 'POST /v1/grants', key: 'k', requestSha256: 'f' },
    };
    const terms = { authorityId: 'aut_hospital', permissions: ['read'], purposes: ['TREAT'] } as const;
    const grant = (under?: IdempotentRequest) =>
      consent.grant(patient, terms, { passphrase: PASSPHRASE, caller: 'test' }, under);
    const first = await grant(request);
    expect(await grant(request)).toBe(first);
    expect(consent.grantedBefore(request)).toBe(first);
    expect(grants.page(patient.patientNo, { what: 'grants' }, undefined, 10)).toHaveLength(1);
    expect(await grant({ ...request, key: 'another' })).not.toBe(first);
    expect(grants.page(patient.patientNo, { what: 'grants' }, undefined, 10)).toHaveLength(2);
  });

  test('a rotation by passphrase is one rotation', async () => {
    const { rotations, steps, t } = desk;
    const patient = await t.patient();
    const request: IdempotentRequest = {
      ...{ tokenSha256: 'a'.repeat(64), route: 'POST /v1/keys/rotate', key: 'k', requestSha256: 'f' },
    };
    const rotate = () => rotations.make(patient, { passphrase: PASSPHRASE, caller: 'test' }, request);
    const first = await rotate();
    const key = t.core.patients.consentKey(patient);
    expect(await rotate()).toEqual(first);
    expect(t.core.patients.consentKey(patient)).toEqual(key);
    expect(steps.jobsOf(patient.patientNo, 'rotate')).toHaveLength(1);
  });
});

test('a pairing code is told again to whoever asked for it, and to nobody else', async () => {
  const [patient] = desk.t.core.patients.list();
  const url = `/v1/patients/${patient?.patientId}/pairing-codes`;
  const [first, again] = [await post(url, {}, TOKENS.patient), await post(url, {}, TOKENS.patient)];
  expect([first.status, again.body]).toEqual([201, first.body]);
  expect((await post(url, {}, TOKENS.ops)).body['pairingCode']).not.toBe(first.body['pairingCode']);
});
