import {
  emergencyBundle,
  periodicBundle,
  type Bundle,
  type Device,
  type Observation,
} from '@careledger/fhir';
import { everything, ofOneCause } from '@careledger/fhir/testing';
import { newSalt } from '@careledger/envelope';
import { coversTags } from '@careledger/policy';
import { describe, expect, test } from '@jest/globals';
import { scopeTag } from '@careledger/envelope';
import { ANY, tagGroupsOf } from './scope.js';

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
