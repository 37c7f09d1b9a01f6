import {
  records,
  type AnnouncedRecordState,
  type StoredRecordState,
  type VisitState,
} from '@careledger/contracts';
import { allRows } from '@careledger/ledger';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { call, isNetworkFailure, type ApiAnswer } from '../fixtures/services/api-client.js';
import { labBundle } from '../fixtures/services/bundles.js';
import { LayersFixture } from '../fixtures/services/layers-fixture.js';
import { NoticeClient } from '../fixtures/services/notices.js';
import type { TestHome } from '../fixtures/services/test-home.js';

/** Records and visits that are written while the process is killed again and again. */
const WRITES = 12;
/** So many records are stored when the process is killed: others are sealed, or stored and not yet announced. */
const KILLS_AT = [1, 4, 7];
const POLL_MS = 20;
const pause = () => new Promise((resolve) => setTimeout(resolve, POLL_MS));

let fixture: LayersFixture;
beforeAll(async () => {
  fixture = await LayersFixture.start({ api: { answerWithinMs: 2_000 } });
}, 180_000);
afterAll(() => fixture[Symbol.asyncDispose]());

const bundleOf = (home: TestHome, index: number) =>
  labBundle(home.patientId, 5 + index / 10, `document-${index}`);

/** One request as an integrator would send it: again after every failure, under the same key. */
async function persistently(
  send: () => Promise<ApiAnswer>,
  isDone: (answer: ApiAnswer) => boolean,
): Promise<ApiAnswer> {
  for (;;) {
    try {
      const answer = await send();
      if (isDone(answer)) return answer;
      if (answer.status >= 400 && answer.status !== 503) throw new Error(JSON.stringify(answer.body));
    } catch (error) {
      // fetch: the process is gone for the moment.
      if (!isNetworkFailure(error)) throw error;
    }
    await pause();
  }
}

test('killing the api while it writes loses and doubles no record, visit or notice', async () => {
  const hospital = fixture.authority();
  const homes = await Promise.all([fixture.home(), fixture.home(), fixture.home()]);
  const homeOf = (index: number): TestHome => homes[index % homes.length] as TestHome;
  {
    await using notices = await NoticeClient.connect(hospital, { after: 0 });
    for (const home of homes) {
      await home.grant('aut_hospital', { permissions: ['read', 'write'] });
      await notices.next(({ type, data }) => type === 'policy' && data['patientId'] === home.patientId);
    }
  }
  const writing = Array.from({ length: WRITES }, (_, index) =>
    persistently(
      () =>
        call(
          hospital,
          { role: 'practitioner', headers: { 'idempotency-key': `record-${index}` } },
          'POST /v1/records',
          { patientId: homeOf(index).patientId, bundle: bundleOf(homeOf(index), index) },
        ),
      ({ status }) => status === 201,
    ),
  );
  const visiting = Array.from({ length: WRITES }, (_, index) =>
    persistently(
      () =>
        call(
          hospital,
          { role: 'practitioner', headers: { 'idempotency-key': `visit-${index}` } },
          'POST /v1/visits',
          { patientId: homeOf(index).patientId, at: '2026-05-05T09:30:00Z', data: { index } },
        ),
      ({ status }) => status === 201,
    ),
  );
  const process = fixture.processes.child('hospital');
  const storedCount = async () => {
    const lists = homes.map(({ ledger, patientId }) =>
      ledger.channel('cloud').evaluate(records, 'ListRecords', { patientId }),
    );
    return (await Promise.all(lists)).reduce((sum, { rows }) => sum + rows.length, 0);
  };
  for (const count of KILLS_AT) {
    while ((await storedCount()) < count) await pause();
    await process.kill();
    await process.start();
  }
  const written = await Promise.all(writing);
  const visited = await Promise.all(visiting);
  const recordIds = written.map(({ body }) => String(body['recordId'])).sort();
  const visitIds = visited.map(({ body }) => String(body['visitId'])).sort();
  expect(new Set(recordIds).size).toBe(WRITES);

  const stored: StoredRecordState[] = [];
  const announced: AnnouncedRecordState[] = [];
  const visits: Record<'authorities' | 'cloud', VisitState[]> = { authorities: [], cloud: [] };
  for (const { ledger, patientId } of homes) {
    const [authorities, cloud] = [ledger.channel('authorities'), ledger.channel('cloud')];
    stored.push(...(await allRows((page) => cloud.evaluate(records, 'ListRecords', { patientId, ...page }))));
    announced.push(
      ...(await allRows((page) =>
        authorities.evaluate(records, 'ListAnnouncements', { patientId, ...page }),
      )),
    );
    for (const channel of ['authorities', 'cloud'] as const)
      visits[channel].push(
        ...(await allRows((page) =>
          ledger.channel(channel).evaluate(records, 'ListVisits', { patientId, ...page }),
        )),
      );
  }
  expect(stored.map(({ recordId }) => recordId).sort()).toEqual(recordIds);
  expect(announced.map(({ recordId }) => recordId).sort()).toEqual(recordIds);
  expect(visits.authorities.map(({ visitId }) => visitId).sort()).toEqual(visitIds);
  expect(visits.cloud.map(({ visitId }) => visitId).sort()).toEqual(visitIds);

  // What was announced meanwhile was noticed, once each.
  await using notices = await NoticeClient.connect(hospital, { after: 0 });
  for (const recordId of recordIds)
    await notices.next(({ type, data }) => type === 'record' && data['recordId'] === recordId);
  const noticed = notices.received
    .filter(({ type }) => type === 'record')
    .map(({ data }) => String(data['recordId']));
  expect(noticed.sort()).toEqual(recordIds);
  // And what was written can be read.
  const [first] = written;
  const path = `/v1/records/${String(first?.body['recordId'])}?patientId=${homeOf(0).patientId}`;
  expect((await call(hospital, 'practitioner', `GET ${path}`)).body).toEqual(
    JSON.parse(JSON.stringify(bundleOf(homeOf(0), 0))),
  );
}, 180_000);
