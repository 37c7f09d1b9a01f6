import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { deviceToken, pairDevice } from '@careledger/examples/device';
import type { RunningService } from '@careledger/supervisor';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { call } from '../fixtures/services/api-client.js';
import { labBundle, noteBundle } from '../fixtures/services/bundles.js';
import { GATEWAY_ID, GatewayFixture, PASSPHRASE, glucose } from '../fixtures/services/gateway-fixture.js';
import { EVERY_ROUTE, SERVICES, type ServiceName } from '../fixtures/services/routes.js';

const TIMEOUT_MS = 240_000;
const LEVEL_VARIABLE = 'CARELEDGER_LOG_LEVEL';
const HOUR_MS = 3_600_000;
/** LOINC: glucose in blood. */
const GLUCOSE = '2339-0';
/** Readings and words that stand nowhere by chance. */
const USUAL = 131.713;
const VERY_LOW = 41.719;
const LAB_VALUE = 6.7193;
const NOTE = 'wakes at night, says Zacharias';
const WRONG_PASSPHRASE = 'not the passphrase of anybody 7193';
const WRONG_TOKEN = 'a-token-that-nobody-has-7193';

let fixture: GatewayFixture;
/** What must stand in no line, by what it is. */
const secrets = new Map<string, string>();
beforeAll(async () => {
  process.env[LEVEL_VARIABLE] = 'trace';
  fixture = await GatewayFixture.start();
}, TIMEOUT_MS);
afterAll(async () => {
  Reflect.deleteProperty(process.env, LEVEL_VARIABLE);
  await fixture[Symbol.asyncDispose]();
}, TIMEOUT_MS);

const serviceOf = (name: ServiceName): RunningService =>
  name === 'gateway'
    ? fixture.gateway
    : name === 'hospital'
      ? fixture.layers.authority()
      : fixture.layers.provider(name);

/** A day in the life of a patient: readings, an emergency, a grant, records of both sides, a visit. */
async function liveThrough(): Promise<string> {
  const hospital = fixture.layers.authority();
  const patient = await fixture.patient();
  const { patientId } = patient;
  secrets.set('token of the patient', patient.token);
  const { pairingCode } = await fixture.own(patient, 'POST', '/pairing-codes');
  secrets.set('pairing code', String(pairingCode));
  const pairing = {
    gatewayUrl: fixture.gateway.url,
    gatewayId: GATEWAY_ID,
    pairingCode: String(pairingCode),
  };
  const paired = await pairDevice({ ...pairing, type: 'continuous-glucose-monitor', codes: [GLUCOSE] });
  secrets.set('token of a device', deviceToken(paired));
  const grant = {
    ...{ authorityId: 'aut_hospital', permissions: ['read', 'write', 'modify'], purposes: ['TREAT'] },
    scope: [],
  };
  await fixture.own(patient, 'POST', '/grants', { grant, passphrase: PASSPHRASE });
  await fixture.own(patient, 'POST', '/flush');
  const asked = await call(hospital, 'practitioner', 'POST /v1/subscriptions', {
    ...{ patientId, permissions: ['read'], purposes: ['TREAT'] },
  });
  await fixture.own(patient, 'POST', `/subscriptions/${String(asked.body['subscriptionId'])}/approve`, {
    passphrase: PASSPHRASE,
  });
  await using device = await fixture.device(patient);
  await device.send([glucose(Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 2 * HOUR_MS, USUAL)]);
  await device.send([glucose(Date.now(), VERY_LOW)]);
  // Not plausible, and of another unit.
  await device.send([{ ...glucose(Date.now(), USUAL), unit: 'mmol/L' }]);
  await fixture.own(patient, 'POST', '/flush');
  for (const bundle of [noteBundle(patientId, NOTE), labBundle(patientId, LAB_VALUE)])
    await call(hospital, 'practitioner', 'POST /v1/records', { patientId, bundle });
  await call(hospital, 'practitioner', 'POST /v1/visits', {
    ...{ patientId, at: new Date(Date.now() - 60_000).toISOString(), data: { reason: NOTE } },
  });
  const { records } = await fixture.own(patient, 'GET', '/records');
  for (const { recordId } of records as { recordId: string }[]) {
    await fixture.own(patient, 'GET', `/records/${recordId}`);
    await call(hospital, 'practitioner', `GET /v1/records/${recordId}?patientId=${patientId}`);
  }
  await fixture.own(patient, 'GET', '/readings?from=2020-01-01T00:00:00Z');
  // Unlocked with another one's passphrase, and a bundle that is none.
  await fixture.call(
    'POST',
    `/v1/patients/${patientId}/grants`,
    { grant, passphrase: WRONG_PASSPHRASE },
    patient.token,
  );
  await call(hospital, 'practitioner', 'POST /v1/records', {
    ...{ patientId, bundle: { resourceType: 'Bundle', type: NOTE, value: LAB_VALUE } },
  });
  return patientId;
}

