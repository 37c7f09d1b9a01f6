import {
  emergencyBundle,
  periodicBundle,
  type Bundle,
  type Device,
  type Observation,
} from '@careledger/fhir';
import { everything, ofOneCause } from '@careledger/fhir/testing';
import { newSalt } from '@careledger/envelope';
import { ANY, TAG_GROUPS_MAX, type RecordOrigin } from '@careledger/domain';
import { coversTags } from '@careledger/policy';
import { describe, expect, test } from '@jest/globals';
import { scopeTag } from '@careledger/envelope';
import { foundIn, isTrue, tagGroupsOf } from './scope.js';

const key = newSalt();
/** What a bundle's groups are, whichever record holds it. */
const groupsOf = (bundle: Bundle) => tagGroupsOf(key, bundle, {});
const CATEGORY = 'http://terminology.hl7.org/CodeSystem/observation-category';

const observation = (...categories: string[]): Observation => ({
  resourceType: 'Observation',
  id: '00000000-0000-0000-0000-000000000000',
  status: 'final',
  category: categories.map((code) => ({ coding: [{ system: CATEGORY, code }] })),
  code: { coding: [{ system: 'http://loinc.org', code: '2339-0' }] },
  subject: { type: 'Patient', identifier: { system: 'urn:careledger:patient', value: 'pat' } },
});
const bundleOf = (...resources: Bundle['entry'][number]['resource'][]): Bundle => ({
  resourceType: 'Bundle',
  id: '00000000-0000-0000-0000-000000000000',
  identifier: { system: 'urn:careledger:window', value: 'w' },
  type: 'collection',
  timestamp: '2026-01-01T00:00:00.000Z',
  entry: resources.map((resource) => ({ fullUrl: 'urn:uuid:x', resource })),
});
const scopeOf = (category: string, resourceType = 'Observation') => [
  scopeTag(key, { category, resourceType }),
];

describe('tag groups', () => {
  test('a grant for vital signs does not open a bundle that holds laboratory values besides', () => {
    const mixed = groupsOf(bundleOf(observation('vital-signs'), observation('laboratory')));
    expect(mixed).toHaveLength(2);
    for (const category of ['vital-signs', 'laboratory'])
      expect(coversTags(scopeOf(category), mixed)).toBe(false);
    expect(coversTags([...scopeOf('vital-signs'), ...scopeOf('laboratory')], mixed)).toBe(true);
    expect(coversTags(scopeOf(ANY), mixed)).toBe(true);
    expect(coversTags(scopeOf(ANY, ANY), mixed)).toBe(true);
  });

  test('aggregates keep the category of what they are of: glucose is laboratory, all else vital signs', () => {
    const { codes } = everything.summary;
    const without = (isLeftOut: (unit: string) => boolean) => {
      const summary = { ...everything.summary, codes: codes.filter(({ unit }) => !isLeftOut(unit)) };
      return groupsOf(periodicBundle({ ...everything, summary }));
    };
    const isGlucose = (unit: string) => unit === 'mg/dL' || unit === 'mmol/L';
    const vitalSigns = without(isGlucose);
    const laboratory = without((unit) => !isGlucose(unit));
    expect(coversTags(scopeOf('vital-signs'), vitalSigns)).toBe(true);
    expect(coversTags(scopeOf('laboratory'), vitalSigns)).toBe(false);
    expect(coversTags(scopeOf('laboratory'), laboratory)).toBe(true);
    expect(coversTags(scopeOf('vital-signs'), laboratory)).toBe(false);
  });

  test('an alarm drawn from vital signs is granted with them, though it is none', () => {
    const bundle = emergencyBundle({ ...ofOneCause, others: undefined });
    const [alarm] = bundle.entry.map(({ resource }) => resource);
    expect(alarm).toMatchObject({ category: [{ coding: [{ code: 'survey' }] }] });
    const groups = groupsOf(bundle);
    expect(coversTags(scopeOf('vital-signs'), groups)).toBe(true);
    expect(coversTags(scopeOf('survey'), groups)).toBe(false);
  });

  test('equal kinds are one group, and devices and provenance have none of their own', () => {
    const device: Device = {
      ...{ resourceType: 'Device', id: '0', status: 'active' },
      identifier: [{ system: 'urn:careledger:device', value: 'd' }],
    };
    const groups = groupsOf(bundleOf(observation('laboratory'), observation('laboratory'), device));
    expect(groups).toHaveLength(1);
    // Category and type, each under the wildcard, the code, and that it is normal.
    expect(groups[0]).toHaveLength(6);
    expect(groupsOf(bundleOf(device))).toEqual([]);
  });

  test('a resource of two categories can be granted by either, as one kind whatever their order', () => {
    const groups = groupsOf(
      bundleOf(observation('vital-signs', 'exam'), observation('exam', 'vital-signs', 'exam')),
    );
    expect(groups).toHaveLength(1);
    for (const category of ['exam', 'vital-signs']) expect(coversTags(scopeOf(category), groups)).toBe(true);
  });

  test('tags are never cut: what holds more than a record can say is refused', () => {
    const many = Array.from({ length: 8 }, (_, n) => `category-${n}`);
    const overflow = expect.objectContaining({ code: 'TAG_GROUPS_OVERFLOW' });
    expect(() => groupsOf(bundleOf(observation(...many)))).toThrow(overflow);
    const kinds = Array.from({ length: 33 }, (_, n) => observation(`category-${n}`));
    expect(() => groupsOf(bundleOf(...kinds))).toThrow(overflow);
    expect(groupsOf(bundleOf(...kinds.slice(0, 32)))).toHaveLength(32);
  });
});

