import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { RunningService } from '@careledger/supervisor';
import { call, type ApiAnswer } from '../fixtures/services/api-client.js';
import { noteBundle } from '../fixtures/services/bundles.js';
import { GatewayFixture, PASSPHRASE, type GatewayPatient } from '../fixtures/services/gateway-fixture.js';

const VISITED_AT = '2026-05-05T09:30:00Z';
const ASYNC = { prefer: 'respond-async' };
const LONG = { prefer: 'wait=20' };

let fixture: GatewayFixture;
let patient: GatewayPatient;
let hospital: RunningService;
beforeAll(async () => {
  fixture = await GatewayFixture.start();
  hospital = fixture.layers.authority();
  patient = await fixture.patient();
}, 180_000);
afterAll(() => fixture[Symbol.asyncDispose](), 60_000);

const child = (name: string) => fixture.layers.processes.child(name);
const restart = async (name: string) => {
  await child(name).kill();
  await child(name).start();
};

/** As the patient's app calls the gateway. */
const own = (request: string, body?: unknown, headers: Record<string, string> = {}) =>
  call(fixture.gateway, { role: 'ops', token: patient.token, headers }, request, body);
const practitioner = (request: string, body?: unknown, headers: Record<string, string> = {}) =>
  call(hospital, { role: 'practitioner', headers }, request, body);

type Ask = typeof own;
const jobOf = async (ask: Ask, { headers }: ApiAnswer, prefer: Record<string, string> = {}) =>
  (await ask(`GET ${String(headers.get('location'))}`, undefined, prefer)).body;

/** Asks, as long as it takes, as one waits for a job. */
async function ended(ask: Ask, answer: ApiAnswer): Promise<ApiAnswer['body']> {
  let job = await jobOf(ask, answer, LONG);
  while (job['state'] === 'running') job = await jobOf(ask, answer, LONG);
  return job;
}

test('what was accepted while the ledger stood still is a job that kill -9 does not end', async () => {
  const { patientId } = patient;
  const path = `/v1/patients/${patientId}`;
  const enrolled = await call(fixture.gateway, { role: 'ops', headers: LONG }, 'POST /v1/patients', {
    passphrase: PASSPHRASE,
  });
  expect([enrolled.status, enrolled.body['registeredOn']]).toEqual([201, ['authorities', 'cloud']]);
  const grant = { authorityId: 'aut_hospital', permissions: ['read', 'write'], purposes: ['TREAT'] };
  const granted = await own(`POST ${path}/grants`, { grant, passphrase: PASSPHRASE });
  expect(granted.status).toBe(200);
  const note = { patientId, bundle: noteBundle(patientId, 'before') };
  // Whose grants the hospital's own peer has by then.
  while ((await practitioner('POST /v1/records', note)).status !== 201);

  const devnet = child('devnet').ready.pid;
  process.kill(devnet, 'SIGSTOP');
  let revoked, visit, practised, repeated;
  const key = { ...ASYNC, 'idempotency-key': 'one' };
  const visited = { patientId, at: VISITED_AT, data: 'waiting' };
  try {
    const revoke = `POST ${path}/grants/${String(granted.body['statementId'])}/revoke`;
    [revoked, visit] = await Promise.all([
      own(revoke, { passphrase: PASSPHRASE }, key),
      practitioner('POST /v1/visits', visited, key),
    ]);
    practised = await call(hospital, { role: 'ops', headers: ASYNC }, 'POST /v1/practitioners', {
      role: 'nurse',
      identity: { identifier: 'waiting' },
    });
    expect([revoked.status, visit.status, practised.status]).toEqual([202, 202, 202]);
    expect(revoked.body).toMatchObject({ kind: 'decision', state: 'running', stage: 'cloud', total: 3 });
    expect(revoked.headers.get('preference-applied')).toBe('respond-async');
    await restart('gateway');
    await restart('hospital');
    for (const [ask, answer] of [
      [own, revoked],
      [practitioner, visit],
    ] as const)
      expect(await jobOf(ask, answer)).toMatchObject({ jobId: answer.body['jobId'], state: 'running' });
    repeated = await own(revoke, { passphrase: PASSPHRASE }, key);
    expect(repeated.body['jobId']).toBe(revoked.body['jobId']);
    expect((await practitioner('POST /v1/visits', visited, key)).body['jobId']).toBe(visit.body['jobId']);
    // Somebody else's job is nobody's business.
    expect(
      (await call(fixture.gateway, 'ops', `GET ${String(revoked.headers.get('location'))}`)).status,
    ).toBe(404);
  } finally {
    process.kill(devnet, 'SIGCONT');
  }
  expect(await ended(own, revoked)).toMatchObject({
    ...{ state: 'succeeded', done: 3, total: 3, problem: null },
    result: { status: 'done', channels: [{ channel: 'cloud' }, { channel: 'authorities' }] },
  });
  expect(await ended(practitioner, visit)).toMatchObject({
    ...{ state: 'succeeded', stage: 'related', done: 2, total: 2 },
    result: { stage: 'related' },
  });
  const { body } = await own('GET /v1/jobs');
  expect(body).toMatchObject({ jobs: [{ jobId: revoked.body['jobId'], state: 'succeeded' }], next: null });
}, 180_000);

test('verifying a chain and emptying the outbox go on as jobs of the gateway’s own, also through kill -9', async () => {
  const { patientId } = patient;
  await using device = await fixture.device(patient);
  await device.send([{ t: new Date().toISOString(), code: '2339-0', value: 101, unit: 'mg/dL' }]);
  const flushed = await own(`POST /v1/patients/${patientId}/flush`, undefined, ASYNC);
  const all = await call(fixture.gateway, { role: 'ops', headers: ASYNC }, 'POST /v1/flush');
  const verified = await own(`POST /v1/patients/${patientId}/chain/verify`, undefined, ASYNC);
  await restart('gateway');
  const shown = [flushed, verified].filter(({ status }) => status === 202);
  expect(flushed.status).toBe(202);
  for (const answer of shown) expect(await ended(own, answer)).toMatchObject({ state: 'succeeded' });
  const ops: Ask = (request, body, headers = {}) =>
    call(fixture.gateway, { role: 'ops', headers }, request, body);
  if (all.status === 202) expect(await ended(ops, all)).toMatchObject({ result: { isDrained: true } });
  expect(await jobOf(own, flushed)).toMatchObject({
    ...{ kind: 'flush', done: 1, total: 1 },
    result: { isDrained: true, open: 0 },
  });
  const again = await own(`POST /v1/patients/${patientId}/chain/verify`);
  expect([again.status, again.body]).toMatchObject([200, { report: { ok: true, frames: 1 } }]);
}, 180_000);
