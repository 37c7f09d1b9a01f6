import type { AccessState } from '@careledger/contracts';
import { openDatabase } from '@careledger/service-kit';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { migrations } from '../store/migrations.js';
import { ReleaseStore } from '../store/release-store.js';
import { spendPermit, type ReleaseClaim } from './permit.js';

const NOW_MS = Date.parse('2026-05-05T12:00:00Z');
const committed: AccessState = {
  patientId: 'pat_a',
  requestSid: 'request',
  requester: 'aut_hospital',
  recordId: 'rec_a',
  version: 1,
  purpose: 'TREAT',
  throughProviderId: 'prv_a',
  releasingProviderId: 'prv_b',
  decision: 'permit',
  reason: 'GRANT',
  policyVersion: 3,
  at: '2026-05-05T11:59:50.000Z',
  releaseBefore: '2026-05-05T12:00:20.000Z',
  txId: 'f'.repeat(64),
};
const claim: ReleaseClaim = {
  requestSid: 'request',
  permitTxId: committed.txId,
  patientId: 'pat_a',
  recordId: 'rec_a',
  version: 1,
  requester: 'aut_hospital',
};

describe('a permit', () => {
  let database: ReturnType<typeof openDatabase>;
  let releases: ReleaseStore;
  beforeEach(() => {
    database = openDatabase({ path: ':memory:', migrations });
    releases = new ReleaseStore(database);
  });
  afterEach(() => database.close());

  const spend = (
    given: Partial<ReleaseClaim> = {},
    state: AccessState | undefined = committed,
    nowMs = NOW_MS,
  ) => spendPermit({ ...claim, ...given }, state, 'prv_b', nowMs, releases);

  test('lets one release go, and is noted', () => {
    spend();
    expect(releases.findByPermit(committed.txId)).toMatchObject({
      requester: 'aut_hospital',
      recordId: 'rec_a',
    });
  });

  test('used twice is refused', () => {
    spend();
    expect(() => spend()).toThrow(expect.objectContaining({ code: 'PERMIT_USED' }));
  });

  test('older than its window is refused, and not used up', () => {
    expect(() => spend({}, committed, NOW_MS + 20_000)).toThrow(
      expect.objectContaining({ code: 'PERMIT_EXPIRED' }),
    );
    expect(releases.list(10)).toEqual([]);
  });

  test.each([
    ['a provider that serves without a permit', {}, undefined],
    ['a denial', {}, { ...committed, decision: 'deny' as const }],
    ['another record', { recordId: 'rec_b' }, committed],
    ['another version', { version: 2 }, committed],
    ['another patient', { patientId: 'pat_b' }, committed],
    ['another requester', { requester: 'aut_insurer' }, committed],
    ['another transaction', { permitTxId: 'e'.repeat(64) }, committed],
    ['another provider', {}, { ...committed, releasingProviderId: 'prv_c' }],
  ])('is not one for %s', (_name, given, state) => {
    if (state === undefined)
      expect(() => spendPermit(claim, undefined, 'prv_b', NOW_MS, releases)).toThrow(
        expect.objectContaining({ code: 'PERMIT_INVALID' }),
      );
    else expect(() => spend(given, state)).toThrow(expect.objectContaining({ code: 'PERMIT_INVALID' }));
  });
});
