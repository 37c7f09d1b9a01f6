import type { DeviceSession } from '@careledger/examples/device';
import { makeStatement } from '@careledger/statements';
import { STATEMENTS, accessControl } from '@careledger/contracts';
import { fromBase64url, generateEd25519, kidOf, nodeVerifier, sha256 } from '@careledger/crypto';
import { readWrap } from '@careledger/envelope';
import { readEnvelope, verifyProof, type Proof, type TrustRoots } from '@careledger/private-chain';
import { HeldWraps, PROVIDER_ROUTES } from '@careledger/protocol';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { call } from '../fixtures/services/api-client.js';
import { walkLists } from '../fixtures/services/lists.js';
import { NoticeClient } from '../fixtures/services/notices.js';
import { clientOf } from '../fixtures/services/test-home.js';
import {
  GatewayFixture,
  PASSPHRASE,
  glucose,
  type GatewayPatient,
} from '../fixtures/services/gateway-fixture.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const START_MS = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 5 * HOUR_MS;

interface ListedRecord {
  readonly recordId: string;
  readonly providerId: string;
  readonly version: number;
  readonly kind: string;
  readonly stage: string;
}

let fixture: GatewayFixture;
beforeAll(async () => {
  fixture = await GatewayFixture.start();
}, 120_000);
afterAll(() => fixture[Symbol.asyncDispose](), 60_000);

/** A patient of whom the hospital has been told what it may do. */
async function subscribed(): Promise<{ patient: GatewayPatient; device: DeviceSession }> {
  const patient = await fixture.patient();
  const device = await fixture.device(patient);
  const hospital = fixture.layers.authority();
  await fixture.own(patient, 'POST', '/flush');
  const asked = await call(hospital, 'practitioner', 'POST /v1/subscriptions', {
    patientId: patient.patientId,
    permissions: ['read'],
    purposes: ['TREAT'],
    reason: 'Diabetes ward',
  });
  expect(asked.status).toBe(201);
  const pending = await fixture.own(patient, 'GET', '/subscriptions?status=pending');
  const subscriptionId = String(asked.body['subscriptionId']);
  expect(pending['subscriptions']).toEqual([
    expect.objectContaining({ subscriptionId, reason: 'Diabetes ward', status: 'pending' }),
  ]);
  const approved = await fixture.own(patient, 'POST', `/subscriptions/${subscriptionId}/approve`, {
    passphrase: PASSPHRASE,
  });
  expect(approved).toMatchObject({ status: 'done' });
  return { patient, device };
}

async function listed(patient: GatewayPatient): Promise<ListedRecord[]> {
  return (await fixture.own(patient, 'GET', '/records'))['records'] as ListedRecord[];
}

/** The accesses that the ledger tells the patient of, once there are so many. */
async function accessesOf(patient: GatewayPatient, count: number): Promise<Record<string, unknown>[]> {
  const deadline = AbortSignal.timeout(20_000);
  for (;;) {
    const { accesses } = await fixture.own(patient, 'GET', '/accesses');
    const listed = accesses as Record<string, unknown>[];
    if (listed.length >= count || deadline.aborted) return listed;
  }
}

const openAtHospital = (patient: GatewayPatient, recordId: string) =>
  call(
    fixture.layers.authority(),
    'practitioner',
    `GET /v1/records/${recordId}?patientId=${patient.patientId}`,
  );

test('readings become periodic records: sealed, stored, announced, anchored, and the chain verifies', async () => {
  const patient = await fixture.patient();
  await using device = await fixture.device(patient);
  for (let minute = 0; minute < 120; minute += 5) {
    const result = await device.send([glucose(START_MS + minute * MINUTE_MS, 100 + minute / 5)]);
    expect(result).toMatchObject({ status: 'stored' });
  }
  expect(await fixture.own(patient, 'POST', '/flush')).toMatchObject({
    isDrained: true,
    due: 0,
    open: 0,
    consent: 0,
  });
  const records = await listed(patient);
  expect(records.map(({ kind, version, stage }) => ({ kind, version, stage }))).toEqual([
    { kind: 'periodic', version: 1, stage: 'announced' },
    { kind: 'periodic', version: 1, stage: 'announced' },
  ]);
  const opened = await fixture.own(patient, 'GET', `/records/${records[0]?.recordId}`);
  expect(opened['content']).toMatchObject({ resourceType: 'Bundle', type: 'collection' });
  expect(await fixture.own(patient, 'GET', '/chain/verify')).toMatchObject({
    anchorsOnLedger: 1,
    report: { ok: true, frames: 24, anchors: 1, faultCount: 0 },
  });
  const readings = await fixture.own(patient, 'GET', `/readings?from=${new Date(START_MS).toISOString()}`);
  expect(readings['readings']).toHaveLength(24);
});