describe('what is found in another author’s record', () => {
  const holding = (...resources: object[]) => ({
    resourceType: 'Bundle' as const,
    entry: resources.map((resource) => ({ resource })),
  });
  const resource = (resourceType: string, ...codes: string[]) => ({
    resourceType,
    ...(codes.length > 0 && { category: codes.map((code) => ({ coding: [{ code }] })) }),
  });
  const FROM_LAB: RecordOrigin = { authors: ['aut_lab'] };
  const tagsOf = (...resources: object[]) => foundIn(key, holding(...resources), FROM_LAB);

  test('is tagged as the gateway’s own: a grant covers an observation whoever made it', () => {
    const { tagGroups } = tagsOf({ ...observation('laboratory') });
    const [own = []] = groupsOf(bundleOf(observation('laboratory')));
    const [author, normal] = [scopeTag(key, { author: 'aut_lab' }), scopeTag(key, { label: 'N' })];
    // Only what the gateway measured itself is normal unless somebody says otherwise.
    const expected = [...own.filter((tag) => tag !== normal), author].sort();
    expect(tagGroups.map((group) => group.toSorted())).toEqual([expected]);
  });

  test('is one group for each category and type: a grant of one category of a resource does not open it', () => {
    const { tagGroups, isUncategorised } = tagsOf(resource('Observation', 'laboratory', 'psychiatry'));
    expect(tagGroups).toHaveLength(2);
    expect(coversTags(scopeOf('laboratory'), tagGroups)).toBe(false);
    expect(coversTags(scopeOf(ANY), tagGroups)).toBe(true);
    expect(isUncategorised).toBe(false);
  });

  test('says of a resource without a category only its type, and that it may be of any category', () => {
    const { tagGroups, isUncategorised } = tagsOf(resource('DocumentReference'));
    expect(coversTags(scopeOf(ANY, 'DocumentReference'), tagGroups)).toBe(true);
    expect(coversTags(scopeOf('laboratory'), tagGroups)).toBe(false);
    expect(isUncategorised).toBe(true);
  });

  test('is denied by its security label and by its sensitive code, whatever its author’s tags say', () => {
    const restricted = {
      ...resource('DocumentReference', 'clinical-note'),
      meta: { security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' }] },
    };
    const diagnosed = {
      ...resource('Condition', 'encounter-diagnosis'),
      code: { coding: [{ system: 'http://hl7.org/fhir/sid/icd-10', code: 'F20.0' }] },
    };
    const hasTag = (label: string, ...resources: object[]) =>
      tagsOf(...resources)
        .tagGroups.flat()
        .includes(scopeTag(key, { label }));
    expect([hasTag('R', restricted), hasTag('PSY', restricted)]).toEqual([true, false]);
    expect([hasTag('R', diagnosed), hasTag('PSY', diagnosed)]).toEqual([true, true]);
    expect(hasTag('R', resource('DocumentReference', 'clinical-note'))).toBe(false);
  });

  test('counts what hides within another resource, and not what describes the others', () => {
    const hiding = {
      ...resource('Observation', 'laboratory'),
      contained: [resource('Condition', 'psychiatry')],
    };
    expect(tagsOf(hiding, resource('Patient')).tagGroups).toHaveLength(2);
  });

  test('is nothing where it holds more kinds than can be said: no scope covers it then', () => {
    const kinds = Array.from({ length: TAG_GROUPS_MAX + 1 }, (_, n) => resource('Observation', `c${n}`));
    expect(tagsOf(...kinds)).toEqual({ tagGroups: [], isUncategorised: false });
  });
});

describe('an author’s tags are true', () => {
  const found = [
    ['a', 'b'],
    ['a', 'c'],
  ];

  test('as far as the author knew them, for every kind', () => {
    expect(isTrue([['b'], ['c']], found)).toBe(true);
    expect(isTrue([['a']], found)).toBe(true);
  });

  test('neither where they leave a kind out, nor where they say another, nor where there are none', () => {
    for (const said of [[['b']], [['b'], ['c'], ['d']], [['b', 'd'], ['c']], []])
      expect(isTrue(said, found)).toBe(false);
  });
});
