import type { AccessState } from '@careledger/contracts';
import { openDatabase } from '@careledger/service-kit';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { migrations } from '../store/migrations.js';
import { spendPermits, type ReleaseClaim, type Spending } from './permit.js';
import { ReleaseStore } from './release-store.js';

const CAME_MS = Date.parse('2026-05-05T11:59:50Z');
/** So many seconds after the permit came, by both clocks unless told otherwise. */
const after = (seconds: number, wallSeconds = seconds) => ({
  wallMs: CAME_MS + wallSeconds * 1_000,
  monotonicMs: seconds * 1_000,
});
const committed: AccessState = {
  patientId: 'pat_a',
  basis: 'request',
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
  policyHash: 'A'.repeat(43),
  at: '2026-05-05T11:59:50.000Z',
  releaseBefore: '2026-05-05T12:00:20.000Z',
  txId: 'f'.repeat(64),
};
/** As a relay dates it whose clock is two minutes ahead. */
const aheadBy2Min: AccessState = {
  ...committed,
  at: '2026-05-05T12:01:50.000Z',
  releaseBefore: '2026-05-05T12:02:20.000Z',
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

  const claimed = (given: Partial<Spending> = {}, asked: Partial<ReleaseClaim> = {}) => ({
    claim: { ...claim, ...asked },
    spending: {
      arrival: { access: committed, at: after(0) },
      releasing: 'prv_b',
      relay: 'prv_a',
      policyVersion: 3,
      now: after(10),
      ...given,
    },
  });
  const spend = (given: Partial<Spending> = {}, asked: Partial<ReleaseClaim> = {}) => {
    const [objection] = spendPermits([claimed(given, asked)], releases);
    if (objection !== undefined) throw objection;
  };
  const codeOf = (act: () => void): string | undefined => {
    try {
      act();
      return undefined;
    } catch (error) {
      return (error as { code?: string }).code;
    }
  };

  test('lets one release go, and is noted', () => {
    spend();
    const { permitTxId, requester, recordId, version } = claim;
    expect(releases.findByPermit({ permitTxId, requester, recordId, version })).toMatchObject({
      requestSid: 'request',
    });
    expect(releases.findByPermit({ permitTxId, requester, recordId, version: 2 })).toBeUndefined();
  });

  test('used twice is refused', () => {
    spend();
    expect(codeOf(() => spend())).toBe('PERMIT_USED');
  });

  test('of one transaction with many is spent by itself: of two claims the second, and no neighbour', () => {
    const sibling = { ...committed, requestSid: 'sibling', recordId: 'rec_b', version: 4 };
    const theirs = { requestSid: 'sibling', recordId: 'rec_b', version: 4 };
    const outcomes = spendPermits(
      [
        claimed(),
        claimed({ arrival: { access: sibling, at: after(0) } }, theirs),
        claimed(),
        claimed({ policyVersion: 4 }),
        claimed({ arrival: { access: sibling, at: after(0) } }, { requestSid: 'sibling' }),
      ],
      releases,
    );
    expect(outcomes.map((objection) => objection?.code)).toEqual([
      undefined,
      undefined,
      'PERMIT_USED',
      'POLICY_CHANGED',
      'PERMIT_INVALID',
    ]);
    expect(releases.list(undefined, 10).map(({ requestSid }) => requestSid)).toEqual(['sibling', 'request']);
  });

  test('of two requesters who chose one request id is spent by each', () => {
    const theirs = { ...committed, requester: 'aut_insurer', txId: 'e'.repeat(64) };
    spend();
    spend(
      { arrival: { access: theirs, at: after(0) } },
      { requester: 'aut_insurer', permitTxId: theirs.txId },
    );
    expect(releases.list(undefined, 10)).toHaveLength(2);
  });

  test('is good until 30 s after it came, and not used up by coming late', () => {
    expect(codeOf(() => spend({ now: after(30) }))).toBe('PERMIT_EXPIRED');
    expect(releases.list(undefined, 10)).toEqual([]);
    expect(codeOf(() => spend({ now: after(29.999) }))).toBeUndefined();
  });

  test.each([
    ['31 s after it came', after(31)],
    ['after its holder set its clock back', after(31, 1)],
    ['after its holder was suspended, whose other clock stood still', after(1, 31)],
  ])('of a relay whose clock is ahead by 2 min is over %s', (_when, now) => {
    const arrival = { access: aheadBy2Min, at: after(0) };
    expect(codeOf(() => spend({ arrival, now }))).toBe('PERMIT_EXPIRED');
    expect(codeOf(() => spend({ arrival }))).toBeUndefined();
  });

  test('whose own time is over is over, however late it came', () => {
    const arrival = { access: committed, at: after(25) };
    expect(codeOf(() => spend({ arrival, now: after(30) }))).toBe('PERMIT_EXPIRED');
  });

  test('that nobody here saw come is dead: it was met in catching up, or before a restart', () => {
    expect(codeOf(() => spend({ arrival: { access: committed, at: undefined } }))).toBe('PERMIT_EXPIRED');
  });

  test('of before a change of the policy releases nothing after it', () => {
    expect(codeOf(() => spend({ policyVersion: 4 }))).toBe('POLICY_CHANGED');
    // A peer that lags behind the permit knows less than it.
    expect(codeOf(() => spend({ policyVersion: 2 }))).toBe('POLICY_CHANGED');
  });

  test.each<[string, Partial<Spending>, Partial<ReleaseClaim>]>([
    ['a provider that serves without a permit', { arrival: undefined }, {}],
    ['a denial', { arrival: { access: { ...committed, decision: 'deny' }, at: after(0) } }, {}],
    ['the reading of a notice', { arrival: { access: { ...committed, basis: 'notice' }, at: after(0) } }, {}],
    ['another record', {}, { recordId: 'rec_b' }],
    ['another version', {}, { version: 2 }],
    ['another patient', {}, { patientId: 'pat_b' }],
    ['another requester', {}, { requester: 'aut_insurer' }],
    ['another request', {}, { requestSid: 'another' }],
    ['another transaction', {}, { permitTxId: 'e'.repeat(64) }],
    ['another holder', { releasing: 'prv_c' }, {}],
    ['another relay than the one that the requester chose', { relay: 'prv_pharmacy' }, {}],
  ])('is not one for %s', (_name, given, asked) => {
    expect(codeOf(() => spend(given, asked))).toBe('PERMIT_INVALID');
    expect(releases.list(undefined, 10)).toEqual([]);
  });
});
