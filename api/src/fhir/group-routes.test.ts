import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { AwayFhir, said } from '../../testing/away-fhir.js';
import { FHIR_BASE } from './table.js';

let fhir: AwayFhir;
beforeAll(async () => {
  fhir = await AwayFhir.open();
});
afterAll(() => fhir[Symbol.asyncDispose]());

test('a Group is found by nothing, and has an id of its own', async () => {
  for (const query of ['?patient=x', '?_id=granted', '?_count=0', '?member=x'])
    expect(said(await fhir.ask(`${FHIR_BASE}/Group${query}`))[0]).toBe(400);
  expect(said(await fhir.ask(`${FHIR_BASE}/Group/1`))[0]).toBe(404);
  const { outcome } = await fhir.ask(`${FHIR_BASE}/Group/granted`);
  expect(outcome).toMatchObject({ resourceType: 'Group', actual: true, quantity: 0 });
  expect((await fhir.ask(`${FHIR_BASE}/Group`)).outcome).toMatchObject({ entry: [{ resource: outcome }] });
});
