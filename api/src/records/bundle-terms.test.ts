import { clinicalBundle, checkBundle } from '@careledger/fhir';
import { describe, expect, test } from '@jest/globals';
import { periodOf, tagsFor, termsOf } from './bundle-terms.js';

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

describe('what a bundle is about', () => {
  test('its resources by type and category, supporting ones left out', () => {
    expect(termsOf(bundle)).toEqual([
      { resourceType: 'Observation', categories: ['laboratory'] },
      { resourceType: 'DocumentReference', categories: [] },
    ]);
  });

  test('it carries every known tag that covers a resource', () => {
    const known = [
      scope('laboratory', 'Observation', 'exact'),
      scope('*', 'Observation', 'type'),
      scope('*', 'DocumentReference', 'notes'),
      scope('vital-signs', 'Observation', 'other'),
    ];
    expect(tagsFor(termsOf(bundle), known)).toEqual(['exact', 'type', 'notes']);
  });

  test('a resource that no scope covers makes the whole bundle uncovered', () => {
    expect(tagsFor(termsOf(bundle), [scope('laboratory', 'Observation', 'exact')])).toBeUndefined();
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
