import { describe, expect, test } from '@jest/globals';
import { coverKinds, resourceScopesOf } from './smart-scopes.js';

const glucose = { resourceType: 'Observation', categories: ['laboratory'] };
const pulse = { resourceType: 'Observation', categories: ['vital-signs'] };
const report = { resourceType: 'DiagnosticReport', categories: [] };
const covers = (scopes: string[], ...kinds: { resourceType: string; categories: string[] }[]): boolean =>
  coverKinds(resourceScopesOf(scopes), kinds, 'r');

describe('scopes of SMART App Launch 2.2', () => {
  test.each([
    ['user/*.rs', [glucose, report], true],
    ['user/*.s', [glucose], false],
    ['user/Observation.r', [glucose, pulse], true],
    ['user/Observation.cud', [glucose], false],
    ['user/Observation.read', [glucose], true],
    ['user/Observation.write', [glucose], false],
    ['patient/Observation.rs?category=laboratory', [glucose], true],
    ['patient/Observation.rs?category=laboratory', [pulse], false],
    ['user/*.r?category=laboratory', [glucose, report], false],
    [
      'user/Observation.r?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory',
      [glucose],
      true,
    ],
  ])('%s', (scope, kinds, expected) => {
    expect(covers([scope], ...kinds)).toBe(expected);
  });

  test('several scopes together cover what each covers a part of', () => {
    const categories = [
      'user/Observation.rs?category=laboratory',
      'user/Observation.rs?category=vital-signs',
    ];
    expect(covers(categories, glucose, pulse)).toBe(true);
    expect(covers(categories, glucose, report)).toBe(false);
  });

  test('content of no kind is covered by the widest scope alone', () => {
    expect(covers(['user/*.r'])).toBe(true);
    expect(covers(['user/Observation.r'])).toBe(false);
  });

  test.each([
    'user/Observation.rs?category=laboratory&status=final',
    'user/Observation.rs?code=1234',
    'user/Observation.rs?category=laboratory,vital-signs',
    'user/Observation.rs?category=http://example.org|laboratory',
    'user/Observation.rs?category=',
    'user/Observation.rs?',
    'user/Observation.',
    'user/Observation.sr',
    'user/observation.rs',
    'user/Observation.rs ',
    'users/Observation.rs',
    'user/Observation.read?category',
    'user/Observation.rsx',
    'USER/*.rs',
  ])('what is not understood gives nothing: %s', (scope) => {
    expect(covers([scope], glucose)).toBe(false);
  });
});
