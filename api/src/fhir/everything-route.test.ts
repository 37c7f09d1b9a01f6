import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AwayFhir, PATIENT, said } from '../../testing/away-fhir.js';
import { FHIR_BASE } from './table.js';

let fhir: AwayFhir;
beforeAll(async () => {
  fhir = await AwayFhir.open();
});
afterAll(() => fhir[Symbol.asyncDispose]());

describe('everything of a patient', () => {
  const everything = `${FHIR_BASE}/Patient/${PATIENT}/$everything`;

  test.each([
    '_type=',
    '_type=observation',
    '_type=Observation,',
    '_type=Observation,Consent',
    '_type=Observation&_type=Device',
    '_since=',
    '_since=ge2026',
    '_since=yesterday',
    'start=2026-02-30',
    'start=le2026',
    'end=2026-05-05T10:00:00',
    'end=2026,2027',
    '_count=0',
    '_count=101',
    '_cursor=',
    '_include=Observation:device',
    'patient=1',
  ])('by %j is 400', async (query) => {
    const refused = [400, 'OperationOutcome', 'invalid', 'VALIDATION_FAILED'];
    expect(said(await fhir.ask(`${everything}?${query}`))).toEqual(refused);
  });

  test('is of nobody whose id is none', async () => {
    const asked = await fhir.ask(`${FHIR_BASE}/Patient/Ann/$everything`);
    expect(said(asked)).toEqual([404, 'OperationOutcome', 'not-found', 'NOT_FOUND']);
  });

  test('that is well asked is answered by what the ledger last said, and takes no POST', async () => {
    const asked = [
      await fhir.ask(everything),
      await fhir.ask(
        `${FHIR_BASE}/Patient/pat-${'a'.repeat(32)}/$everything?_type=Patient,Observation&_count=5`,
      ),
      await fhir.ask(`${everything}?_since=2026-05-05T10:00:00Z&start=2026-05&end=2026-06-01`),
    ];
    for (const each of asked) expect(each.answer.statusCode).toBe(503);
    expect((await fhir.ask(everything, {}, 'POST')).answer.statusCode).toBe(405);
  });
});