test('a late reading makes the next version of its window’s record, and nothing else', async () => {
  const patient = await fixture.patient();
  await using device = await fixture.device(patient);
  for (const minute of [0, 5, 10, 70, 75]) await device.send([glucose(START_MS + minute * MINUTE_MS, 110)]);
  await fixture.own(patient, 'POST', '/flush');
  await device.send([glucose(START_MS + 20 * MINUTE_MS, 180)]);
  await fixture.own(patient, 'POST', '/flush');
  const records = await listed(patient);
  expect(records.map(({ version, stage }) => [version, stage])).toEqual([
    [2, 'announced'],
    [1, 'announced'],
    [1, 'announced'],
  ]);
  expect(records[0]?.recordId).toBe(records[2]?.recordId);
});

describe('settings', () => {
  const state = (patient: GatewayPatient, settings: object) =>
    fixture.call(
      'PUT',
      `/v1/patients/${patient.patientId}/settings`,
      { settings, passphrase: PASSPHRASE },
      patient.token,
    );

  test('a patient tightens: what was none is an emergency now, and its record names the settings', async () => {
    const patient = await fixture.patient();
    await using device = await fixture.device(patient);
    await device.send([glucose(Date.now() - MINUTE_MS, 58)]);
    const { status, body } = await state(patient, { glucose: { veryLowMgPerDl: 60 } });
    expect([status, body['version']]).toEqual([200, 1]);
    await device.send([glucose(Date.now(), 58)]);
    await fixture.own(patient, 'POST', '/flush');
    const raised = (await listed(patient)).filter(({ kind }) => kind === 'emergency');
    expect(raised).toHaveLength(1);
    const { content } = await fixture.own(patient, 'GET', `/records/${raised[0]?.recordId}`);
    const named = { system: 'urn:careledger:settings', value: `1:${String(body['hash'])}` };
    expect(JSON.stringify(content)).toContain(JSON.stringify(named));
  });

  test('a practitioner loosens by what the hospital signs, with a right that the ledger has, and not without', async () => {
    const patient = await fixture.patient();
    const { patientId } = patient;
    await fixture.own(patient, 'POST', '/flush');
    const hospital = fixture.layers.authority();
    const registered = await call(hospital, 'ops', 'POST /v1/practitioners', {
      ...{ role: 'physician', identity: { identifier: 'staff-settings' } },
    });
    const loose = { glucose: { veryLowMgPerDl: 45 }, news2: { spo2Scale: 2 } };
    expect((await state(patient, loose)).body).toMatchObject({ code: 'SETTINGS_LOOSENED' });
    const signed = await call(hospital, 'practitioner', 'POST /v1/settings-statements', {
      ...{ patientId, version: 1, previous: null, settings: loose },
      practitionerId: registered.body['practitionerId'],
    });
    expect(signed.status).toBe(201);
    const { statement } = signed.body;
    // Whoever brings it.
    const { practitioner } = fixture.gateway.tokens;
    const bring = () =>
      fixture.call('PUT', `/v1/patients/${patientId}/settings`, { statement }, practitioner);
    expect((await bring()).body).toMatchObject({ code: 'SETTINGS_NOT_GRANTED', reason: 'NO_GRANT' });
    const grant = { authorityId: 'aut_hospital', permissions: ['read', 'write'], purposes: ['TREAT'] };
    await fixture.own(patient, 'POST', '/grants', { grant, passphrase: PASSPHRASE });
    expect(await bring()).toMatchObject({ status: 200, body: { version: 1 } });
    expect(await fixture.own(patient, 'GET', '/settings')).toMatchObject({
      ...{ version: 1, patient: {}, authority: loose },
      inForce: { glucose: { veryLowMgPerDl: 45, veryHighMgPerDl: 250 }, news2: { spo2Scale: 2 } },
    });
  });
});

