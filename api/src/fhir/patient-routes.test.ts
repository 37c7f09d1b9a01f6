import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { AwayFhir, PATIENT, said } from '../../testing/away-fhir.js';
import { FHIR_BASE } from './table.js';

let fhir: AwayFhir;
beforeAll(async () => {
  fhir = await AwayFhir.open();
});
afterAll(() => fhir[Symbol.asyncDispose]());

test.each([
  '',
  '?identifier=',
  '?identifier=urn:careledger:patient|',
  '?identifier=a,b',
  '?name=Ann',
  '?_sort=name',
])('a search of patients by %j is 400', async (query) => {
  expect(said(await fhir.ask(`${FHIR_BASE}/Patient${query}`))).toEqual([
    400,
    'OperationOutcome',
    'invalid',
    'VALIDATION_FAILED',
  ]);
});

test('a number that this authority has given nobody finds nobody, and nobody else is asked', async () => {
  const NOBODYS = [`urn:oid:1.2.3|${PATIENT}`, 'urn:oid:1.2.3|4711', '4711', '|4711'];
  for (const identifier of [...NOBODYS, 'urn:careledger:patient|4711']) {
    const query = new URLSearchParams({ identifier }).toString();
    const { outcome } = await fhir.ask(`${FHIR_BASE}/Patient?${query}`);
    expect(outcome).toMatchObject({ type: 'searchset', link: [{ relation: 'self' }] });
    expect(outcome).not.toHaveProperty('entry');
  }
});
