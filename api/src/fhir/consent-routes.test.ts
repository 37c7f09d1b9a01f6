import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AwayFhir, ENTRY_ID, PATIENT, said } from '../../testing/away-fhir.js';
import { FHIR_BASE } from './table.js';

let fhir: AwayFhir;
beforeAll(async () => {
  fhir = await AwayFhir.open();
});
afterAll(() => fhir[Symbol.asyncDispose]());

describe('a Consent', () => {
  const CONSENT = `${FHIR_BASE}/Consent`;

  test.each([
    '?patient=',
    '?patient=Ann',
    `?patient=${PATIENT}&patient=${PATIENT}`,
    '?status=',
    '?status=draft',
    '?status=urn:mine|active',
    '?status=active,',
    '?status=active&status=rejected',
    '?_id=a_b',
    '?_count=0',
    '?_count=101',
    '?period=2026',
    '?_sort=date',
  ])('is not searched by %j', async (query) => {
    expect(said(await fhir.ask(`${CONSENT}${query}`))).toEqual([
      ...[400, 'OperationOutcome', 'invalid', 'VALIDATION_FAILED'],
    ]);
  });

  test('has an id of its own kind: any other is nobody’s, and nobody is asked for it', async () => {
    for (const id of ['1', ENTRY_ID, `pat-${'a'.repeat(32)}`])
      expect(said(await fhir.ask(`${CONSENT}/${id}`))).toEqual([
        ...[404, 'OperationOutcome', 'not-found', 'NOT_FOUND'],
      ]);
    expect((await fhir.ask(`${CONSENT}?_id=${ENTRY_ID}`)).answer.json()).not.toHaveProperty('entry');
  });

  test('is asked by who may, and with every fault told where it is', async () => {
    const post = (role: 'ops' | 'practitioner' | 'auditor', payload: object, more: object = {}) =>
      fhir.send(CONSENT, payload, { ...fhir.as(role), ...more });
    const none = { resourceType: 'Consent', status: 'active', performer: [] };
    expect(said(await post('auditor', none))).toEqual([
      ...[403, 'OperationOutcome', 'forbidden', 'FORBIDDEN'],
    ]);
    for (const role of ['ops', 'practitioner'] as const) {
      const { answer } = await post(role, none);
      const { issue } = answer.json<{ issue: { expression: string[] }[] }>();
      expect([answer.statusCode, issue.flatMap(({ expression }) => expression)]).toEqual([
        422,
        expect.arrayContaining([
          'Consent.scope',
          'Consent.patient',
          'Consent.performer',
          'Consent.provision',
        ]),
      ]);
    }
    expect(said(await post('ops', { resourceType: 'Patient' }))[0]).toBe(422);
    expect(said(await post('ops', none, { 'if-none-exist': 'status=active' }))[0]).toBe(400);
  });
});
