import type { AnnouncedRecordState } from '@careledger/contracts';
import { createLogger } from '@careledger/service-kit';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { fakeChannel } from '../../testing/fake-channel.js';
import { testPatient } from '../../testing/test-patient.js';
import { MirrorStore } from '../policy/mirror-store.js';
import { Policy } from '../policy/policy.js';
import { SqliteStore } from '../store/store.js';
import { Announcements } from './announcements.js';
import { EmergencyStore } from './emergency-store.js';
import { NoticeLog } from './notice-log.js';

const { patientId, grant } = testPatient();
const { grantId } = grant();
const announced = (letter: string, more: Partial<AnnouncedRecordState> = {}): AnnouncedRecordState => ({
  patientId,
  recordId: `rec_${letter.repeat(32)}`,
  seed: 'S'.repeat(42) + 'A',
  version: 1,
  prevVersionHash: null,
  author: patientId,
  kind: 'periodic',
  period: { start: '2026-05-05T10:00:00Z', end: '2026-05-05T11:00:00Z' },
  providerId: 'prv_cloud-a',
  manifestHash: 'A'.repeat(43),
  tagGroups: [],
  storeTxId: 'b'.repeat(64),
  announcedAt: '2026-05-05T11:00:00Z',
  txId: 'c'.repeat(64),
  ...more,
});

describe('announcements become notices', () => {
  let store: SqliteStore;
  let log: NoticeLog;
  let mirror: MirrorStore;
  let announcements: Announcements;
  beforeEach(() => {
    store = new SqliteStore(':memory:');
    mirror = new MirrorStore(store);
    log = new NoticeLog(store);
    const policy = new Policy({
      authorityId: 'aut_hospital',
      authorities: fakeChannel('authorities'),
      mirror,
      store,
    });
    announcements = new Announcements({
      store,
      policy,
      log,
      emergencies: new EmergencyStore(store),
      logger: createLogger('announcements', { level: 'silent' }),
    });
  });
  afterEach(() => store.close());

  const announce = (block: number, ...records: AnnouncedRecordState[]) =>
    store.commit(() => announcements.announced(records, block));
  /** The event of a grant in a block is read. */
  const readGrant = (block: number, more: Parameters<typeof grant>[0] = {}) =>
    store.commit(() => {
      mirror.putGrants([grant(more)]);
      mirror.grantSince(patientId, grantId, block);
      announcements.grantsChanged(patientId);
      announcements.grantsReadUpTo(block);
    });
  const noticed = (): unknown[] => {
    log.published();
    return log.after(0).map(({ data }) => data['recordId']);
  };

  test('an announcement that overtakes the event of its grant is noticed once the grant is read', async () => {
    await announce(7, announced('a'));
    expect(noticed()).toEqual([]);
    await readGrant(6);
    expect(noticed()).toEqual([announced('a').recordId]);
  });

  test('one from before the grant is not', async () => {
    await announce(5, announced('a'));
    await readGrant(6);
    await announce(5, announced('b'));
    expect(noticed()).toEqual([]);
  });

  test('an event that comes twice is one notice', async () => {
    await readGrant(6);
    await announce(7, announced('a'));
    await announce(7, announced('a'));
    expect(noticed()).toEqual([announced('a').recordId]);
  });

  test('a scoped grant brings notices of what is wholly within its scope', async () => {
    const [tag, other] = ['t', 'u'].map((letter) => `${letter.repeat(21)}A`) as [string, string];
    await readGrant(6, { scopeTags: [tag] });
    const within = announced('b', { tagGroups: [[tag, other]] });
    await announce(7, announced('a'), within, announced('c', { tagGroups: [[tag], [other]] }));
    expect(noticed()).toEqual([within.recordId]);
  });

  test('under an exception none comes of what its author alone says to be something else', async () => {
    const [tag, other] = ['t', 'u'].map((letter) => `${letter.repeat(21)}A`) as [string, string];
    await store.commit(() =>
      mirror.putGrants([grant({ grantId: `${'d'.repeat(21)}A`, effect: 'deny', scopeTags: [other] })]),
    );
    await readGrant(6);
    const own = announced('a', { tagGroups: [[tag]] });
    await announce(7, own, announced('b', { tagGroups: [[tag]], author: 'aut_lab', kind: 'clinical' }));
    expect(noticed()).toEqual([own.recordId]);
  });

  test('one comes once the patient’s gateway has confirmed that it is something else, also to a grant that is read later', async () => {
    const [tag, other] = ['t', 'u'].map((letter) => `${letter.repeat(21)}A`) as [string, string];
    await store.commit(() =>
      mirror.putGrants([grant({ grantId: `${'d'.repeat(21)}A`, effect: 'deny', scopeTags: [other] })]),
    );
    const theirs = announced('b', { tagGroups: [[tag]], author: 'aut_lab', kind: 'clinical' });
    const at = '2026-05-05T11:00:01Z';
    const confirmations = [{ seq: 1, tagGroups: [[tag]], at, txId: 'e'.repeat(64) }];
    await announce(7, theirs);
    await announce(8, { ...theirs, confirmations });
    expect(noticed()).toEqual([]);
    await readGrant(6);
    expect(noticed()).toEqual([theirs.recordId]);
    await announce(9, { ...theirs, confirmations });
    expect(noticed()).toEqual([theirs.recordId]);
  });

  test('also to a grant that came between the announcement and the confirmation, whichever stream is ahead', async () => {
    const theirs = announced('b', { tagGroups: [], author: 'aut_lab', kind: 'clinical' });
    const [tag] = [`${'t'.repeat(21)}A`];
    const confirmations = [{ seq: 1, tagGroups: [[tag]], at: '2026-05-05T11:00:01Z', txId: 'e'.repeat(64) }];
    await announce(7, theirs);
    await announce(9, { ...theirs, confirmations });
    await readGrant(8, { scopeTags: [tag] });
    expect(noticed()).toEqual([theirs.recordId]);
  });

  test.each([
    ['revoked', { revokedAt: '2026-05-05T00:00:00Z' }],
    ['expired', { until: '2026-02-01T00:00:00Z' }],
    ['only to write', { permissions: ['write' as const] }],
    ['of a subscription that is not approved', { subscriptionId: `${'s'.repeat(21)}A` }],
  ])('a grant that is %s brings none', async (_name, more) => {
    await readGrant(6, more);
    await announce(7, announced('a'));
    expect(noticed()).toEqual([]);
  });

  test('what can no longer be waited for is let go', async () => {
    await announce(5, announced('a'));
    await store.commit(() => announcements.grantsReadUpTo(6));
    expect(store.all('SELECT * FROM held_announcements')).toEqual([]);
  });
});
