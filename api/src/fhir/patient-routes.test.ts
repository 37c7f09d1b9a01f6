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

test('a patient is found by the pseudonym alone: another system’s number is nobody’s here', async () => {
  for (const identifier of [`urn:oid:1.2.3|${PATIENT}`, '|4711', 'urn:careledger:patient|4711']) {
    const query = new URLSearchParams({ identifier }).toString();
    const { outcome } = await fhir.ask(`${FHIR_BASE}/Patient?${query}`);
    expect(outcome).toMatchObject({ type: 'searchset', link: [{ relation: 'self' }] });
    expect(outcome).not.toHaveProperty('entry');
  }
});
