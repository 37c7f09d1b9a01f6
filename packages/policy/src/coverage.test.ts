import { describe, expect, test } from '@jest/globals';
import {
  bringsNotices,
  concerns,
  coversReading,
  coversRequest,
  isInForce,
  isStanding,
  readingGrants,
  termsOnRecord,
} from './index.js';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const HOUR_MS = 3_600_000;
const grant = {
  granteeTags: [],
  permissions: ['read' as const],
  scopeTags: ['vital'],
  purposes: ['TREAT' as const],
  from: '2026-03-01T12:00:00Z',
  until: '2026-03-01T13:00:00Z',
};

describe('a grant in time', () => {
  test('stands before it begins, and not at its end', () => {
    expect([NOW - 1, NOW, NOW + HOUR_MS - 1, NOW + HOUR_MS].map((at) => isStanding(grant, at))).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect([NOW - 1, NOW, NOW + HOUR_MS - 1, NOW + HOUR_MS].map((at) => isInForce(grant, at))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  test('that was revoked stands no more, even by a clock behind the one that dated it', () => {
    const revoked = { ...grant, revokedAt: '2026-03-01T12:30:00Z' };
    expect([isStanding(revoked, NOW), isInForce(revoked, NOW)]).toEqual([false, false]);
  });

  test('whose times cannot be read counts at no time', () => {
    expect(isInForce({ ...grant, from: 'soon' }, NOW)).toBe(false);
    expect(isStanding({ ...grant, until: 'never' }, NOW)).toBe(false);
  });
});

describe('who gets a wrap', () => {
  test('are those who may read it now or later', () => {
    expect(coversReading(grant, { tagGroups: [['vital']] }, NOW - HOUR_MS)).toBe(true);
    expect(coversReading(grant, { tagGroups: [['vital']] }, NOW + HOUR_MS)).toBe(false);
    expect(coversReading({ ...grant, permissions: ['write'] }, { tagGroups: [['vital']] }, NOW)).toBe(false);
  });

  test('are not those whose grant covers a part of it, or who cannot tell', () => {
    expect(coversReading(grant, { tagGroups: [['vital'], ['lab']] }, NOW)).toBe(false);
    expect(coversReading(grant, { tagGroups: [] }, NOW)).toBe(false);
    expect(coversReading({ ...grant, scopeTags: [] }, { tagGroups: [] }, NOW)).toBe(true);
  });

  test('are not those to whom something is denied, where another author than the patient says what it holds', () => {
    const rules = [
      { ...grant, authorityId: 'aut_hospital' },
      { ...grant, authorityId: 'aut_hospital', effect: 'deny' as const, scopeTags: ['lab'] },
    ];
    const readersOf = (author: string) => {
      const version = {
        ...{ patientId: 'pat_a', author, kind: 'periodic' as const },
        ...{ tagGroups: [['vital']], period: undefined },
      };
      return readingGrants(rules, termsOnRecord(version), NOW);
    };
    expect(readersOf('pat_a')).toEqual(rules.slice(0, 1));
    expect(readersOf('aut_lab')).toEqual([]);
  });
});

test('a request is covered by one grant that meets every condition', () => {
  const asked = {
    granteeTags: [],
    permission: 'read' as const,
    purpose: 'TREAT' as const,
    tagGroups: [['vital']],
  };
  expect(coversRequest(grant, asked, NOW)).toBe(true);
  expect(coversRequest(grant, { ...asked, purpose: 'HPAYMT' }, NOW)).toBe(false);
  expect([
    concerns(grant, 'read', 'TREAT'),
    concerns(grant, 'read', 'HPAYMT'),
    concerns(grant, 'write', 'TREAT'),
  ]).toEqual([true, false, false]);
});

describe('single measured values', () => {
  const asked = {
    ...{ granteeTags: [], permission: 'read' as const, purpose: 'TREAT' as const },
    ...{ tagGroups: [['vital']], isDetail: true },
  };

  test('are covered by grants that say so alone, also where a grant is of every record', () => {
    for (const scopeTags of [[], ['vital']]) {
      const plain = { ...grant, scopeTags };
      expect([coversRequest(plain, asked, NOW), coversReading(plain, asked, NOW)]).toEqual([false, false]);
      const detailed = { ...plain, detail: true as const };
      expect([coversRequest(detailed, asked, NOW), coversReading(detailed, asked, NOW)]).toEqual([
        true,
        true,
      ]);
    }
  });

  test('are covered by no grant of other records, and denied by a denial of such records', () => {
    const detailed = { ...grant, detail: true as const };
    expect(coversRequest(detailed, { ...asked, tagGroups: [['lab']] }, NOW)).toBe(false);
    const rules = [
      { ...detailed, authorityId: 'aut_hospital' },
      { ...grant, authorityId: 'aut_hospital', effect: 'deny' as const },
    ];
    expect(readingGrants(rules.slice(0, 1), asked, NOW)).toHaveLength(1);
    expect(readingGrants(rules, asked, NOW)).toEqual([]);
  });

  test('are what the kind of a record says, whoever made it', () => {
    const of = (kind: 'periodic' | 'detail') =>
      termsOnRecord({ patientId: 'pat_a', author: 'pat_a', kind, tagGroups: [], period: undefined }).isDetail;
    expect([of('periodic'), of('detail')]).toEqual([false, true]);
  });
});

describe('notices', () => {
  const subscribed = { ...grant, subscriptionId: 's' };
  const by = (status: 'approved' | 'cancelled' | 'pending') => [{ subscriptionId: 's', status }];

  test('come by a grant that lets read now', () => {
    expect(bringsNotices(grant, [], NOW)).toBe(true);
    expect(bringsNotices(grant, [], NOW - 1)).toBe(false);
    expect(bringsNotices({ ...grant, permissions: ['write'] }, [], NOW)).toBe(false);
  });

  test('stop when the authority cancels the subscription that the grant approved', () => {
    expect(bringsNotices(subscribed, by('approved'), NOW)).toBe(true);
    expect(bringsNotices(subscribed, by('cancelled'), NOW)).toBe(false);
    expect(bringsNotices(subscribed, by('pending'), NOW)).toBe(false);
    expect(bringsNotices(subscribed, [{ subscriptionId: 't', status: 'approved' }], NOW)).toBe(false);
  });
});
