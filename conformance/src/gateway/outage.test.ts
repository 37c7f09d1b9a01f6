import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DeviceSession } from '@careledger/examples/device';
import { records } from '@careledger/contracts';
import { allRows } from '@careledger/ledger';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { call } from '../fixtures/services/api-client.js';
import { NoticeClient } from '../fixtures/services/notices.js';
import {
  GatewayFixture,
  PASSPHRASE,
  glucose,
  type GatewayPatient,
} from '../fixtures/services/gateway-fixture.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const START_MS = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 30 * HOUR_MS;

let fixture: GatewayFixture;
beforeAll(async () => {
  fixture = await GatewayFixture.start();
}, 120_000);
afterAll(() => fixture[Symbol.asyncDispose](), 60_000);

const child = (name: string) => fixture.layers.processes.child(name);

/** One reading every five minutes; in hour `lowIn`, the seventh is an emergency. */
async function replay(device: DeviceSession, hours: number, lowIn = -1): Promise<number> {
  const answers = [];
  for (let n = 0; n < hours * 12; n++) {
    const value = Math.floor(n / 12) === lowIn && n % 12 === 6 ? 50 : 105;
    answers.push((await device.enqueue([glucose(START_MS + n * 5 * MINUTE_MS, value)])).answer);
  }
  const results = await Promise.all(answers);
  return results.filter(({ status }) => status === 'stored' || status === 'duplicate').length;
}

interface View {
  readonly recordId: string;
  readonly version: number;
  readonly kind: string;
  readonly stage: string;
  readonly providerId: string;
  readonly period: { readonly start: string };
}

const recordsOf = async (patient: GatewayPatient): Promise<View[]> =>
  (await fixture.own(patient, 'GET', '/records?limit=500'))['records'] as View[];

async function drained(patient: GatewayPatient): Promise<void> {
  for (let tries = 0; tries < 6; tries++) {
    const { isDrained } = await fixture.own(patient, 'POST', '/flush?timeoutMs=15000');
    if (isDrained === true) return;
  }
  throw new Error(`The outbox did not drain: ${JSON.stringify(await fixture.ok('GET', '/v1/outbox'))}`);
}

/** Everything announced on the ledger about a patient, in the order of the announcements. */
function announcedOnLedger({ patientId }: GatewayPatient) {
  const channel = fixture.layers.patientsLedger.channel('authorities');
  return allRows((page) => channel.evaluate(records, 'ListAnnouncements', { patientId, ...page }));
}

test('a gateway killed again and again loses no acknowledged frame and doubles no record', async () => {
  const patient = await fixture.patient();
  await using device = await fixture.device(patient);
  const sending = replay(device, 24, 10);
  for (let kills = 0; kills < 3; kills++) {
    await new Promise((resolve) => setTimeout(resolve, 400));
    await child('gateway').kill();
    await child('gateway').start();
  }
  expect(await sending).toBe(24 * 12);
  await drained(patient);
  const made = await recordsOf(patient);
  expect(made.every(({ stage }) => stage === 'announced')).toBe(true);
  const firsts = made.filter(({ version }) => version === 1);
  expect(firsts.filter(({ kind }) => kind === 'periodic')).toHaveLength(24);
  expect(firsts.filter(({ kind }) => kind === 'emergency')).toHaveLength(1);
  const onLedger = await announcedOnLedger(patient);
  const nameOf = ({ recordId, version }: { recordId: string; version: number }) => `${recordId} ${version}`;
  expect(onLedger.map(nameOf).sort()).toEqual(made.map(nameOf).sort());
  expect(await fixture.own(patient, 'GET', '/chain/verify')).toMatchObject({
    report: { ok: true, frames: 24 * 12, gaps: 0, missing: 0 },
  });
}, 120_000);

test('while a provider is away another one stores; when all are, ingest goes on and all of it drains', async () => {
  const patient = await fixture.patient();
  await using device = await fixture.device(patient);
  await child('cloud-a').stop();
  expect(await replay(device, 2)).toBe(24);
  await drained(patient);
  expect(new Set((await recordsOf(patient)).map(({ providerId }) => providerId))).toEqual(
    new Set(['prv_cloud-b']),
  );
  await child('cloud-b').stop();
  await device.send([glucose(START_MS + 3 * HOUR_MS, 120)]);
  const waiting = await fixture.own(patient, 'POST', '/flush?timeoutMs=500');
  expect(waiting).toMatchObject({ isDrained: false, open: 1 });
  const readyz = await fetch(new URL('/readyz', fixture.gateway.url));
  expect([readyz.status, await readyz.json()]).toEqual([
    200,
    expect.objectContaining({ checks: expect.objectContaining({ providers: 'degraded' }) }),
  ]);
  await child('cloud-a').start();
  await child('cloud-b').start();
  await drained(patient);
  expect((await recordsOf(patient)).filter(({ stage }) => stage !== 'announced')).toEqual([]);
}, 120_000);

