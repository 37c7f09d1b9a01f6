import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AwayFhir, ENTRY_ID, OBSERVATION, said } from '../../testing/away-fhir.js';
import { FHIR_BASE } from './table.js';

let fhir: AwayFhir;
beforeAll(async () => {
  fhir = await AwayFhir.open();
});
afterAll(() => fhir[Symbol.asyncDispose]());

describe('what is sent is what is written, or it is refused', () => {
  const observation = {
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'Weight' },
    subject: { reference: `Patient/pat-${'a'.repeat(32)}` },
  };
  const entry = (more: object = {}) => ({
    resource: observation,
    request: { method: 'POST', url: 'Observation', ...more },
  });
  const transaction = (...entries: object[]) => ({
    ...{ resourceType: 'Bundle', type: 'transaction' },
    ...(entries.length > 0 && { entry: entries }),
  });
  const seen = { 'if-match': 'W/"1"' };

  test.each([
    ['a resource of another type', `${FHIR_BASE}/DiagnosticReport`, observation],
    ['a resource about nobody', `${FHIR_BASE}/Observation`, { ...observation, subject: undefined }],
    ['a status that R4 has not', `${FHIR_BASE}/Observation`, { ...observation, status: 'done' }],
    [
      'a name beside the pseudonym',
      `${FHIR_BASE}/Observation`,
      { ...observation, subject: { ...observation.subject, display: 'Ann' } },
    ],
    ['what is no Bundle', FHIR_BASE, observation],
    ['a batch of nothing', FHIR_BASE, { ...transaction(), type: 'batch' }],
    ['a batch of too much', FHIR_BASE, { ...transaction(...Array(21).fill(entry())), type: 'batch' }],
    ['a batch’s answer', FHIR_BASE, { ...transaction(entry()), type: 'batch-response' }],
    ['a collection', FHIR_BASE, { ...transaction(entry()), type: 'collection' }],
    ['nothing', FHIR_BASE, transaction()],
    [
      'an update in a transaction',
      FHIR_BASE,
      transaction(entry({ method: 'PUT', url: `Observation/${ENTRY_ID}` })),
    ],
    [
      'a deletion in a transaction',
      FHIR_BASE,
      transaction(entry(), { request: { method: 'DELETE', url: `Observation/${ENTRY_ID}` } }),
    ],
    ['another type than the request says', FHIR_BASE, transaction(entry({ url: 'DiagnosticReport' }))],
    ['a condition', FHIR_BASE, transaction(entry({ ifNoneExist: 'identifier=1' }))],
    [
      'two patients',
      FHIR_BASE,
      transaction(entry(), {
        ...entry(),
        resource: { ...observation, subject: { reference: `Patient/pat-${'b'.repeat(32)}` } },
      }),
    ],
    [
      'somebody’s consent',
      FHIR_BASE,
      transaction(entry(), {
        resource: { resourceType: 'Consent' },
        request: { method: 'POST', url: 'Consent' },
      }),
    ],
  ])('%s is 422', async (_what, url, payload) => {
    const sent = await fhir.send(url, payload);
    const [status, type, , code] = said(sent);
    expect([status, type, code]).toEqual([422, 'OperationOutcome', 'FHIR_INVALID']);
  });

  test('what is wrong with a resource is told as of it', async () => {
    const { answer } = await fhir.send(`${FHIR_BASE}/Observation`, { ...observation, status: 'done' });
    expect(answer.json()).toMatchObject({ issue: [{ expression: ['Observation.status'] }] });
  });

  test.each([
    ['a condition on what there is', 'POST', `${FHIR_BASE}/Observation`, { 'if-none-exist': 'code=1' }],
    ['without the version that was seen', 'PUT', OBSERVATION, {}],
    ['with a version that is none', 'PUT', OBSERVATION, { 'if-match': '*' }],
    ['under another id', 'PUT', OBSERVATION, seen],
  ] as const)('%s is 400', async (_what, method, url, headers) => {
    expect(said(await fhir.send(url, observation, headers, method))).toEqual([
      400,
      'OperationOutcome',
      'invalid',
      'VALIDATION_FAILED',
    ]);
  });

  test('an update of what has no id of ours is 404: nobody chooses an id', async () => {
    const sent = await fhir.send(
      `${FHIR_BASE}/Observation/mine`,
      { ...observation, id: 'mine' },
      seen,
      'PUT',
    );
    expect(said(sent)).toEqual([404, 'OperationOutcome', 'not-found', 'NOT_FOUND']);
  });
});
