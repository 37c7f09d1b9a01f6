import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { AwayFhir, said } from '../../testing/away-fhir.js';
import { FHIR_BASE } from './table.js';

let fhir: AwayFhir;
beforeAll(async () => {
  fhir = await AwayFhir.open();
});
afterAll(() => fhir[Symbol.asyncDispose]());

test.each([
  '',
  '?patient=',
  '?patient=Ann',
  `?patient=Observation/pat-${'a'.repeat(32)}`,
  `?patient=pat-${'a'.repeat(32)}&patient=pat-${'b'.repeat(32)}`,
  `?patient=pat-${'a'.repeat(32)}&_count=abc`,
  `?patient=pat-${'a'.repeat(32)}&_count=101`,
  `?patient=pat-${'a'.repeat(32)}&agent=x`,
  `?patient=pat-${'a'.repeat(32)}&_sort=date`,
])(
  'a search of AuditEvents by %j is 400: nothing is left out unseen, and nothing more is found',
  async (query) => {
    expect(said(await fhir.ask(`${FHIR_BASE}/AuditEvent${query}`, fhir.as('auditor')))).toEqual([
      400,
      'OperationOutcome',
      'invalid',
      'VALIDATION_FAILED',
    ]);
  },
);
