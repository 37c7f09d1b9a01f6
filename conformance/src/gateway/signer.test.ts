import { join } from 'node:path';
import type { X25519KeyPair } from '@careledger/crypto';
import { openKeyStore } from '@careledger/crypto/key-store';
import { PATIENTS_MSP } from '@careledger/domain';
import { readWrap, readWrapSet, unwrapKey } from '@careledger/envelope';
import { eventually } from '@careledger/examples';
import { HeldWraps, PROVIDER_ROUTES } from '@careledger/protocol';
import { KEY_STORE_FILE, createHttpClient } from '@careledger/service-kit';
import { systemToken, type RunningService } from '@careledger/supervisor';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { call } from '../fixtures/services/api-client.js';
import { ROUTES, type Access } from '../fixtures/services/routes.js';
import { GatewayFixture, glucose, type GatewayPatient } from '../fixtures/services/gateway-fixture.js';
import { NoticeClient } from '../fixtures/services/notices.js';
import { ConsentCommand } from '../fixtures/signer/consent-command.js';

const HOSPITAL = 'aut_hospital';

let fixture: GatewayFixture;
let hospital: RunningService;
let consent: ConsentCommand;
let patient: GatewayPatient;

beforeAll(async () => {
  fixture = await GatewayFixture.start({ gateway: { consentKeys: 'patient' } });
  hospital = fixture.layers.authority();
  consent = await ConsentCommand.open();
}, 300_000);
afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
  await consent[Symbol.asyncDispose]();
}, 60_000);

/** What the hospital gets of the patient's newest record. */
async function opened(): Promise<number> {
  const { records } = await fixture.own(patient, 'GET', '/records');
  const { recordId } = (records as { recordId: string }[]).at(-1) ?? {};
  const request = `GET /v1/records/${recordId}?patientId=${patient.patientId}`;
  return (await call(hospital, 'practitioner', request)).status;
}

test('a patient enrols with a key of their own, and no passphrase is taken', async () => {
  const { url, tokens } = fixture.gateway;
  const patientId = await consent.enrol(fixture.layers.network.networkId, {
    url,
    opsToken: String(tokens.ops),
  });
  // The token of the enrolment stays in the patient's file; a new one, which replaces it, is given to the signer as to any app.
  const { token } = await fixture.ok('POST', `/v1/patients/${patientId}/tokens`);
  patient = { patientId, token: String(token) };
  await consent.reach(url, patient.token);
  const path = `/v1/patients/${patient.patientId}/grants/revoke-all`;
  const refused = await fixture.call('POST', path, { passphrase: 'a long passphrase' }, patient.token);
  expect(refused).toMatchObject({ status: 403, body: { code: 'CONSENT_KEY_NOT_KEPT' } });
  const enrolled = await fixture.call('POST', '/v1/patients', { passphrase: 'a long passphrase' });
  expect(enrolled).toMatchObject({ status: 403, body: { code: 'CONSENT_KEY_NOT_KEPT' } });
});

test('what the patient grants opens a record, what the patient denies or revokes past the gateway closes it', async () => {
  await using device = await fixture.device(patient);
  const nowMs = Date.now();
  await device.send([glucose(nowMs - 7_200_000, 110), glucose(nowMs - 60_000, 120)]);
  await fixture.own(patient, 'POST', '/flush');
  expect(await opened()).toBe(403);

  const unproved = await consent.print('grant', HOSPITAL).catch((error: { stderr: string }) => error.stderr);
  expect(unproved).toContain('AUTHORITY_KEY_UNPROVED');
  expect(await consent.answer('trust', HOSPITAL, '--from', hospital.url)).toMatchObject({ ledger: 'same' });
  expect(await consent.answer('grant', HOSPITAL)).toMatchObject({ status: 'done' });
  await fixture.own(patient, 'POST', '/flush');
  while ((await opened()) !== 200);

  const denial = await consent.answer('deny', '--permissions', 'read');
  expect(denial).toMatchObject({ status: 'done' });
  expect(await opened()).toBe(403);
  expect(await consent.answer('revoke', String(denial['statementId']))).toMatchObject({ status: 'done' });
  await fixture.own(patient, 'POST', '/flush');
  while ((await opened()) !== 200);

  await consent.print('policy', 'set', 'nothing');
  expect(await opened()).toBe(403);
  await consent.print('policy', 'set', 'care-team', HOSPITAL);
  await fixture.own(patient, 'POST', '/flush');
  while ((await opened()) !== 200);

  const statement = await consent.print('revoke-all', '--offline');
  const relayed = await call(hospital, 'practitioner', 'POST /v1/revocations', { statement });
  expect(relayed.status).toBe(201);
  expect(await opened()).toBe(403);
}, 300_000);

