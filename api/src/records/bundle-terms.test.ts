import { clinicalBundle, checkBundle, kindsOf, type FhirResource } from '@careledger/fhir';
import { SCOPE_TAGS_MAX, TAG_GROUPS_MAX, type ResourceKind } from '@careledger/domain';
import { describe, expect, test } from '@jest/globals';
import { describedBy, periodOf } from './bundle-terms.js';

const patientId = `pat_${'a'.repeat(32)}`;
const AT_MS = Date.parse('2026-05-05T08:00:00Z');
const bundle = checkBundle(
  JSON.parse(
    JSON.stringify(
      clinicalBundle({
        patientId,
        author: { authorityId: 'aut_hospital' },
        documentId: 'd',
        recordedAtMs: AT_MS + 60_000,
        items: [
          { kind: 'lab-result', code: '4548-4', display: 'HbA1c', value: 7, unit: '%', effectiveMs: AT_MS },
          { kind: 'note', title: 'Round', text: 'well', writtenMs: AT_MS },
        ],
      }),
    ),
  ),
);
const scope = (category: string, resourceType: string, tag: string) => ({ category, resourceType, tag });
const kind = (resourceType: string, ...categories: string[]): ResourceKind => ({
  ...{ resourceType, categories, labels: [], codes: [], mentions: [], practitioners: [], encounters: [] },
});
const wordsOf = (told: FhirResource) =>
  kindsOf(told).map(({ resourceType, categories }) => [resourceType, ...categories]);
const observation = (...codes: string[]) => ({
  resourceType: 'Observation',
  category: codes.map((code) => ({ coding: [{ code }] })),
});
const holding = (...resources: object[]) => ({
  resourceType: 'Bundle' as const,
  entry: resources.map((resource) => ({ resource })),
});

describe('what a bundle is about', () => {
  test('its resources by type and category, supporting ones left out', () => {
    expect(wordsOf(bundle)).toEqual([['Observation', 'laboratory'], ['DocumentReference']]);
  });

  test('equal kinds once', () => {
    expect(wordsOf(holding(observation('laboratory'), observation('laboratory')))).toEqual([
      ['Observation', 'laboratory'],
    ]);
  });

  test('a laboratory result that hides within a vital sign counts, too', () => {
    const hiding = { ...observation('vital-signs'), contained: [observation('laboratory')] };
    expect(wordsOf(holding(hiding))).toEqual([
      ['Observation', 'vital-signs'],
      ['Observation', 'laboratory'],
    ]);
  });

  test('a laboratory result that calls itself a vital sign besides is of both kinds', () => {
    expect(kindsOf(holding(observation('vital-signs', 'laboratory')))).toHaveLength(2);
  });

  test('its period spans the times of its resources, half-open', () => {
    expect(periodOf(bundle, 0)).toEqual({
      start: '2026-05-05T08:00:00.000Z',
      end: '2026-05-05T08:01:00.001Z',
    });
  });

  test('a bundle without any time is of now', () => {
    const empty = checkBundle({ resourceType: 'Bundle', type: 'collection' });
    expect(periodOf(empty, AT_MS)).toEqual({
      start: '2026-05-05T08:00:00.000Z',
      end: '2026-05-05T08:00:00.001Z',
    });
  });
});

describe('the tag groups of a record', () => {
  test('are one for each kind of resource, with every known tag by which it can be granted', () => {
    const known = [
      scope('laboratory', 'Observation', 'exact'),
      scope('*', 'Observation', 'type'),
      scope('*', 'DocumentReference', 'notes'),
      scope('vital-signs', 'Observation', 'other'),
    ];
    expect(describedBy(kindsOf(bundle), {}, known)).toEqual([['exact', 'type'], ['notes']]);
  });

  test('say which codes it holds and who wrote it: no other authority, though its tag is known', () => {
    const known = [
      { author: 'aut_hospital', tag: 'own' },
      { author: 'aut_lab', tag: 'another' },
      { system: 'http://loinc.org', code: '4548-4', tag: 'code' },
    ];
    const groups = describedBy(kindsOf(bundle), { authors: ['aut_hospital'] }, known);
    expect(groups).toEqual([['code', 'own'], ['own']]);
    expect(describedBy(kindsOf(bundle), { authors: ['aut_hospital', 'aut_lab'] }, known)).toEqual([
      ['another', 'code'],
      ['code', 'own'],
      ['own'],
    ]);
  });

  test('are equal ones once', () => {
    const known = [scope('*', '*', 'any')];
    expect(describedBy(kindsOf(bundle), {}, known)).toEqual([['any']]);
  });

  test('cannot be said of a bundle that holds one resource besides which no scope covers', () => {
    const known = [scope('laboratory', 'Observation', 'exact')];
    expect(describedBy(kindsOf(bundle), {}, known)).toBeUndefined();
  });

  test('a kind with more tags than a group takes is refused, and none of its tags left out', () => {
    const known = Array.from({ length: SCOPE_TAGS_MAX + 1 }, (_, n) => scope('*', '*', `tag-${n}`));
    const refused = expect.objectContaining({ code: 'TOO_MANY_TAGS' });
    expect(() => describedBy([kind('Observation')], {}, known)).toThrow(refused);
    expect(describedBy([kind('Observation')], {}, known.slice(1))).toEqual([
      known
        .slice(1)
        .map(({ tag }) => tag)
        .sort(),
    ]);
  });

  test('a bundle of more kinds than a record takes is refused, and no kind left out', () => {
    const kinds = Array.from({ length: TAG_GROUPS_MAX + 1 }, (_, n) => kind('Observation', `category-${n}`));
    const known = kinds.map(({ categories: [category = ''] }) =>
      scope(category, 'Observation', `tag-${category}`),
    );
    expect(() => describedBy(kinds, {}, known)).toThrow(expect.objectContaining({ code: 'TOO_MANY_TAGS' }));
    expect(describedBy(kinds.slice(1), {}, known)).toHaveLength(TAG_GROUPS_MAX);
  });
});
