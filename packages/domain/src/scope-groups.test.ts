import { describe, expect, test } from '@jest/globals';
import {
  SCOPE_TAGS_MAX,
  TAG_GROUPS_MAX,
  tagGroupsBy,
  termKey,
  type RecordOrigin,
  type ResourceKind,
  type ScopeTerm,
  type TagGroups,
} from './index.js';

const kind = (more: Partial<ResourceKind> = {}): ResourceKind => ({
  ...{ resourceType: 'Observation', categories: ['laboratory'], labels: [], codes: [], mentions: [] },
  ...{ practitioners: [], encounters: [] },
  ...more,
});
const code = (name: string) => ({ system: 'http://loinc.org', code: name });
const LAB_RESULTS = { category: 'laboratory', resourceType: '*' };

/** Terms stand for themselves here. */
const groupsOf = (kinds: readonly ResourceKind[], origin: RecordOrigin = {}): TagGroups => {
  const groups = tagGroupsBy(kinds, origin, (terms) => terms.map(termKey));
  if (groups === undefined) throw new Error('more than can be said');
  return groups;
};
/** As `packages/policy` has it: a grant shares a tag with each group, a denial with one. */
const covers = (groups: TagGroups, ...scope: ScopeTerm[]) =>
  groups.every((group) => scope.some((term) => group.includes(termKey(term))));
const isDenied = (groups: TagGroups, ...scope: ScopeTerm[]) =>
  groups.some((group) => scope.some((term) => group.includes(termKey(term))));

describe('codes', () => {
  test('“only this code” opens no record that holds another one, “all but this code” keeps it back', () => {
    const both = groupsOf([kind({ codes: [code('a')] }), kind({ codes: [code('b')] })]);
    expect([covers(both, code('a')), covers(both, code('a'), code('b'))]).toEqual([false, true]);
    expect([isDenied(both, code('b')), isDenied(both, code('c'))]).toEqual([true, false]);
    expect(covers(both, LAB_RESULTS)).toBe(true);
  });

  test('one concept in two code systems is granted by either', () => {
    const groups = groupsOf([kind({ codes: [code('a'), { system: 'http://snomed.info/sct', code: '1' }] })]);
    expect(covers(groups, code('a'))).toBe(true);
  });

  test('what is mentioned alone opens nothing, and is found by a denial', () => {
    const groups = groupsOf([kind({ codes: [code('panel')], mentions: [code('part')] })]);
    expect([covers(groups, code('part')), covers(groups, code('panel'))]).toEqual([false, true]);
    expect(isDenied(groups, code('part'))).toBe(true);
  });

  test('more than there are groups for are found by denials still, and by no grant of codes alone', () => {
    const codes = Array.from({ length: 100 }, (_, n) => code(`c${n}`));
    const groups = groupsOf(codes.map((each) => kind({ codes: [each] })));
    expect(groups.length).toBeLessThanOrEqual(TAG_GROUPS_MAX);
    expect(covers(groups, LAB_RESULTS)).toBe(true);
    expect(covers(groups, ...codes)).toBe(false);
    expect(codes.every((each) => isDenied(groups, each))).toBe(true);
  });
});

describe('where a record comes from', () => {
  const [A, B] = ['aut_a', 'aut_b'];
  const [P, Q] = ['p', 'q'].map((letter) => `prc_${letter.repeat(32)}`) as [string, string];

  test('“only this author” opens no version that continues another one’s, “all but” finds either', () => {
    const groups = groupsOf([kind()], { authors: [B, A] });
    expect([covers(groups, { author: B }), covers(groups, { author: A })]).toEqual([false, false]);
    expect(covers(groups, { author: A }, { author: B })).toBe(true);
    expect([A, B].every((author) => isDenied(groups, { author }))).toBe(true);
    expect(covers(groups, LAB_RESULTS)).toBe(true);
  });

  test('a practitioner is one of the authority that wrote it', () => {
    const groups = groupsOf([kind({ practitioners: [P] })], { authors: [A] });
    expect(covers(groups, { author: A, practitionerId: P })).toBe(true);
    expect(isDenied(groups, { author: B, practitionerId: P })).toBe(false);
    const two = groupsOf([kind({ practitioners: [P] }), kind({ practitioners: [Q] })], { authors: [A] });
    expect(covers(two, { author: A, practitionerId: P })).toBe(false);
  });

  test('a record, and what of it belongs to a visit', () => {
    const recordId = `rec_${'a'.repeat(32)}`;
    const visit = { encounter: 'c9Xr4TmQy2LhV7sKb0WnEw' };
    const groups = groupsOf([kind({ encounters: [visit.encounter] }), kind()], { recordId });
    expect([covers(groups, { recordId }), covers(groups, visit)]).toEqual([true, false]);
    expect(isDenied(groups, visit)).toBe(true);
  });
});

test('what does not fit is not cut: nothing is said', () => {
  const kinds = Array.from({ length: TAG_GROUPS_MAX + 1 }, (_, n) => kind({ categories: [`c${n}`] }));
  const labels = Array.from({ length: SCOPE_TAGS_MAX }, (_, n) => `L${n}`);
  const tagsOf = (terms: readonly ScopeTerm[]) => terms.map(termKey);
  expect(tagGroupsBy(kinds, {}, tagsOf)).toBeUndefined();
  expect(tagGroupsBy(kinds.slice(1), {}, tagsOf)).toHaveLength(TAG_GROUPS_MAX);
  expect(tagGroupsBy([kind({ labels })], {}, tagsOf)).toBeUndefined();
});