test('what an authority asks for is approved in part: narrower records, fewer rights, a shorter time', async () => {
  await using notices = await NoticeClient.connect(hospital);
  const until = new Date(Date.now() + 48 * 3_600_000).toISOString();
  const asked = await call(hospital, 'practitioner', 'POST /v1/subscriptions', {
    ...{ patientId: patient.patientId, permissions: ['read', 'write'], purposes: ['TREAT', 'HRESCH'], until },
    scope: ['laboratory', 'vital-signs'].map((category) => ({ category, resourceType: '*' })),
    reason: 'Diabetes ward',
  });
  const subscriptionId = String(asked.body['subscriptionId']);
  const shown = () => consent.print('requests');
  while (!(await shown()).includes(subscriptionId));
  expect(await shown()).toContain('"asked":{"scope":[{"category":"laboratory","resourceType":"*"}');
  const approve = (...said: string[]) => consent.print('approve', subscriptionId, ...said);
  expect(await refusalOf(approve('--permissions', 'read,modify'))).toContain('REQUEST_EXCEEDED');
  expect(await refusalOf(approve('--scope', 'laboratory', 'imaging'))).toContain('REQUEST_EXCEEDED');

  const sooner = new Date(Date.now() + 3_600_000).toISOString();
  const said = ['--scope', 'laboratory', '--permissions', 'read', '--purposes', 'TREAT', '--until', sooner];
  const { statementId } = JSON.parse(await approve(...said)) as { statementId: string };
  const told = await notices.next(
    ({ type, data }) =>
      type === 'subscription' && data['subscriptionId'] === subscriptionId && data['status'] !== 'pending',
  );
  expect(told.data).toMatchObject({ status: 'approved-in-part', grantId: statementId });
  const one = await call(hospital, 'practitioner', `GET /v1/subscriptions/${subscriptionId}`);
  expect(one.body).toMatchObject({ status: 'approved-in-part', permissions: ['read', 'write'], until });
  expect(await fixture.own(patient, 'GET', `/grants/${statementId}`)).toMatchObject({
    ...{ subscriptionId, permissions: ['read'], purposes: ['TREAT'], until: sooner },
  });
  expect(JSON.stringify(one.body)).not.toContain('laboratory');
  await fixture.own(patient, 'POST', '/flush');
  while ((await opened()) !== 200);
  expect(await refusalOf(approve())).toContain('SUBSCRIPTION_NOT_PENDING');
  expect(await consent.answer('revoke', statementId)).toMatchObject({ status: 'done' });
  expect(await opened()).toBe(403);
}, 300_000);

test('a carer decides within what the patient gave, the patient is told who did, and its end closes what it opened', async () => {
  const { networkId } = fixture.layers.network;
  await using carer = await ConsentCommand.open();
  const card = await carer.secret(
    'card',
    await carer.print('act-for', patient.patientId, '--network', networkId),
  );
  const to = `${card}.appointed`;
  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
  const terms = ['--name', 'Anna', '--acts', 'grant,revoke', '--until', inDays(7), '--to', to];
  const { statementId } = await consent.answer('delegate', card, ...terms);
  expect(await refusalOf(carer.print('grant', HOSPITAL))).toContain('GATEWAY_UNKNOWN');
  const { token } = await fixture.own(patient, 'POST', `/delegates/${statementId}/tokens`);
  await carer.reach(fixture.gateway.url, String(token));
  await carer.print('trust', HOSPITAL, '--from', hospital.url);
  expect(await refusalOf(carer.print('grant', HOSPITAL))).toContain('NOT_APPOINTED');
  await carer.print('appointed', to);
  expect(await refusalOf(carer.print('revoke-all'))).toContain('DELEGATION_EXCEEDED');
  const wider = carer.print('grant', HOSPITAL, '--permissions', 'read,write');
  expect(await refusalOf(wider)).toContain('DELEGATION_EXCEEDED: permissions');
  expect(await opened()).toBe(403);

  expect(await carer.answer('grant', HOSPITAL)).toMatchObject({ status: 'done' });
  await fixture.own(patient, 'POST', '/flush');
  while ((await opened()) !== 200);
  const told = (await consent.print('delegates')).split('\n').map((line) => JSON.parse(line) as object);
  expect(told).toMatchObject([
    { delegate: { delegationId: statementId, name: 'Anna', status: 'active' } },
    {
      decision: { delegationId: statementId, name: 'Anna', kind: 'grant' },
      sentence: expect.stringContaining(`Allowed ${HOSPITAL} to read my records`),
    },
  ]);

  expect(await faultsOf(String(token), String(statementId))).toEqual([]);

  const ended = await consent.answer('end-delegation', String(statementId), '--end-grants');
  expect(ended).toMatchObject({ status: 'done' });
  expect(await opened()).toBe(403);
  expect(await refusalOf(carer.print('grant', HOSPITAL))).toContain('UNAUTHENTICATED');
  const grants = `/v1/patients/${patient.patientId}/grants`;
  expect(await fixture.call('GET', grants, undefined, String(token))).toMatchObject({ status: 401 });
}, 300_000);