/** Every route with a body that holds what it must not tell on, as JSON and as what is none. */
async function misuse(patientId: string): Promise<void> {
  const told = {
    ...{ passphrase: PASSPHRASE, pairingCode: secrets.get('pairing code'), note: NOTE },
    ...{ value: VERY_LOW, code: GLUCOSE, bundle: noteBundle(patientId, NOTE) },
  };
  for (const { service, method, path } of EVERY_ROUTE) {
    const { url, tokens } = serviceOf(service);
    const at = path.replace('{patientId}', patientId).replaceAll(/\{[a-zA-Z]+\}/g, 'x');
    if (at.startsWith('/v1/notices')) continue;
    const bodies =
      method === 'GET' ? [undefined] : [JSON.stringify(told), `${JSON.stringify(told)} and more`];
    for (const token of [tokens.ops, tokens.practitioner, WRONG_TOKEN])
      for (const body of bodies) {
        const answer = await fetch(new URL(at, url), {
          method,
          headers: {
            authorization: `Bearer ${token}`,
            ...(body !== undefined && { 'content-type': 'application/json' }),
          },
          ...(body !== undefined && { body }),
        });
        await answer.body?.cancel();
      }
  }
}

test(
  'no service writes readings, plaintext, keys, tokens, passphrases or pairing codes into its log, at its most talkative',
  async () => {
    for (const name of SERVICES) {
      const { system, ...tokens } = serviceOf(name).tokens;
      for (const [role, token] of Object.entries(tokens)) secrets.set(`token of ${role} at ${name}`, token);
      for (const [mspId, token] of Object.entries(system)) secrets.set(`token of ${mspId} at ${name}`, token);
    }
    await misuse(await liveThrough());
    secrets
      .set('passphrase', PASSPHRASE)
      .set('wrong passphrase', WRONG_PASSPHRASE)
      .set('wrong token', WRONG_TOKEN);
    secrets.set('usual reading', String(USUAL)).set('emergency', String(VERY_LOW));
    secrets.set('laboratory result', String(LAB_VALUE)).set('note', NOTE).set('LOINC code', GLUCOSE);
    const { layers, plan } = fixture;
    secrets.set('passphrase of the key store', String(plan.config['keyPassphrase']));

    const folder = join(layers.dir, 'logs');
    for (const name of SERVICES)
      expect([name, readFileSync(join(folder, `${name}.log`), 'utf8').includes('"level":20')]).toEqual([
        name,
        true,
      ]);
    const found: string[] = [];
    for (const file of readdirSync(folder)) {
      const lines = readFileSync(join(folder, file), 'utf8').split('\n');
      for (const [what, secret] of secrets)
        found.push(
          ...lines.filter((line) => line.includes(secret)).map((line) => `${what} in ${file}: ${line}`),
        );
    }
    expect(found).toEqual([]);
  },
  TIMEOUT_MS,
);

test('what would be found is found', () => {
  const line = JSON.stringify({ level: 20, body: { value: VERY_LOW, passphrase: PASSPHRASE } });
  expect([...secrets].filter(([, secret]) => line.includes(secret)).map(([what]) => what)).toEqual([
    'passphrase',
    'emergency',
  ]);
});
