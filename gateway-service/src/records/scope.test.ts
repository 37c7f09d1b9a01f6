import {
  emergencyBundle,
  periodicBundle,
  type Bundle,
  type Device,
  type Observation,
} from '@careledger/fhir';
import { everything, ofOneCause } from '@careledger/fhir/testing';
import { newSalt } from '@careledger/envelope';
import { TAG_GROUPS_MAX } from '@careledger/domain';
import { coversTags } from '@careledger/policy';
import { describe, expect, test } from '@jest/globals';
import { scopeTag } from '@careledger/envelope';
import { ANY, foundIn, isTrue, tagGroupsOf } from './scope.js';

const key = newSalt();
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
    const mixed = tagGroupsOf(key, bundleOf(observation('vital-signs'), observation('laboratory')));
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
      return tagGroupsOf(key, periodicBundle({ ...everything, summary }));
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
    const groups = tagGroupsOf(key, bundle);
    expect(coversTags(scopeOf('vital-signs'), groups)).toBe(true);
    expect(coversTags(scopeOf('survey'), groups)).toBe(false);
  });

  test('equal kinds are one group, and devices and provenance have none of their own', () => {
    const device: Device = {
      ...{ resourceType: 'Device', id: '0', status: 'active' },
      identifier: [{ system: 'urn:careledger:device', value: 'd' }],
    };
    const groups = tagGroupsOf(key, bundleOf(observation('laboratory'), observation('laboratory'), device));
    expect(groups).toHaveLength(1);
    expect(groups[0]).toHaveLength(4);
    expect(tagGroupsOf(key, bundleOf(device))).toEqual([]);
  });

  test('a resource of two categories can be granted by either, as one kind whatever their order', () => {
    const groups = tagGroupsOf(
      key,
      bundleOf(observation('vital-signs', 'exam'), observation('exam', 'vital-signs', 'exam')),
    );
    expect(groups).toHaveLength(1);
    for (const category of ['exam', 'vital-signs']) expect(coversTags(scopeOf(category), groups)).toBe(true);
  });

  test('tags are never cut: what holds more than a record can say is refused', () => {
    const many = Array.from({ length: 8 }, (_, n) => `category-${n}`);
    const overflow = expect.objectContaining({ code: 'TAG_GROUPS_OVERFLOW' });
    expect(() => tagGroupsOf(key, bundleOf(observation(...many)))).toThrow(overflow);
    const kinds = Array.from({ length: 33 }, (_, n) => observation(`category-${n}`));
    expect(() => tagGroupsOf(key, bundleOf(...kinds))).toThrow(overflow);
    expect(tagGroupsOf(key, bundleOf(...kinds.slice(0, 32)))).toHaveLength(32);
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
  const tagsOf = (...resources: object[]) => foundIn(key, holding(...resources));

  test('is tagged as the gateway’s own: a grant covers an observation whoever made it', () => {
    const { tagGroups } = tagsOf(resource('Observation', 'laboratory'));
    expect(tagGroups.map((group) => [...group].sort())).toEqual(
      tagGroupsOf(key, bundleOf(observation('laboratory'))).map((group) => [...group].sort()),
    );
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