describe('an emergency', () => {
  test('reaches the subscribed hospital straight, and by the chain, which it can open', async () => {
    const { patient, device } = await subscribed();
    await using notices = await NoticeClient.connect(fixture.layers.authority());
    const sentMs = performance.now();
    await device.send([glucose(Date.now(), 49)]);
    const straight = await notices.next(
      ({ type, data }) => type === 'emergency' && data['patientId'] === patient.patientId,
    );
    expect(straight.atMs - sentMs).toBeLessThan(5_000);
    await fixture.own(patient, 'POST', '/flush');
    const emergency = (await listed(patient)).find(({ kind }) => kind === 'emergency');
    expect(emergency).toMatchObject({ version: 1, stage: 'announced', recordId: straight.data['recordId'] });
    const opened = await openAtHospital(patient, String(emergency?.recordId));
    expect([opened.status, opened.body['resourceType']]).toEqual([200, 'Bundle']);
    const { recordId } = straight.data;
    // Being shown the notice is an access as well, which the hospital reports afterwards.
    const shown = await accessesOf(patient, 2);
    expect(shown.map(({ basis }) => basis).sort()).toEqual(['notice', 'request']);
    for (const access of shown)
      expect(access).toMatchObject({
        ...{ requester: 'aut_hospital', decision: 'permit', recordId, isAgainstPolicy: false },
      });
    await device.close();
  });

  test('of an implausible reading is none', async () => {
    const patient = await fixture.patient();
    await using device = await fixture.device(patient);
    await device.send([glucose(START_MS, 0)]);
    await device.send([glucose(START_MS + MINUTE_MS, 5)]);
    await fixture.own(patient, 'POST', '/flush');
    expect(await listed(patient)).toEqual([]);
    const { readings } = await fixture.own(
      patient,
      'GET',
      `/readings?from=${new Date(START_MS).toISOString()}`,
    );
    expect(readings).toEqual([
      expect.objectContaining({ value: 0, flags: ['SENSOR_OFF'] }),
      expect.objectContaining({ value: 5, flags: ['OUT_OF_RANGE'] }),
    ]);
  });
});

describe('right after enrolment', () => {
  test('a grant, a request for a subscription and a visit with a check-in code wait for the ledger', async () => {
    const patient = await fixture.patient();
    const { patientId } = patient;
    const hospital = fixture.layers.authority();
    const terms = { permissions: ['read'], purposes: ['TREAT'] };
    const [granted, asked, visited] = await Promise.all([
      fixture.own(patient, 'POST', '/grants', {
        grant: { authorityId: 'aut_hospital', ...terms },
        passphrase: PASSPHRASE,
      }),
      call(hospital, 'practitioner', 'POST /v1/subscriptions', { patientId, ...terms }),
      fixture
        .own(patient, 'POST', '/check-in', { authorityId: 'aut_hospital', passphrase: PASSPHRASE })
        .then(({ statement }) =>
          call(hospital, 'practitioner', 'POST /v1/visits', {
            ...{ patientId, at: new Date().toISOString(), data: { reason: 'first visit' } },
            checkIn: statement,
          }),
        ),
    ]);
    expect(granted).toMatchObject({ status: 'done' });
    expect([asked.status, asked.body]).toEqual([
      201,
      expect.objectContaining({ subscriptionId: expect.any(String) }),
    ]);
    expect([visited.status, visited.body]).toEqual([201, expect.objectContaining({ confirmed: true })]);
  });
});