/** What a delegate's token reaches that it must not, by all routes of the gateway; the delegation lets it approve nothing. */
async function faultsOf(token: string, delegationId: string): Promise<unknown[]> {
  const ask = (method: string, path: string, body?: object) => fixture.call(method, path, body, token);
  const faults: unknown[] = [];
  const statement = await patientsOwn();
  const pathOf = (route: string, patientId = patient.patientId) =>
    route
      .replace('{patientId}', patientId)
      .replace('{deviceId}', `dev_${'a'.repeat(32)}`)
      .replace('{recordId}', `rec_${'a'.repeat(32)}`)
      .replace('{authorityId}', HOSPITAL)
      .replace(/\{\w+\}/, 'A'.repeat(22));
  for (const [route, access] of Object.entries<Access>(ROUTES.gateway)) {
    if (typeof access === 'string') continue;
    const [method = '', path = ''] = route.split(' ');
    const isAllowed = access.includes('delegate');
    // Of another patient nothing; what it has not signed itself nowhere, though the patient may have.
    if (isAllowed && path.includes('{patientId}')) {
      const ofOther = pathOf(path, `pat_${'a'.repeat(32)}`);
      const other = await ask(method, ofOther, method === 'GET' ? undefined : {});
      if (other.status !== 403) faults.push([route, 'of another patient', other.status]);
    }
    if (isAllowed && method === 'GET') continue;
    const body = isAllowed ? { statement } : undefined;
    const { status } = await ask(method, pathOf(path), body);
    if (status !== 403) faults.push([route, status]);
  }
  const of = `/v1/patients/${patient.patientId}`;
  const made = (await ask('GET', `${of}/grants`)).body['grants'] as { path?: string[] }[];
  if (made.length === 0 || made.some(({ path = [] }) => !path.includes(delegationId)))
    faults.push(['it sees other grants than its own', made]);
  const denied = (await ask('GET', `${of}/denials`)).body['denials'] as unknown[];
  if (denied.length > 0) faults.push(['it sees denials of the patient’s', denied]);
  const asked = (await ask('GET', `${of}/subscriptions`)).body['subscriptions'] as unknown[];
  if (asked.length > 0) faults.push(['it sees requests that it may not approve', asked]);
  return faults;
}

/** Signed by the patient, and sent nowhere: by a copy of the file. */
async function patientsOwn(): Promise<string> {
  await using copy = await consent.copied();
  return await copy.print('revoke-all', '--offline');
}

/** What a command that is refused says. */
const refusalOf = (printed: Promise<string>): Promise<string> =>
  printed.then(
    (out) => `not refused: ${out}`,
    (error: { stderr: string }) => error.stderr,
  );
const relay = (statement: string) => call(hospital, 'practitioner', 'POST /v1/revocations', { statement });

