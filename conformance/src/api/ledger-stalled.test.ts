import { accessControl, records } from '@careledger/contracts';
import { AUTHORITY_ROUTES } from '@careledger/protocol';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { until } from '../fixtures/services/until.js';
import { call } from '../fixtures/services/api-client.js';
import { emergencyRecord, noteBundle, periodicRecord } from '../fixtures/services/bundles.js';
import { granted } from '../fixtures/services/granted.js';
import { LayersFixture } from '../fixtures/services/layers-fixture.js';
import { NoticeClient } from '../fixtures/services/notices.js';

let fixture: LayersFixture;
beforeAll(async () => {
  fixture = await LayersFixture.start({ api: { answerWithinMs: 300 } });
}, 180_000);
afterAll(() => fixture[Symbol.asyncDispose]());

/** Asks until the answer is as it has to become. */
async function eventually(path: string, stage: string): Promise<void> {
  await until(
    () => call(fixture.authority(), 'practitioner', `GET ${path}`),
    ({ body }) => body['stage'] === stage,
  );
}

test('while the ledger stands still, emergencies come through and writes wait; afterwards all of it is there', async () => {
  const hospital = fixture.authority();
  const home = await fixture.home();
  await using notices = await NoticeClient.connect(hospital);
  await home.grant('aut_hospital', { permissions: ['read', 'write'] });
  await notices.next(({ type }) => type === 'policy');
  const sealed = home.seal({ kind: 'emergency', bundle: emergencyRecord(home.patientId) });
  const stored = await home.storeSealed(fixture.provider(), sealed);
  const notice = await home.emergencyNotice('aut_hospital', sealed);

  const devnet = fixture.processes.child('devnet').ready.pid;
  process.kill(devnet, 'SIGSTOP');
  let record, visit;
  try {
    const sent = await call(hospital, 'system', 'POST /v1/emergency-notices', notice);
    expect([sent.status, sent.body['created']]).toEqual([202, true]);
    const { data } = await notices.next(({ type }) => type === 'emergency');
    expect(data).toMatchObject({ bundle: expect.anything(), decidedBy: 'mirror', asOf: expect.any(String) });
    const { patientId } = home;
    record = await call(hospital, 'practitioner', 'POST /v1/records', {
      patientId,
      bundle: noteBundle(patientId, 'waiting'),
    });
    visit = await call(hospital, 'practitioner', 'POST /v1/visits', {
      patientId,
      at: '2026-05-05T09:30:00Z',
      data: 'waiting',
    });
    expect([record.status, visit.status]).toEqual([202, 202]);
    expect(
      (await call(hospital, 'ops', 'GET /v1/notices/unmatched?olderThanMs=0')).body['emergencies'],
    ).toHaveLength(1);
  } finally {
    process.kill(devnet, 'SIGCONT');
  }
  await eventually(String(record.headers.get('location')), 'announced');
  await eventually(String(visit.headers.get('location')), 'related');
  await stored.announce();
  const announced = await notices.next(
    ({ type, data }) => type === 'record' && data['recordId'] === stored.recordId,
  );
  expect(announced.data).toMatchObject({ matched: true });
  // That it was shown meanwhile reaches the ledger now.
  const { patientId } = home;
  const readings = async () =>
    (await home.ledger.channel('cloud').evaluate(records, 'ListAccesses', { patientId })).rows;
  await until(readings, ({ length }) => length > 0);
  expect(await readings()).toMatchObject([
    { basis: 'notice', decision: 'permit', recordId: sealed.recordId },
  ]);
}, 180_000);

test('a revocation that comes while the ledger stands still is taken, and counts on both channels afterwards', async () => {
  const hospital = fixture.authority();
  const home = await fixture.home();
  const [first, second] = [await granted(fixture, home), await granted(fixture, home)];
  const relay = (grantId: string, prefer: string) =>
    call(hospital, { role: 'system', headers: { prefer } }, `POST ${AUTHORITY_ROUTES.revocations}`, {
      statement: home.patient.revoke(grantId),
    });
  const wait = 'wait=25';
  // From now on this authority knows the patient's key.
  expect((await relay(first, wait)).status).toBe(201);
  const devnet = fixture.processes.child('devnet').ready.pid;
  process.kill(devnet, 'SIGSTOP');
  let taken;
  try {
    taken = await relay(second, 'respond-async');
    expect([taken.status, taken.body['kind'], taken.body['state']]).toEqual([202, 'revocation', 'running']);
  } finally {
    process.kill(devnet, 'SIGCONT');
  }
  const job = `GET ${String(taken.headers.get('location'))}`;
  let ended: Readonly<Record<string, unknown>>;
  do ended = (await call(hospital, { role: 'system', headers: { prefer: wait } }, job)).body;
  while (ended['state'] === 'running');
  expect(ended).toMatchObject({
    ...{ state: 'succeeded', done: 2, total: 2 },
    result: { authorities: expect.any(String), cloud: expect.any(String) },
  });
  for (const channel of ['authorities', 'cloud'] as const) {
    const { rows } = await home.ledger
      .channel(channel)
      .evaluate(accessControl, 'ListGrants', { patientId: home.patientId });
    expect(rows.map(({ revokedAt }) => revokedAt)).toEqual([expect.any(String), expect.any(String)]);
  }
}, 180_000);

test('a client goes on after its last notice although the api was killed meanwhile', async () => {
  const hospital = fixture.authority();
  await using before = await NoticeClient.connect(hospital, { after: 0 });
  const home = await fixture.home();
  await home.grant('aut_hospital');
  const last = await before.next(
    ({ type, data }) => type === 'policy' && data['patientId'] === home.patientId,
  );

  const api = fixture.processes.child('hospital');
  await api.kill();
  const bundle = periodicRecord(home.patientId, 120);
  const missed = await home.store(fixture.provider(), { bundle, readers: [] });
  await missed.announce();
  await api.start();
  await using after = await NoticeClient.connect(hospital, { lastEventId: last.id });
  await after.next(({ type, data }) => type === 'record' && data['recordId'] === missed.recordId);
  expect(after.received.filter(({ id }) => id <= last.id)).toEqual([]);
}, 120_000);
