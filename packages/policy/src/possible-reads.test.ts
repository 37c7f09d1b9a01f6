import { describe, expect, test } from '@jest/globals';
import { asOf, confirmationsAsOf, missingForReading, readersGrants, type StandingGrant } from './index.js';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const record = {
  ...{ patientId: 'pat_a', author: 'pat_a', kind: 'periodic' as const, policyVersion: 7 },
  tagGroups: [['vital']],
  period: { start: '2026-03-01T10:00:00Z', end: '2026-03-01T11:00:00Z' },
};

const grant = (changes: Partial<StandingGrant> = {}): StandingGrant => ({
  ...{ patientId: 'pat_a', authorityId: 'aut_hospital', grantId: 'g', policySeq: 1 },
  ...{ granteeTags: [], permissions: ['read'], scopeTags: ['vital'], purposes: ['TREAT', 'HPAYMT'] },
  from: '2026-03-01T12:00:00Z',
  ...changes,
});

const readsOf = (...rules: StandingGrant[]) =>
  readersGrants(rules, record, NOW).map(({ grant: { grantId }, reads }) => [
    grantId,
    reads.map(({ granteeTag, purpose, decision: { decision, reason } }) =>
      [granteeTag ?? 'anybody', purpose, decision, reason].join(' '),
    ),
  ]);

describe('who could read a record', () => {
  test('is told grant by grant: two that cover it are two lines, each decided by itself', () => {
    expect(readsOf(grant(), grant({ grantId: 'h', purposes: ['TREAT'] }))).toEqual([
      ['g', ['anybody TREAT permit GRANT', 'anybody HPAYMT permit GRANT']],
      ['h', ['anybody TREAT permit GRANT']],
    ]);
  });

  test('is nobody by a grant for other records, for writing, of another patient, over or to come', () => {
    const nothing: Partial<StandingGrant>[] = [
      { scopeTags: ['lab'] },
      { permissions: ['write'] },
      { patientId: 'pat_b' },
      { until: '2026-03-01T12:00:00Z' },
      { from: '2026-03-01T12:00:01Z' },
      { period: { start: '2026-03-01T10:30:00Z', end: '2026-03-01T11:00:00Z' } },
    ];
    expect(nothing.map((changes) => readsOf(grant(changes)))).toEqual(nothing.map(() => []));
  });

  test('is, of single measured values, whoever has a grant that includes them', () => {
    const values = { ...record, kind: 'detail' as const };
    const whom = (changes: Partial<StandingGrant>) => readersGrants([grant(changes)], values, NOW).length;
    expect([whom({}), whom({ detail: true })]).toEqual([0, 1]);
  });

  test('tells what a denial leaves of a grant, and not a grant of which it leaves nothing', () => {
    const denial = (changes: Partial<StandingGrant>) => grant({ effect: 'deny', grantId: 'd', ...changes });
    expect(readsOf(grant(), denial({ authorityId: '*', purposes: ['HPAYMT'] }))).toEqual([
      ['g', ['anybody TREAT permit GRANT', 'anybody HPAYMT deny DENIED_BY_RULE']],
    ]);
    const units = grant({ granteeTags: ['ward', 'desk'], purposes: ['TREAT'] });
    expect(readsOf(units, denial({ granteeTags: ['desk'] }))).toEqual([
      ['g', ['ward TREAT permit GRANT', 'desk TREAT deny DENIED_BY_RULE']],
    ]);
    expect(readsOf(grant(), denial({ scopeTags: [] }))).toEqual([]);
    expect(readsOf(grant(), denial({ authorityId: 'aut_lab' }))).toHaveLength(1);
  });
});

test('under a denial by content nobody could read what another author says the content of', () => {
  const denial = grant({ effect: 'deny', grantId: 'd', scopeTags: ['lab'] });
  const readers = (author: string) => readersGrants([grant(), denial], { ...record, author }, NOW);
  expect([readers('pat_a').length, readers('aut_lab').length]).toEqual([1, 0]);
});

describe('what the patient’s gateway found in another author’s record', () => {
  const at = (ms: number) => new Date(NOW + ms).toISOString();
  const found = (seq: number, ...tagGroups: string[][]) => ({
    seq,
    tagGroups,
    at: at(seq * 1_000),
    txId: 'f',
  });
  const theirs = { ...record, author: 'aut_lab', kind: 'clinical' as const };
  const readers = (rules: StandingGrant[], confirmations: ReturnType<typeof found>[]) =>
    readersGrants(rules, { ...theirs, confirmations }, NOW).map(({ grant: { grantId } }) => grantId);

  test('says who could read it, whatever its author said', () => {
    const denial = grant({ effect: 'deny', grantId: 'd', scopeTags: ['lab'] });
    const [all, vital] = [grant({ scopeTags: [] }), grant()];
    expect(readers([all, denial], [])).toEqual([]);
    expect(readers([all, denial], [found(1, ['vital'])])).toEqual(['g']);
    expect(readers([all, denial], [found(1, ['vital'], ['lab'])])).toEqual([]);
    expect(readers([vital], [found(1, ['lab'])])).toEqual([]);
    expect(readers([grant({ scopeTags: ['lab'] })], [found(1, ['lab'])])).toEqual(['g']);
  });

  test('counts from when the ledger had it', () => {
    const both = [found(1, ['lab']), found(2, ['vital'])];
    const known = [0, 1_000, 1_999, 2_000].map((ms) =>
      confirmationsAsOf(both, NOW + ms).map(({ seq }) => seq),
    );
    expect(known).toEqual([[], [1], [1], [1, 2]]);
    expect(confirmationsAsOf(undefined, NOW)).toEqual([]);
  });
});

describe('in hindsight', () => {
  const rule = { ...grant(), recordedAt: '2026-03-01T12:00:00Z', revokedAt: '2026-03-01T13:00:00Z' };

  test('a rule is what the ledger had of it then: nothing before it came and after it was revoked', () => {
    const at = (ms: number) => asOf(rule, NOW + ms);
    expect([at(-1), at(3_600_000)]).toEqual([undefined, undefined]);
    const { revokedAt, ...known } = rule;
    expect([at(0), at(3_599_999), revokedAt]).toEqual([known, known, '2026-03-01T13:00:00Z']);
  });

  test('a grant is told with every condition that it did not meet, a denial with none', () => {
    const missing = (changes: Partial<StandingGrant>, purpose: 'TREAT' | 'PATRQT' = 'TREAT') =>
      missingForReading(grant(changes), { ...record, purpose }, NOW);
    expect(missing({ granteeTags: ['ward'] })).toEqual([]);
    expect(missing({ scopeTags: ['lab'] }, 'PATRQT')).toEqual(['PURPOSE_NOT_GRANTED', 'SCOPE_NOT_GRANTED']);
    expect(missing({ until: '2026-03-01T12:00:00Z' })).toEqual(['GRANT_EXPIRED']);
    expect(missing({ effect: 'deny', scopeTags: ['lab'] })).toEqual([]);
  });
});
