import type { SubscriptionState } from '@careledger/contracts';
import { createLogger } from '@careledger/service-kit';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { MirrorStore } from '../policy/mirror-store.js';
import { SqliteStore } from '../store/store.js';
import { Lapses } from './lapses.js';
import { NoticeLog } from './notice-log.js';

const LAPSES_AT = '2026-05-05T12:00:00Z';
const LAPSES_MS = Date.parse(LAPSES_AT);
/** As the ledger's time may be another's. */
const GRACE_MS = 120_000;
const asked: SubscriptionState = {
  ...{
    subscriptionId: 'AAAAAAAAAAAAAAAAAAAAAQ',
    patientId: `pat_${'a'.repeat(32)}`,
    authorityId: 'aut_hospital',
  },
  ...{ permissions: ['read'], purposes: ['TREAT'], status: 'pending' },
  ...{ requestedAt: '2026-05-04T12:00:00Z', lapsesAt: LAPSES_AT },
};

let store: SqliteStore;
let mirror: MirrorStore;
let log: NoticeLog;
let nowMs: number;
let lapses: Lapses;
beforeEach(() => {
  nowMs = LAPSES_MS;
  store = new SqliteStore(':memory:');
  mirror = new MirrorStore(store);
  log = new NoticeLog(store);
  lapses = new Lapses({
    ...{ store, mirror, log, clock: () => nowMs },
    logger: createLogger('lapses', { level: 'silent' }),
  });
});
afterEach(async () => {
  await lapses[Symbol.asyncDispose]();
  await store.close();
});
const heard = (row: SubscriptionState) => store.commit(() => mirror.putSubscriptions([row]));
const told = () => log.after(0).map(({ data }) => data['status']);

test('a request that nobody answers is told of as lapsed, once, when no answer in time can come', async () => {
  await heard(asked);
  nowMs = LAPSES_MS + GRACE_MS - 1;
  await lapses.check();
  expect(told()).toEqual([]);
  nowMs += 1;
  await lapses.check();
  await lapses.check();
  expect(told()).toEqual(['lapsed']);
  expect(mirror.subscription(asked.subscriptionId)).toMatchObject({ status: 'lapsed' });
});

test('one that the ledger shows as lapsed before it was looked for is told of as well', async () => {
  await heard(asked);
  await heard({ ...asked, status: 'lapsed' });
  nowMs = LAPSES_MS + GRACE_MS;
  await lapses.check();
  expect(told()).toEqual(['lapsed']);
});

test('one that was answered has not lapsed, also where the answer is heard of late', async () => {
  await heard({ ...asked, status: 'approved' });
  nowMs = LAPSES_MS + GRACE_MS;
  await lapses.check();
  expect(told()).toEqual([]);
  await heard(asked);
  await lapses.check();
  await heard({ ...asked, status: 'approved-in-part' });
  await lapses.check();
  expect(mirror.subscription(asked.subscriptionId)).toMatchObject({ status: 'approved-in-part' });
});
