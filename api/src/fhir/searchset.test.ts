import { checkResource } from '@careledger/fhir';
import { expect, test } from '@jest/globals';
import { searchset } from './searchset.js';

const asked = { base: 'https://hospital.example/fhir', path: '/fhir/Observation', query: { code: 'a|b' } };
const observation = { resourceType: 'Observation', id: '1', status: 'final', code: { text: 'Mood' } };

test('says which resources were looked for, and which are beside them', () => {
  const included = [{ resourceType: 'Device', id: '2' }];
  const bundle = searchset({ resources: [observation], included, next: 'more' }, asked);
  expect(bundle).toMatchObject({
    link: [
      { relation: 'self', url: `${asked.base}/Observation?code=a%7Cb` },
      { relation: 'next', url: `${asked.base}/Observation?code=a%7Cb&_cursor=more` },
    ],
    entry: [
      { fullUrl: `${asked.base}/Observation/1`, search: { mode: 'match' } },
      { fullUrl: `${asked.base}/Device/2`, search: { mode: 'include' } },
    ],
  });
  expect(bundle).not.toHaveProperty('total');
});

test('says what was left out of the query, as much as there is room for', () => {
  const ignored = ['<script>', ...Array.from({ length: 50 }, (_, index) => `x${index}`.padEnd(100, 'x'))];
  const bundle = searchset({ resources: [observation], next: null }, { ...asked, ignored }) as {
    entry: { fullUrl: string; resource: { issue: { diagnostics: string }[] }; search: object }[];
  };
  const [match, outcome] = bundle.entry;
  expect([match?.search, outcome?.search]).toEqual([{ mode: 'match' }, { mode: 'outcome' }]);
  expect(outcome?.fullUrl).toMatch(/^urn:uuid:[0-9a-f-]{36}$/);
  expect(outcome?.resource).toMatchObject({
    resourceType: 'OperationOutcome',
    issue: expect.arrayContaining([
      {
        ...{ severity: 'warning', code: 'not-supported' },
        diagnostics: 'Left out: this search has no parameter "<script>"',
      },
    ]),
  });
  expect(outcome?.resource.issue).toHaveLength(20);
  expect(
    Math.max(...(outcome?.resource.issue ?? []).map(({ diagnostics }) => diagnostics.length)),
  ).toBeLessThan(128);
  expect(checkResource(outcome?.resource).resourceType).toBe('OperationOutcome');
});