describe('a subscription', () => {
  test('that is rejected again is answered with the first rejection', async () => {
    const patient = await fixture.patient();
    const asked = await call(fixture.layers.authority(), 'practitioner', 'POST /v1/subscriptions', {
      ...{ patientId: patient.patientId, permissions: ['read'], purposes: ['TREAT'] },
    });
    const path = `/subscriptions/${String(asked.body['subscriptionId'])}/reject`;
    const first = await fixture.own(patient, 'POST', path, { passphrase: PASSPHRASE });
    expect(first).toMatchObject({ status: 'done' });
    const again = await fixture.own(patient, 'POST', path, { passphrase: PASSPHRASE });
    expect(again).toEqual({ ...first, already: true });
  });

  test('is read alone, approved as it was read, and read through its grant', async () => {
    const patient = await fixture.patient();
    const asked = await call(fixture.layers.authority(), 'practitioner', 'POST /v1/subscriptions', {
      ...{ patientId: patient.patientId, permissions: ['read'], purposes: ['TREAT'], reason: 'Ward' },
    });
    const subscriptionId = String(asked.body['subscriptionId']);
    const one = `/subscriptions/${subscriptionId}`;
    const read = await ownIf(patient, 'GET', one);
    expect([read.status, read.body]).toMatchObject([
      200,
      { subscriptionId, status: 'pending', reason: 'Ward' },
    ]);
    const unknown = await ownIf(patient, 'GET', `/subscriptions/${'A'.repeat(22)}`);
    expect([unknown.status, unknown.body['code']]).toEqual([404, 'SUBSCRIPTION_NOT_FOUND']);

    const body = { passphrase: PASSPHRASE };
    const stale = await ownIf(patient, 'POST', `${one}/approve`, { tag: '"another"', body });
    expect([stale.status, stale.body['code']]).toEqual([412, 'RESOURCE_CHANGED']);
    const approved = await ownIf(patient, 'POST', `${one}/approve`, { tag: read.tag, body });
    expect([approved.status, approved.body['status']]).toEqual([200, 'done']);

    const grant = `/grants/${String(approved.body['statementId'])}`;
    const granted = await ownIf(patient, 'GET', grant);
    expect([granted.status, granted.body]).toMatchObject([200, { subscriptionId, status: 'active' }]);
    expect((await ownIf(patient, 'GET', `/grants/${'A'.repeat(22)}`)).body).toMatchObject({
      code: 'GRANT_NOT_FOUND',
    });
    const old = await ownIf(patient, 'POST', `${grant}/revoke`, { tag: '"another"', body });
    expect([old.status, old.body['code']]).toEqual([412, 'RESOURCE_CHANGED']);
    const revoked = await ownIf(patient, 'POST', `${grant}/revoke`, { tag: granted.tag, body });
    expect([revoked.status, revoked.body['status']]).toEqual([200, 'done']);
    expect((await ownIf(patient, 'GET', grant)).body).toMatchObject({ status: 'revoked' });
  });
});

