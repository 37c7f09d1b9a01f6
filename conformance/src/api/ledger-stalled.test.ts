import { records } from '@careledger/contracts';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { call } from '../fixtures/services/api-client.js';
import { emergencyRecord, noteBundle, periodicRecord } from '../fixtures/services/bundles.js';
import { LayersFixture } from '../fixtures/services/layers-fixture.js';
import { NoticeClient } from '../fixtures/services/notices.js';

const POLL_MS = 100;

let fixture: LayersFixture;
beforeAll(async () => {
  fixture = await LayersFixture.start({ api: { answerWithinMs: 300 } });
}, 180_000);
afterAll(() => fixture[Symbol.asyncDispose]());

/** Asks until the answer is as it has to become. */
async function eventually(path: string, stage: string): Promise<void> {
  for (;;) {
    const { body } = await call(fixture.authority(), 'practitioner', `GET ${path}`);
    if (body['stage'] === stage) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
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
  while ((await readings()).length === 0) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  expect(await readings()).toMatchObject([
    { basis: 'notice', decision: 'permit', recordId: sealed.recordId },
  ]);
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
