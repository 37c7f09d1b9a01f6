import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AwayFhir } from '../../testing/away-fhir.js';
import { FHIR_BASE } from './table.js';

let fhir: AwayFhir;
beforeAll(async () => {
  fhir = await AwayFhir.open();
});
afterAll(() => fhir[Symbol.asyncDispose]());

describe('$validate', () => {
  const sound = {
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'Mood' },
    subject: { reference: `Patient/pat-${'a'.repeat(32)}` },
  };
  const validate = async (payload: object, type = 'Observation') => {
    const { answer } = await fhir.send(`${FHIR_BASE}/${type}/$validate`, payload);
    return [answer.statusCode, answer.json()];
  };
  const told = (...issue: object[]) => [200, { resourceType: 'OperationOutcome', issue }];

  test('says of what is sound that it is, by itself and in Parameters', async () => {
    const parameters = { resourceType: 'Parameters', parameter: [{ name: 'resource', resource: sound }] };
    for (const payload of [sound, parameters])
      expect(await validate(payload)).toMatchObject(told({ severity: 'information' }));
  });

  test('says each fault and where it is', async () => {
    expect(await validate({ ...sound, status: 'done', code: undefined })).toMatchObject(
      told(
        { severity: 'error', expression: ['Observation.status'] },
        { severity: 'error', expression: ['Observation.code'] },
      ),
    );
  });

  test.each([
    ['another type', sound, 'DiagnosticReport', 'resourceType'],
    ['nobody', { ...sound, subject: undefined }, 'Observation', 'Observation.subject'],
    [
      'other parameters',
      { resourceType: 'Parameters', parameter: [{ name: 'mode', valueCode: 'create' }] },
      'Observation',
      'Parameters.parameter',
    ],
  ])('of %s says so', async (_what, payload, type, expression) => {
    expect(await validate(payload, type)).toMatchObject(
      told({ severity: 'error', expression: [expression] }),
    );
  });
});