/** What the patient asks for, and the tag of what was read. */
async function ownIf(
  { patientId, token }: { readonly patientId: string; readonly token: string },
  method: string,
  path: string,
  { tag, body }: { readonly tag?: string; readonly body?: object } = {},
): Promise<{ status: number; tag: string; body: Record<string, unknown> }> {
  const answer = await fetch(new URL(`/v1/patients/${patientId}${path}`, fixture.gateway.url), {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(tag !== undefined && { 'if-match': tag }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const shown = (await answer.json()) as Record<string, unknown>;
  return { status: answer.status, tag: answer.headers.get('etag') ?? '', body: shown };
}

describe('consent', () => {
  /** Whose wraps a provider holds, by thumbprint. */
  const wrapsOf = async (record: ListedRecord | undefined) => {
    if (record === undefined) throw new Error('There is no such record');
    const { recordId, version, providerId } = record;
    const provider = fixture.layers.provider(providerId.slice('prv_'.length));
    const { wraps } = await clientOf(provider).call('GET', PROVIDER_ROUTES.wraps(recordId, version), {
      result: HeldWraps,
    });
    return wraps.map((jwe) => readWrap(jwe).kid);
  };

  test('a grant opens earlier records too, and its revocation closes them', async () => {
    const patient = await fixture.patient();
    await using device = await fixture.device(patient);
    for (const minute of [0, 5, 10]) await device.send([glucose(START_MS + minute * MINUTE_MS, 120)]);
    await fixture.own(patient, 'POST', '/flush');
    const [record] = await listed(patient);
    const recordId = String(record?.recordId);
    expect((await openAtHospital(patient, recordId)).status).toBe(403);
    const granted = await fixture.own(patient, 'POST', '/grants', {
      grant: {
        authorityId: 'aut_hospital',
        permissions: ['read'],
        purposes: ['TREAT'],
        scope: [{ category: 'laboratory', resourceType: 'Observation' }],
      },
      passphrase: PASSPHRASE,
    });
    expect(granted).toMatchObject({ status: 'done' });
    expect(await fixture.own(patient, 'POST', '/flush')).toMatchObject({ isDrained: true, rewraps: 0 });
    expect((await openAtHospital(patient, recordId)).status).toBe(200);
    const grantId = String(granted['statementId']);
    const revoked = await fixture.own(patient, 'POST', `/grants/${grantId}/revoke`, {
      passphrase: PASSPHRASE,
    });
    expect(revoked).toMatchObject({ status: 'done' });
    expect((await openAtHospital(patient, recordId)).body).toMatchObject({ code: 'ACCESS_DENIED' });
    const { grants } = await fixture.own(patient, 'GET', '/grants');
    expect(grants).toEqual([expect.objectContaining({ grantId, status: 'revoked' })]);
  });

  test('whoever is revoked has no wrap left at the provider, for any record; the patient has', async () => {
    const patient = await fixture.patient();
    await using device = await fixture.device(patient);
    const grant = { authorityId: 'aut_hospital', permissions: ['read'], purposes: ['TREAT'] };
    const granted = await fixture.own(patient, 'POST', '/grants', { grant, passphrase: PASSPHRASE });
    for (const hour of [0, 1]) await device.send([glucose(START_MS + hour * HOUR_MS, 120)]);
    await fixture.own(patient, 'POST', '/flush');
    const made = await listed(patient);
    const { encryptionKeys } = await fixture.layers.patientsLedger
      .channel('cloud')
      .evaluate(accessControl, 'GetPatient', { patientId: patient.patientId });
    const own = encryptionKeys.map(({ key }) => kidOf('X25519', fromBase64url(key)));
    for (const record of made) expect(await wrapsOf(record)).toHaveLength(2);
    const path = `/grants/${String(granted['statementId'])}/revoke`;
    await fixture.own(patient, 'POST', path, { passphrase: PASSPHRASE });
    expect(await fixture.own(patient, 'POST', '/flush')).toMatchObject({ isDrained: true, rewraps: 0 });
    expect(made).toHaveLength(2);
    for (const record of made) expect(await wrapsOf(record)).toEqual(own);
  });

  test('a denial closes what is granted, by each of its terms, until it is revoked', async () => {
    const patient = await fixture.patient();
    await using device = await fixture.device(patient);
    const grant = { authorityId: 'aut_hospital', permissions: ['read'], purposes: ['TREAT'] };
    await fixture.own(patient, 'POST', '/grants', { grant, passphrase: PASSPHRASE });
    await device.send([glucose(START_MS, 120)]);
    await fixture.own(patient, 'POST', '/flush');
    const [record] = await listed(patient);
    const recordId = String(record?.recordId);
    const hour = (n: number) => new Date(START_MS + n * HOUR_MS).toISOString();
    const scopeOf = (category: string) => ({ scope: [{ category, resourceType: 'Observation' }] });
    const laboratory = scopeOf('laboratory');
    const closing = [
      { authorityId: 'aut_hospital' },
      {},
      laboratory,
      { authorityId: 'aut_hospital', permissions: ['read'], purposes: ['TREAT'], ...laboratory },
      { period: { start: hour(-1), end: hour(2) } },
    ];
    const leaving = [
      scopeOf('vital-signs'),
      { permissions: ['write', 'modify'] },
      { purposes: ['HRESCH'] },
      { period: { start: hour(24), end: hour(48) } },
      { from: new Date(Date.now() + 24 * HOUR_MS).toISOString() },
    ];
    const deny = (denial: object) =>
      fixture.own(patient, 'POST', '/denials', { denial, passphrase: PASSPHRASE });
    for (const denial of closing) {
      const made = await deny(denial);
      const denied = await openAtHospital(patient, recordId);
      expect([denial, denied]).toEqual([
        denial,
        expect.objectContaining({ body: expect.objectContaining({ reason: 'DENIED_BY_RULE' }) }),
      ]);
      const path = `/grants/${String(made['statementId'])}/revoke`;
      await fixture.own(patient, 'POST', path, { passphrase: PASSPHRASE });
    }
    for (const denial of leaving) await deny(denial);
    await fixture.own(patient, 'POST', '/flush');
    expect((await openAtHospital(patient, recordId)).status).toBe(200);
    const [{ denials }, { grants }] = [
      await fixture.own(patient, 'GET', '/denials'),
      await fixture.own(patient, 'GET', '/grants'),
    ];
    expect((denials as { status: string }[]).map(({ status }) => status)).toEqual([
      ...closing.map(() => 'revoked'),
      ...leaving.map(() => 'active'),
    ]);
    expect(grants).toEqual([expect.objectContaining({ status: 'active' })]);
  });

  test('what is denied has no wrap left at the provider', async () => {
    const patient = await fixture.patient();
    await using device = await fixture.device(patient);
    const grant = { authorityId: 'aut_hospital', permissions: ['read'], purposes: ['TREAT'] };
    await fixture.own(patient, 'POST', '/grants', { grant, passphrase: PASSPHRASE });
    await device.send([glucose(START_MS, 120)]);
    await fixture.own(patient, 'POST', '/flush');
    const [record] = await listed(patient);
    expect(await wrapsOf(record)).toHaveLength(2);
    const denial = { scope: [{ category: 'laboratory', resourceType: '*' }] };
    await fixture.own(patient, 'POST', '/denials', { denial, passphrase: PASSPHRASE });
    expect(await fixture.own(patient, 'POST', '/flush')).toMatchObject({ isDrained: true, rewraps: 0 });
    expect(await wrapsOf(record)).toHaveLength(1);
  });

  test('a grant for a time opens the records of that time, and no others', async () => {
    const patient = await fixture.patient();
    await using device = await fixture.device(patient);
    for (const hour of [0, 1]) await device.send([glucose(START_MS + hour * HOUR_MS, 120)]);
    await fixture.own(patient, 'POST', '/flush');
    const period = {
      start: new Date(START_MS - HOUR_MS).toISOString(),
      end: new Date(START_MS + HOUR_MS).toISOString(),
    };
    const grant = { authorityId: 'aut_hospital', permissions: ['read'], purposes: ['TREAT'], period };
    await fixture.own(patient, 'POST', '/grants', { grant, passphrase: PASSPHRASE });
    await fixture.own(patient, 'POST', '/flush');
    const made = await listed(patient);
    const opened = await Promise.all(made.map(({ recordId }) => openAtHospital(patient, recordId)));
    expect(opened.map(({ status }) => status).sort()).toEqual([200, 403]);
    expect(opened.find(({ status }) => status === 403)?.body).toMatchObject({ reason: 'SCOPE_NOT_GRANTED' });
  });

  test('a grant that does not cover a record’s category does not open it', async () => {
    const patient = await fixture.patient();
    await using device = await fixture.device(patient);
    await fixture.own(patient, 'POST', '/grants', {
      grant: {
        authorityId: 'aut_hospital',
        permissions: ['read'],
        purposes: ['TREAT'],
        scope: [{ category: 'vital-signs', resourceType: 'Observation' }],
      },
      passphrase: PASSPHRASE,
    });
    await device.send([glucose(START_MS, 120)]);
    await fixture.own(patient, 'POST', '/flush');
    const [record] = await listed(patient);
    expect((await openAtHospital(patient, String(record?.recordId))).body).toMatchObject({
      code: 'ACCESS_DENIED',
      reason: 'SCOPE_NOT_GRANTED',
    });
  });

  test('a wrong passphrase, another patient’s statement and an unknown authority change nothing', async () => {
    const patient = await fixture.patient();
    const grant = { authorityId: 'aut_hospital', permissions: ['read'], purposes: ['TREAT'] };
    const path = `/v1/patients/${patient.patientId}/grants`;
    const wrong = await fixture.call(
      'POST',
      path,
      { grant, passphrase: 'not the passphrase' },
      patient.token,
    );
    expect([wrong.status, wrong.body['code']]).toEqual([403, 'CONSENT_KEY_LOCKED']);
    const { signer } = generateEd25519();
    const forged = makeStatement(
      {
        typ: STATEMENTS.revokeAll.typ,
        iss: patient.patientId,
        aud: 'devnet',
        channels: ['cloud', 'authorities'],
        body: { policySeq: 1 },
      },
      signer,
    );
    const refused = await fixture.call('POST', `${path}/revoke-all`, { statement: forged }, patient.token);
    expect([refused.status, refused.body['code']]).toEqual([422, 'CONSENT_STATEMENT_REFUSED']);
    const nobody = { ...grant, authorityId: 'aut_nobody' };
    const unknown = await fixture.call(
      'POST',
      path,
      { grant: nobody, passphrase: PASSPHRASE },
      patient.token,
    );
    expect([unknown.status, unknown.body['code']]).toEqual([404, 'AUTHORITY_UNKNOWN']);
    expect(await fixture.own(patient, 'GET', '/grants')).toMatchObject({ grants: [] });
  });

  test('what is revoked already is revoked by the same transactions, and by no others', async () => {
    const patient = await fixture.patient();
    const grant = { authorityId: 'aut_hospital', permissions: ['read'], purposes: ['TREAT'] };
    const granted = await fixture.own(patient, 'POST', '/grants', { grant, passphrase: PASSPHRASE });
    const one = `/grants/${String(granted['statementId'])}/revoke`;
    for (const path of [one, '/grants/revoke-all']) {
      const first = await fixture.own(patient, 'POST', path, { passphrase: PASSPHRASE });
      expect(first).toMatchObject({ status: 'done' });
      expect(first).not.toHaveProperty('already');
      const again = await fixture.own(patient, 'POST', path, { passphrase: PASSPHRASE });
      expect(again).toEqual({ ...first, already: true });
    }
    // Each decision of a patient's raises the version by one.
    for (const channel of ['authorities', 'cloud'] as const) {
      const { version } = await fixture.layers.patientsLedger
        .channel(channel)
        .evaluate(accessControl, 'GetPolicyVersion', { patientId: patient.patientId });
      expect([channel, version]).toEqual([channel, 3]);
    }
  });

  test('revoke-all voids what was granted before', async () => {
    const { patient, device } = await subscribed();
    expect(
      await fixture.own(patient, 'POST', '/grants/revoke-all', { passphrase: PASSPHRASE }),
    ).toMatchObject({
      status: 'done',
    });
    await device.send([glucose(START_MS, 130)]);
    await fixture.own(patient, 'POST', '/flush');
    const [record] = await listed(patient);
    expect((await openAtHospital(patient, String(record?.recordId))).body).toMatchObject({
      code: 'ACCESS_DENIED',
    });
    await device.close();
  });
});

test('a patient’s token reaches no other patient', async () => {
  const [one, other] = [await fixture.patient(), await fixture.patient()];
  const recordId = `rec_${'a'.repeat(32)}`;
  for (const path of ['records', 'accesses', 'decisions', `records/${recordId}/readers`]) {
    const url = `/v1/patients/${other.patientId}/${path}`;
    const answer = await fixture.call('GET', url, undefined, one.token);
    expect([path, answer.status, answer.body['code']]).toEqual([path, 403, 'PATIENT_MISMATCH']);
  }
});

test('the patient is told who could read a record and when, who did, and why somebody was denied', async () => {
  const { patient, device } = await subscribed();
  await device.send([glucose(START_MS, 99)]);
  await device.close();
  await fixture.own(patient, 'POST', '/flush');
  const [record] = await listed(patient);
  const recordId = String(record?.recordId);
  expect((await openAtHospital(patient, recordId)).status).toBe(200);
  const { grants } = await fixture.own(patient, 'GET', '/grants');
  const [{ grantId }] = grants as [{ grantId: string }];
  const granted = new Date().toISOString();
  await fixture.own(patient, 'POST', `/grants/${grantId}/revoke`, { passphrase: PASSPHRASE });
  const denied = await openAtHospital(patient, recordId);
  expect(denied.body['code']).toBe('ACCESS_DENIED');

  const readersAt = async (at: string) =>
    fixture.own(patient, 'GET', `/records/${recordId}/readers?at=${at}`);
  const hospital = { authorityId: 'aut_hospital', grantId };
  const keys = await fixture.layers.patientsLedger
    .channel('cloud')
    .evaluate(accessControl, 'GetAuthority', { authorityId: 'aut_hospital' });
  expect(await readersAt(granted)).toMatchObject({
    ...{ recordId, version: 1, at: granted, byRight: [patient.patientId], next: null },
    readers: [
      {
        grant: hospital,
        encryptionKey: keys.encryptionKeys[0]?.key,
        reads: [{ granteeTag: null, purpose: 'TREAT', decision: { decision: 'permit', grantId } }],
      },
    ],
  });
  const now = await readersAt(new Date().toISOString());
  expect(now).toMatchObject({ readers: [] });
  expect(Number(now['policyVersion'])).toBeGreaterThan(Number((await readersAt(granted))['policyVersion']));
  const tooEarly = `/v1/patients/${patient.patientId}/records/${recordId}/readers?at=${new Date(START_MS).toISOString()}`;
  expect(await fixture.call('GET', tooEarly, undefined, patient.token)).toMatchObject({
    status: 404,
    body: { code: 'RECORD_UNKNOWN' },
  });

  const lines = (query: string) => fixture.own(patient, 'GET', `/accesses?${query}`);
  const line = { requester: 'aut_hospital', recordId, purpose: 'TREAT' };
  expect(await lines('requester=aut_hospital&decision=permit')).toMatchObject({
    accesses: [{ ...line, decision: 'permit', reason: 'GRANT', grantId }],
  });
  expect(await lines(`recordId=${recordId}`)).toMatchObject({
    accesses: [{ decision: 'permit' }, { ...line, decision: 'deny', reason: 'NO_GRANT' }],
  });
  const why = await fixture.own(patient, 'GET', `/decisions?txId=${String(denied.body['txId'])}`);
  expect(why).toMatchObject({
    decisions: [{ access: { ...line, decision: 'deny', reason: 'NO_GRANT' }, rule: null, considered: [] }],
  });
  const permitted = await fixture.own(patient, 'GET', '/decisions?decision=permit');
  expect(permitted).toMatchObject({ decisions: [{ rule: hospital, considered: [] }] });
});

test('a reading is proved offline, from the device’s signature to the attested transaction', async () => {
  const patient = await fixture.patient();
  await using device = await fixture.device(patient);
  for (const minute of [0, 5, 10]) await device.send([glucose(START_MS + minute * MINUTE_MS, 99)]);
  await fixture.own(patient, 'POST', '/flush');
  const { registration } = device.device;
  const path = `/proofs?deviceId=${registration.deviceId}&seq=1`;
  const proofOf = async () => (await fixture.own(patient, 'GET', path)) as unknown as Proof;
  const beyond = await fixture.call(
    'GET',
    `/v1/patients/${patient.patientId}${path}&reading=1`,
    undefined,
    patient.token,
  );
  expect([beyond.status, beyond.body['code']]).toEqual([404, 'READING_NOT_FOUND']);
  const roots = await fixture.trustRoots();
  const check = async (proof: Proof) => verifyProof(proof, roots, { hash: sha256, verifier: nodeVerifier() });
  const served = await fixture.call('GET', '/v1/trust-roots', undefined, patient.token);
  const { threshold, ...believed } = roots;
  expect(served.body).toMatchObject({
    warning: expect.stringContaining('prove nothing'),
    trustRoots: believed,
  });
  expect((served.body['trustRoots'] as TrustRoots).threshold).toBeLessThanOrEqual(threshold);
  const atHospital = await call(fixture.layers.authority(), 'auditor', 'GET /v1/trust-roots');
  expect(atHospital.body).toEqual(served.body);
  const alone = await check(await proofOf());
  expect(alone.steps.filter(({ status }) => status !== 'pass').map(({ step }) => step)).toEqual([
    'attestations',
  ]);
  const { txId } = readEnvelope((await proofOf()).transaction.envelope, sha256);
  const attested = await call(fixture.layers.authority(), 'ops', 'POST /v1/attestations', {
    channel: 'authorities',
    txId,
  });
  expect(attested.status).toBeLessThan(300);
  const nowhere = { channel: 'authorities', txId: '0'.repeat(64) };
  for (const service of [fixture.layers.authority(), fixture.gateway])
    expect(await call(service, 'ops', 'POST /v1/attestations', nowhere)).toMatchObject({
      status: 404,
      body: { code: 'TRANSACTION_UNKNOWN', txId: nowhere.txId },
    });
  const whole = await proofOf();
  expect(await check(whole)).toMatchObject({ ok: true, place: { channel: 'authorities', txId } });
  const altered = { ...whole, reading: { ...whole.reading, value: 98 } };
  expect((await check(altered)).steps).toContainEqual(
    expect.objectContaining({ step: 'reading', status: 'fail' }),
  );
});

test('every list of every service is met whole, one row a page', async () => {
  const { patient, device } = await subscribed();
  await device.send([glucose(START_MS, 99)]);
  await device.close();
  await fixture.own(patient, 'POST', '/flush');
  const recordId = String((await listed(patient))[0]?.recordId);
  const { patientId } = patient;
  for (let n = 0; n < 2; n++) {
    await (await fixture.device(patient)).close();
    await fixture.own(patient, 'POST', '/grants', {
      grant: { authorityId: 'aut_hospital', permissions: ['read'], purposes: ['TREAT'] },
      passphrase: PASSPHRASE,
    });
  }
  const { gateway, layers } = fixture;
  const met = await Promise.all(
    [gateway, layers.authority(), layers.provider()].map((service) => {
      const { ops, practitioner, auditor } = service.tokens;
      const patients = service === gateway ? { patient: patient.token } : {};
      return walkLists({
        service,
        tokens: { ops, practitioner, auditor, ...patients },
        parameters: { patientId, recordId },
      });
    }),
  );
  expect(met.map((lists) => lists.length)).toEqual([17, 12, 1]);
  for (const { path, whole, walked } of met.flat()) expect([path, walked]).toEqual([path, whole]);
  const long = met.flat().filter(({ whole }) => whole.length > 1);
  expect(long.map(({ path }) => path)).toEqual(
    expect.arrayContaining([
      '/v1/patients',
      '/v1/patients/{patientId}/devices',
      '/v1/patients/{patientId}/grants',
      '/v1/subscriptions',
      '/v1/audit',
      '/v1/releases',
    ]),
  );
}, 60_000);
