import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AwayFhir, said } from '../../testing/away-fhir.js';
import { FHIR_BASE } from './table.js';

let fhir: AwayFhir;
beforeAll(async () => {
  fhir = await AwayFhir.open();
});
afterAll(() => fhir[Symbol.asyncDispose]());

describe('media types', () => {
  test.each([
    ['', undefined, 'application/fhir+json'],
    ['?_format=json', 'text/html', 'application/fhir+json'],
    ['?_format=application/fhir%2Bjson', 'text/html', 'application/fhir+json'],
    ['?_format=application/fhir+json', undefined, 'application/fhir+json'],
    ['', 'application/json', 'application/json'],
    ['', 'application/fhir+json;fhirVersion=4.0', 'application/fhir+json'],
  ])('metadata%s, Accept %s: %s', async (query, accept, type) => {
    const answer = await fhir.app.inject({
      url: `${FHIR_BASE}/metadata${query}`,
      headers: accept === undefined ? {} : { accept },
    });
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, type]);
  });

  test.each([
    ['?_format=xml', undefined],
    ['?_format=json&_format=xml', undefined],
    ['', 'application/fhir+xml'],
  ])('metadata%s, Accept %s: 406', async (query, accept) => {
    const asked = await fhir.ask(`${FHIR_BASE}/metadata${query}`, accept === undefined ? {} : { accept });
    expect(said(asked)).toEqual([406, 'OperationOutcome', 'not-supported', 'NOT_ACCEPTABLE']);
  });
});
