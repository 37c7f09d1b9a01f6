import type { GrantState } from '@careledger/contracts';
import { ANY, type Permission, type PurposeOfUse } from '@careledger/domain';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decide, readingGrants, type Request, type StandingGrant } from './index.js';

const NOW_MS = Date.parse('2026-03-01T12:00:00Z');
const AUTHORITIES = ['aut_hospital', 'aut_lab'];
const [TAGS, WARDS] = [
  ['a', 'b', 'c'],
  ['w', 'x'],
];
const PERMISSIONS: readonly Permission[] = ['read', 'write', 'modify'];
const PURPOSES: readonly PurposeOfUse[] = ['TREAT', 'HRESCH'];

const some = <T>(of: readonly T[], minLength = 0) => fc.uniqueArray(fc.constantFrom(...of), { minLength });
const day = fc.integer({ min: 1, max: 5 }).map((n) => `2026-03-0${n}T00:00:00Z`);
const period = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 }))
  .map(([start, days]) => ({
    start: `2026-03-0${start}T00:00:00Z`,
    end: `2026-03-0${start + days}T00:00:00Z`,
  }));

const ruleOf = (effect?: 'deny'): fc.Arbitrary<StandingGrant> =>
  fc
    .record(
      {
        patientId: fc.constant('pat_a'),
        grantId: fc.uuid(),
        policySeq: fc.integer({ min: 1, max: 9 }),
        authorityId: fc.constantFrom(...AUTHORITIES, ...(effect === undefined ? [] : [ANY])),
        granteeTags: some(WARDS),
        permissions: some(PERMISSIONS, 1),
        scopeTags: some(TAGS),
        purposes: some(PURPOSES, 1),
        from: day,
        until: day,
        period,
        revokedAt: day,
      },
      {
        requiredKeys: [
          ...([
            'patientId',
            'grantId',
            'policySeq',
            'authorityId',
            'granteeTags',
            'permissions',
            'scopeTags',
          ] as const),
          ...(['purposes', 'from'] as const),
        ],
      },
    )
    .map((rule): StandingGrant => (effect === undefined ? rule : { ...rule, effect }) as StandingGrant);

const grants = fc.array(ruleOf(), { maxLength: 4 });
const denials = fc.array(ruleOf('deny'), { maxLength: 3 });
const tagGroups = fc.array(some(TAGS, 1), { maxLength: 3 });
const request: fc.Arbitrary<Request> = fc.record({
  patientId: fc.constant('pat_a'),
  requester: fc.constantFrom(...AUTHORITIES),
  granteeTags: some(WARDS),
  permission: fc.constantFrom(...PERMISSIONS),
  purpose: fc.constantFrom(...PURPOSES),
  tagGroups,
  period: fc.option(period, { nil: undefined }),
  isUnconfirmed: fc.boolean(),
  author: fc.constantFrom('pat_a', ...AUTHORITIES),
});
const policy = fc.record({ version: fc.constant(1), revokedThroughSeq: fc.integer({ min: 0, max: 9 }) });
const idsOf = (rules: readonly Pick<GrantState, 'grantId'>[]) => rules.map(({ grantId }) => grantId).sort();

test('a denial never widens: what is permitted under more denials is permitted, and alike, under fewer', () => {
  const rules = fc.record({ given: grants, some: denials, more: denials });
  fc.assert(
    fc.property(request, policy, rules, (asked, now, { given, some: few, more }) => {
      const under = decide(asked, now, [...given, ...few, ...more], NOW_MS);
      if (under.decision === 'permit') expect(decide(asked, now, [...given, ...few], NOW_MS)).toEqual(under);
    }),
  );
});

test('the order of rules does not matter', () => {
  const shuffled = fc
    .tuple(grants, denials)
    .map(([given, denied]) => [...given, ...denied])
    .chain((rules) => fc.tuple(fc.constant(rules), fc.shuffledSubarray(rules, { minLength: rules.length })));
  fc.assert(
    fc.property(request, policy, shuffled, (asked, now, [rules, others]) => {
      expect(decide(asked, now, others, NOW_MS)).toEqual(decide(asked, now, rules, NOW_MS));
      const record = { tagGroups: asked.tagGroups, period: asked.period };
      expect(idsOf(readingGrants(others, record, NOW_MS))).toEqual(
        idsOf(readingGrants(rules, record, NOW_MS)),
      );
    }),
  );
});

test('a revoke-all ends no denial: what is denied before it is denied after it', () => {
  fc.assert(
    fc.property(request, grants, denials, fc.integer({ min: 1, max: 9 }), (asked, given, denied, seq) => {
      const rules = [...given, ...denied];
      const before = decide(asked, { version: 1, revokedThroughSeq: 0 }, rules, NOW_MS);
      const after = decide(asked, { version: 1, revokedThroughSeq: seq }, rules, NOW_MS);
      if (before.decision === 'deny') expect(after.decision).toBe('deny');
    }),
  );
});

test('who may read has the key: no permit to read is for an authority whose wrap has gone', () => {
  fc.assert(
    fc.property(request, grants, denials, (asked, given, denied) => {
      const rules = [...given, ...denied];
      const reading = { ...asked, permission: 'read' as const };
      const { decision, reason } = decide(reading, { version: 1, revokedThroughSeq: 0 }, rules, NOW_MS);
      if (decision === 'deny' || reason === 'AUTHOR') return;
      const holders = readingGrants(rules, reading, NOW_MS).map(({ authorityId }) => authorityId);
      expect(holders).toContain(asked.requester);
    }),
  );
});

test('a denial of everything to everybody leaves nobody a key', () => {
  fc.assert(
    fc.property(grants, tagGroups, period, (given, groups, recorded) => {
      const everything = {
        ...{ patientId: 'pat_a', grantId: 'd', policySeq: 1, effect: 'deny' as const, authorityId: ANY },
        ...{ granteeTags: [], permissions: [...PERMISSIONS], scopeTags: [], purposes: [...PURPOSES] },
        from: '2026-01-01T00:00:00Z',
      };
      expect(readingGrants([...given, everything], { tagGroups: groups, period: recorded }, NOW_MS)).toEqual(
        [],
      );
    }),
  );
});