test('with the ledger away ingest goes on; afterwards emergencies are announced before the backlog', async () => {
  const patient = await fixture.patient();
  await using device = await fixture.device(patient);
  const hospital = fixture.layers.authority();
  await drained(patient);
  const asked = await call(hospital, 'practitioner', 'POST /v1/subscriptions', {
    patientId: patient.patientId,
    permissions: ['read'],
    purposes: ['TREAT'],
  });
  await fixture.own(patient, 'POST', `/subscriptions/${String(asked.body['subscriptionId'])}/approve`, {
    passphrase: PASSPHRASE,
  });
  await using notices = await NoticeClient.connect(hospital);
  await child('devnet').kill();
  const grant = { authorityId: 'aut_pharmacy', permissions: ['read'], purposes: ['TREAT'] };
  const grants = `/v1/patients/${patient.patientId}/grants`;
  const away = await fixture.call('POST', grants, { grant, passphrase: PASSPHRASE }, patient.token);
  expect([away.status, away.body['code']]).toEqual([503, 'LEDGER_UNAVAILABLE']);
  // The low one comes last, behind a backlog of a day.
  expect(await replay(device, 25, 24)).toBe(25 * 12);
  const straight = await notices.next(
    ({ type, data }) => type === 'emergency' && data['patientId'] === patient.patientId,
  );
  expect(straight.data['recordId']).toMatch(/^rec_/);
  await child('devnet').start();
  await drained(patient);
  const views = await recordsOf(patient);
  expect(views.filter(({ version }) => version === 1)).toHaveLength(26);
  const onLedger = await announcedOnLedger(patient);
  const at = (kind: string) =>
    onLedger
      .filter((row) => row.kind === kind && row.version === 1)
      .map(({ announcedAt }) => announcedAt)
      .sort();
  const [emergency = ''] = at('emergency');
  const periodic = at('periodic');
  expect(periodic).toHaveLength(25);
  // Storing and announcing are two stages, and each may have had transactions of the backlog on their way when the
  // ledger came back: a few windows can be first. In the order of time nearly all of the 25 would be.
  const overtaken = periodic.filter((announcedAt) => announcedAt > emergency);
  expect(overtaken.length).toBeGreaterThan((periodic.length * 4) / 5);
  const inOrder = onLedger
    .filter(({ kind }) => kind === 'periodic')
    .sort((a, b) => (a.announcedAt < b.announcedAt ? -1 : 1))
    .map(({ period }) => period.start);
  expect(inOrder).toEqual([...inOrder].sort());
}, 150_000);

/** A gateway put back to a backup that has the first of two readings. Returns the head of the chain that it has lost. */
async function putBack(patient: GatewayPatient, name: string): Promise<{ readonly height: number }> {
  const backup = join(fixture.layers.dir, name);
  const store = join(fixture.layers.dir, 'gateway');
  {
    await using device = await fixture.device(patient);
    await device.send([glucose(START_MS, 100)]);
    await drained(patient);
    await child('gateway').stop();
    cpSync(store, backup, { recursive: true });
    await child('gateway').start();
    await device.send([glucose(START_MS + 5 * MINUTE_MS, 105)]);
    await drained(patient);
  }
  const { head } = (await fixture.own(patient, 'GET', '/chain')) as { head: { height: number } };
  await child('gateway').stop();
  rmSync(store, { recursive: true });
  cpSync(backup, store, { recursive: true });
  await child('gateway').start();
  return head;
}

test('a gateway put back to a backup older than the ledger anchors no second history', async () => {
  const patient = await fixture.patient();
  const lost = await putBack(patient, 'gateway-of-yesterday');
  await using later = await fixture.device(patient);
  await later.send([glucose(START_MS + HOUR_MS, 110)]);
  await fixture.own(patient, 'POST', '/flush?timeoutMs=3000');
  expect(await fixture.own(patient, 'GET', '/chain')).toMatchObject({ fault: 'CHAIN_BEHIND_LEDGER' });
  const { head: anchored } = await fixture.layers.patientsLedger
    .channel('authorities')
    .evaluate(records, 'GetHead', { patientId: patient.patientId });
  expect(anchored).toMatchObject(lost);
  const headers = { authorization: `Bearer ${fixture.gateway.tokens.ops}` };
  const metrics = await (await fetch(new URL('/metrics', fixture.gateway.url), { headers })).text();
  expect(metrics).toMatch(/^careledger_gateway_chain_faults(\{[^}]*\})? 1$/m);
}, 120_000);

test('a gateway put back to a backup takes over the versions that it has forgotten, and revises them', async () => {
  const patient = await fixture.patient();
  await putBack(patient, 'gateway-of-the-day-before');
  await using later = await fixture.device(patient);
  await later.send([glucose(START_MS + 10 * MINUTE_MS, 110)]);
  for (
    let made: readonly View[] = [];
    !made.some(({ version, stage }) => version === 3 && stage === 'announced');
  ) {
    await fixture.own(patient, 'POST', '/flush?timeoutMs=1000');
    made = await recordsOf(patient);
    expect(made.map(({ stage }) => stage)).not.toContain('refused');
  }
  const [recordId = ''] = (await recordsOf(patient)).map((record) => record.recordId);
  const history = async (channel: 'authorities' | 'cloud') => {
    const args = { patientId: patient.patientId, recordId };
    const ledger = fixture.layers.patientsLedger.channel(channel);
    const versions = await allRows((page) => ledger.evaluate(records, 'RecordHistory', { ...args, ...page }));
    return versions.map(({ version, manifestHash }) => `${version} ${manifestHash}`);
  };
  expect(await history('cloud')).toHaveLength(3);
  expect(await history('authorities')).toEqual(await history('cloud'));
}, 120_000);