test('after a rotation what was granted stands, and a thief of the former key decides nothing, at the gateway or past it', async () => {
  await using thief = await consent.copied();
  const path = `/v1/patients/${patient.patientId}/grants/revoke-all`;
  expect(await consent.answer('grant', HOSPITAL)).toMatchObject({ status: 'done' });
  await fixture.own(patient, 'POST', '/flush');
  while ((await opened()) !== 200);
  const { consentKey: former } = await consent.answer('show');

  // The revocation that went past the gateway first: the former key signed it.
  const answers = (await consent.print('rotate')).split('\n').map((line) => JSON.parse(line) as object);
  expect(answers).toMatchObject([{ status: 'done' }, { status: 'done' }]);
  expect((await consent.answer('show'))['consentKey']).not.toBe(former);
  while ((await opened()) !== 200);
  expect(await refusalOf(thief.print('grant', 'aut_hospital'))).toContain('another key has taken the place');
  expect(await refusalOf(thief.print('rotate'))).toContain('STATEMENT_KEY_UNKNOWN');
  const stolen = await thief.print('revoke-all', '--offline');
  expect(await relay(stolen)).toMatchObject({ status: 403, body: { code: 'STATEMENT_KEY_UNKNOWN' } });
  expect(await fixture.call('POST', path, { statement: stolen }, patient.token)).toMatchObject({
    status: 422,
    body: { code: 'CONSENT_STATEMENT_REFUSED' },
  });
  expect(await opened()).toBe(200);

  const { blocks } = await fixture.own(patient, 'GET', '/chain/blocks');
  const types = (blocks as { block: { type: string } }[]).map(({ block }) => block.type);
  expect(types.filter((type) => type === 'rekey')).toHaveLength(1);
  expect(await fixture.own(patient, 'GET', '/chain/verify')).toMatchObject({ report: { ok: true } });

  expect((await relay(await consent.print('revoke-all', '--offline'))).status).toBe(201);
  expect(await opened()).toBe(403);
  // The gateway hears of it, long before it compares the channels again, and nothing is left to wrap for anybody.
  await eventually('no grant stands at the gateway', async () => {
    const { grants } = await fixture.own(patient, 'GET', '/grants');
    return (grants as { status: string }[]).some(({ status }) => status === 'active') ? undefined : true;
  });
  expect(await fixture.own(patient, 'POST', '/flush')).toMatchObject({ isDrained: true, rewraps: 0 });
}, 300_000);

test('the gateway signs with another key by the patient’s statement: what lay there stays readable, what comes is taken', async () => {
  await using device = await fixture.device(patient);
  const path = `/v1/patients/${patient.patientId}/keys`;
  const offer = () => fixture.own(patient, 'POST', '/keys/offer', { use: 'gateway' });
  const { newKey } = await offer();
  expect((await offer())['newKey']).toBe(newKey);
  // Nobody but the patient appoints it, and nothing but what is offered.
  const stolen = { statement: await consent.print('end-delegation', 'A'.repeat(22), '--offline') };
  expect(await fixture.call('POST', `${path}/rotate`, stolen, patient.token)).toMatchObject({ status: 422 });
  expect(await consent.answer('rotate-gateway')).toMatchObject({ status: 'done' });
  const inForce = async () => {
    const { blocks } = await fixture.own(patient, 'GET', '/chain/blocks');
    return (blocks as { block: { type: string; body: { gatewayKey?: string } } }[])
      .filter(({ block }) => block.type === 'rekey')
      .map(({ block }) => block.body.gatewayKey);
  };
  while (!(await inForce()).includes(String(newKey)));

  await device.send([glucose(Date.now() - 30_000, 131)]);
  expect(await consent.answer('grant', HOSPITAL)).toMatchObject({ status: 'done' });
  expect(await fixture.own(patient, 'POST', '/flush')).toMatchObject({ isDrained: true });
  const { records } = await fixture.own(patient, 'GET', '/records');
  const ids = (records as { recordId: string }[]).map(({ recordId }) => recordId);
  for (const recordId of [ids[0], ids.at(-1)]) {
    const request = `GET /v1/records/${recordId}?patientId=${patient.patientId}`;
    while ((await call(hospital, 'practitioner', request)).status !== 200);
    expect(await fixture.own(patient, 'GET', `/records/${recordId}`)).toMatchObject({
      record: { recordId, stage: 'announced' },
    });
  }
  expect(await fixture.own(patient, 'GET', '/chain/verify')).toMatchObject({ report: { ok: true } });
  // A further one is another key.
  expect((await offer())['newKey']).not.toBe(newKey);
}, 300_000);

