import { describe, expect, test } from '@jest/globals';
import { givenOfScope, givenOfTerms, type PlainTerms } from './asked.js';

const asked: PlainTerms = {
  permissions: ['read', 'write'],
  purposes: ['TREAT', 'ETREAT'],
  until: '2027-01-01T00:00:00Z',
};
const given = (terms: Partial<PlainTerms>) => givenOfTerms(asked, { ...asked, ...terms });
const term = (category: string, resourceType = '*') => ({ category, resourceType });

describe('of what was asked, a grant gives', () => {
  test('all, also where it says the same otherwise', () => {
    expect(given({ purposes: ['ETREAT', 'TREAT'], until: '2027-01-01T00:00:00.000Z' })).toBe('all');
    const { until, ...forGood } = asked;
    expect([until, givenOfTerms(forGood, forGood)]).toEqual([asked.until, 'all']);
  });

  test('a part: fewer permissions, fewer purposes, a shorter time', () => {
    expect(given({ permissions: ['read'] })).toBe('part');
    expect(given({ purposes: ['TREAT'] })).toBe('part');
    expect(given({ until: '2026-12-31T23:59:59Z' })).toBe('part');
  });

  test('more: whatever it gives less besides', () => {
    expect(given({ permissions: ['read', 'modify'] })).toBe('more');
    expect(given({ purposes: ['HRESCH'], permissions: ['read'] })).toBe('more');
    expect(given({ until: '2027-01-01T00:00:00.001Z' })).toBe('more');
    expect(given({ until: undefined, permissions: ['read'] })).toBe('more');
  });

  test('records by words: none is every one, and a term is wide or narrow', () => {
    const laboratory = term('laboratory');
    const [observations, vitals] = [term('laboratory', 'Observation'), term('vital-signs')];
    expect(givenOfScope([], [])).toBe('all');
    expect(givenOfScope([], [laboratory])).toBe('part');
    expect(givenOfScope([laboratory], [])).toBe('more');
    expect(givenOfScope([laboratory, observations], [laboratory])).toBe('all');
    expect(givenOfScope([laboratory, vitals], [vitals])).toBe('part');
    expect(givenOfScope([laboratory], [observations])).toBe('part');
    expect(givenOfScope([observations], [laboratory])).toBe('more');
    expect(givenOfScope([laboratory], [observations, vitals])).toBe('more');
    expect(givenOfScope([term('*', 'Observation')], [observations])).toBe('part');
  });
});
