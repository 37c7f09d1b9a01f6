import { statementIdOf } from '@careledger/fhir';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AwayFhir, ENTRY_ID, PATIENT, said } from '../../testing/away-fhir.js';
import { FHIR_BASE } from './table.js';

let fhir: AwayFhir;
beforeAll(async () => {
  fhir = await AwayFhir.open();
});
afterAll(() => fhir[Symbol.asyncDispose]());

describe('an Encounter', () => {
  const ENCOUNTER = `${FHIR_BASE}/Encounter`;

  test.each([
    '?date=yesterday',
    '?date=ne2026',
    '?date=2026-02-30',
    '?patient=Ann',
    '?_id=a_b',
    '?_count=0',
    '?status=finished',
  ])('is not searched by %j', async (query) => {
    expect(said(await fhir.ask(`${ENCOUNTER}${query}`))).toEqual([
      ...[400, 'OperationOutcome', 'invalid', 'VALIDATION_FAILED'],
    ]);
  });

  test('of a visit has an id of a visit, and no versions', async () => {
    const visit = statementIdOf({ patientId: PATIENT, sid: 'AAECAwQFBgcICQoLDA0ODw' });
    const unavailable = [503, 'OperationOutcome', 'transient', 'LEDGER_UNAVAILABLE'];
    const nothing = [404, 'OperationOutcome', 'not-found', 'NOT_FOUND'];
    expect(said(await fhir.ask(`${ENCOUNTER}/${visit}`))).toEqual(unavailable);
    expect(said(await fhir.ask(`${ENCOUNTER}/${ENTRY_ID}`))).toEqual(unavailable);
    expect(said(await fhir.ask(`${ENCOUNTER}/1`))).toEqual(nothing);
    expect(said(await fhir.ask(`${ENCOUNTER}/${visit}/_history/1`))).toEqual(nothing);
    expect(said(await fhir.ask(`${ENCOUNTER}/${visit}/_history`))).toEqual(nothing);
    expect((await fhir.ask(`${ENCOUNTER}?_id=${ENTRY_ID}`)).outcome).not.toHaveProperty('entry');
  });
});