test('records are wrapped to another key by the patient’s statement: a thief of the former one opens nothing that is made afterwards', async () => {
  const { patientId } = patient;
  const { dataDir, keyPassphrase } = fixture.plan.config as { dataDir: string; keyPassphrase: string };
  const keysIn = async () => {
    const unlock = { passphrase: keyPassphrase };
    await using store = await openKeyStore({ path: join(dataDir, KEY_STORE_FILE), unlock });
    return store.x25519Generations(`${patientId}/encryption`);
  };
  const [stolen] = await keysIn();
  const listed = async () => {
    const { records } = await fixture.own(patient, 'GET', '/records');
    return records as { recordId: string; version: number; providerId: string }[];
  };
  const wrapsOf = async ({ recordId, version, providerId }: Awaited<ReturnType<typeof listed>>[number]) => {
    const { url, tokens } = fixture.layers.provider(providerId.replace('prv_', ''));
    const client = createHttpClient({ baseUrl: url, token: systemToken(tokens, PATIENTS_MSP) });
    return client.call('GET', PROVIDER_ROUTES.wraps(recordId, version), { result: HeldWraps });
  };
  const kidsOf = async (record: Awaited<ReturnType<typeof listed>>[number]) =>
    (await wrapsOf(record)).wraps.map((jwe) => readWrap(jwe).kid);
  const before = await listed();
  for (const record of before) expect(await kidsOf(record)).toContain(stolen?.kid);

  expect(await consent.answer('rotate-gateway', '--records')).toMatchObject({ status: 'done' });
  const present = (await keysIn())[0]?.kid;
  expect(present).not.toBe(stolen?.kid);
  await using device = await fixture.device(patient);
  await device.send([glucose(Date.now() - 10 * 3_600_000, 132)]);
  expect(await fixture.own(patient, 'POST', '/flush')).toMatchObject({ isDrained: true });
  const after = await listed();
  const made = after.filter(({ recordId }) => !before.some((each) => each.recordId === recordId));
  // Of another window than what there was.
  expect(made.length).toBeGreaterThan(0);
  for (const record of after) {
    const kids = await eventually('it is wrapped to the key in force', async () => {
      const found = await kidsOf(record);
      return found.includes(String(present)) ? found : undefined;
    });
    expect(kids).not.toContain(stolen?.kid);
    const path = `/records/${record.recordId}`;
    expect(await fixture.own(patient, 'GET', path)).toMatchObject({ record: { recordId: record.recordId } });
  }
  for (const record of made) {
    const { wrapSet, wraps } = await wrapsOf(record);
    for (const jwe of wraps) {
      const thiefs = { ...(stolen as X25519KeyPair), kid: readWrap(jwe).kid };
      await expect(unwrapKey(jwe, readWrapSet(wrapSet), { keyCommitment: '' }, thiefs)).rejects.toMatchObject(
        { code: 'DECRYPTION_FAILED' },
      );
    }
  }
  const request = `GET /v1/records/${String(made.at(-1)?.recordId)}?patientId=${patientId}`;
  await eventually('the hospital opens it', async () =>
    (await call(hospital, 'practitioner', request)).status === 200 ? true : undefined,
  );
  await eventually('the former wraps are attested to be gone', async () => {
    const { holders } = await fixture.own(patient, 'GET', '/wrap-holders');
    return (holders as { owed: object | null }[]).every(({ owed }) => owed === null) ? true : undefined;
  });
}, 300_000);

test('a rotation goes past the gateway, which hears of it and takes nothing more that the former key signs', async () => {
  await using thief = await consent.copied();
  const rotation = await consent.print('rotate', '--offline');
  expect((await relay(rotation)).status).toBe(201);
  expect(await relay(rotation)).toMatchObject({ status: 201, body: { already: true } });
  // The gateway's own word: what it takes to the ledgers would be refused there anyway.
  const muted = () => refusalOf(thief.print('mute', '1'));
  while (!(await muted()).includes('STATEMENT_KEY_UNKNOWN'));
  expect(await consent.answer('rotate', '--relayed')).toMatchObject({ patientId: patient.patientId });
  expect(await consent.answer('send')).toMatchObject({ status: 'done' });
  expect(await consent.answer('grant', HOSPITAL)).toMatchObject({ status: 'done' });
  await fixture.own(patient, 'POST', '/flush');
  while ((await opened()) !== 200);
  expect(await fixture.own(patient, 'GET', '/chain/verify')).toMatchObject({ report: { ok: true } });
}, 300_000);
