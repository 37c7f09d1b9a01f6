import { resourceIdOf, statementIdOf } from '@careledger/fhir';
import { newApiTokens } from '@careledger/service-kit/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AwayApi } from '../../testing/away-api.js';
import { proposedConsent } from '../../testing/proposed-consent.js';

const PATIENT = `pat_${'a'.repeat(32)}`;
const { tokens, entries } = newApiTokens(PATIENT);
const ID = resourceIdOf({ patientId: PATIENT, recordId: `rec_${'b'.repeat(32)}`, entry: 'AAAAAAAAAAA' });
const VISIT = statementIdOf({ patientId: PATIENT, sid: 'AAECAwQFBgcICQoLDA0ODw' });

let api: AwayApi;
beforeAll(async () => {
  api = await AwayApi.open({ auth: { tokens: entries }, answerWithinMs: 0 });
});
afterAll(() => api[Symbol.asyncDispose]());

interface Answered {
  readonly resource?: { readonly resourceType: string };
  readonly response: {
    readonly status: string;
    readonly location?: string;
    readonly outcome?: {
      readonly resourceType: string;
      readonly issue: readonly {
        readonly diagnostics: string;
        readonly details: { readonly coding: readonly { readonly code: string }[] };
      }[];
    };
  };
}

async function send(batch: readonly unknown[], headers: Readonly<Record<string, string>> = {}) {
  const answer = await api.app.inject({
    ...{ method: 'POST', url: '/fhir', payload: { resourceType: 'Bundle', type: 'batch', entry: batch } },
    headers: {
      authorization: `Bearer ${tokens.practitioner}`,
      'content-type': 'application/fhir+json',
      ...headers,
    },
  });
  const { type, entry } = answer.json<{ type: string; entry: Answered[] }>();
  expect([answer.statusCode, type, answer.headers['content-type']]).toEqual([
    ...[200, 'batch-response', expect.stringContaining('application/fhir+json')],
  ]);
  return entry;
}
const codesOf = (answered: readonly Answered[]) =>
  answered.map(({ response: { outcome, status } }) => [
    Number(status.split(' ')[0]),
    outcome?.issue[0]?.details.coding[0]?.code,
  ]);
const get = (url: string, more: object = {}) => ({ request: { method: 'GET', url, ...more } });
const post = (url: string, resource: object, more: object = {}) => ({
  resource,
  request: { method: 'POST', url, ...more },
});

describe('each entry of a batch is answered by its own route', () => {
  test('in its place, by what is wrong with it alone', async () => {
    const observation = { resourceType: 'Observation', status: 'done' };
    const answered = await send([
      get('metadata'),
      get(`Observation/${ID}`),
      get('Observation/1'),
      get(`Observation/${ID}?_elements=code`),
      get('Observation?patient=Ann'),
      get('Spaceship/1'),
      get(`Patient?identifier=urn:oid:1.2.3|4711`),
      { request: { method: 'DELETE', url: `Observation/${ID}` } },
      post('Observation', observation),
      post('Observation', observation, { ifNoneExist: 'code=1' }),
      post('Observation/$validate', observation),
      { resource: { ...observation, id: ID }, request: { method: 'PUT', url: `Observation/${ID}` } },
      get(`Encounter/${VISIT}`),
      post('Consent', { ...proposedConsent({ reference: `Patient/${PATIENT}` }), status: 'active' }),
    ]);
    expect(codesOf(answered)).toEqual([
      [200, undefined],
      [503, 'LEDGER_UNAVAILABLE'],
      [404, 'NOT_FOUND'],
      [400, 'VALIDATION_FAILED'],
      [400, 'VALIDATION_FAILED'],
      [404, 'NOT_FOUND'],
      [200, undefined],
      [405, 'METHOD_NOT_ALLOWED'],
      [422, 'FHIR_INVALID'],
      [400, 'VALIDATION_FAILED'],
      [200, undefined],
      [400, 'VALIDATION_FAILED'],
      [503, 'LEDGER_UNAVAILABLE'],
      [422, 'FHIR_INVALID'],
    ]);
    expect(answered[0]?.resource?.resourceType).toBe('CapabilityStatement');
    expect(answered[10]).toMatchObject({
      resource: { resourceType: 'OperationOutcome', issue: expect.arrayContaining([expect.anything()]) },
      response: { status: '200 OK' },
    });
  });

  test('for its own roles: a batch opens nothing to anybody', async () => {
    expect(codesOf(await send([get(`AuditEvent?patient=${PATIENT}`)]))).toEqual([[403, 'FORBIDDEN']]);
    for (const token of [tokens.auditor, tokens.ops, tokens.system]) {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' };
      const payload = { resourceType: 'Bundle', type: 'batch', entry: [get('metadata')] };
      const answer = await api.app.inject({ method: 'POST', url: '/fhir', payload, headers });
      expect(answer.statusCode).toBe(403);
    }
  });

  test('and goes on by itself where it takes longer; under one key it is done once', async () => {
    const consent = proposedConsent({ reference: `Patient/${PATIENT}` });
    const twice = [post('Consent', consent), post('Consent', consent)];
    const placesOf = (answered: readonly Answered[]) =>
      answered.map(({ response: { location } }) => location);
    const first = await send(twice, { 'idempotency-key': 'batch-1' });
    expect(first.map(({ response: { status } }) => status)).toEqual(['202 Accepted', '202 Accepted']);
    expect(placesOf(first)).toEqual([expect.stringMatching(/^\/v1\/jobs\//), expect.any(String)]);
    expect(new Set(placesOf(first)).size).toBe(2);
    expect(placesOf(await send(twice, { 'idempotency-key': 'batch-1' }))).toEqual(placesOf(first));
    expect(placesOf(await send(twice, { 'idempotency-key': 'batch-2' }))[0]).not.toBe(placesOf(first)[0]);
  });
});

test('what a batch has read is kept under no key: it is asked anew, and what was refused for now is tried again', async () => {
  const headers = {
    ...{ authorization: `Bearer ${tokens.practitioner}`, 'content-type': 'application/fhir+json' },
    'idempotency-key': 'read-again',
  };
  const sent = async (...entry: object[]) => {
    const payload = { resourceType: 'Bundle', type: 'batch', entry };
    return api.app.inject({ method: 'POST', url: '/fhir', payload, headers });
  };
  for (let time = 1; time <= 3; time += 1) {
    const answer = await sent(get('metadata'), get(`Observation/${ID}`));
    expect(codesOf(answer.json<{ entry: Answered[] }>().entry)).toEqual([
      [200, undefined],
      [503, 'LEDGER_UNAVAILABLE'],
    ]);
    expect(answer.headers).not.toHaveProperty('idempotent-replayed');
  }
  expect((await sent(get('metadata'))).json()).toMatchObject({
    issue: [{ details: { coding: [{ code: 'IDEMPOTENCY_KEY_REUSED' }] } }],
  });
});

describe('what is no request of its own is refused, and asked of nobody', () => {
  test.each([
    ['text', 'metadata'],
    ['no request', { resource: { resourceType: 'Observation' } }],
    ['an answer', { ...get('metadata'), response: { status: '200' } }],
    ['a search result', { ...get('metadata'), search: { mode: 'match' } }],
    ['no method', { request: { url: 'metadata' } }],
    ['a method of its own', { request: { method: 'TRACE', url: 'metadata' } }],
    ['no url', { request: { method: 'GET' } }],
    ['a batch', post('', { resourceType: 'Bundle', type: 'batch' })],
    ['a batch by a query', post('?_format=json', { resourceType: 'Bundle', type: 'batch' })],
    ['a batch by dots', post('Observation/..', { resourceType: 'Bundle', type: 'batch' })],
    ['a history', get(`Observation/${ID}/_history`)],
    ['a history with a query', get(`Observation/${ID}/_history?_count=1`)],
    ['a history with an escape', get(`Observation/${ID}/_%68istory`)],
    ['a history with another', get(`Observation/${ID}/%5Fhistory?_count=1`)],
    ['a type with an escape', get(`Observatio%6E/${ID}`)],
    ['the REST API by dots', get('../v1/subscriptions')],
    ['the same, further down', get('Observation/../../v1/subscriptions')],
    ['the same, escaped', get('Observation/%2e%2e/%2e%2e/v1/subscriptions')],
    ['the same, backwards', get('Observation\\..\\..\\v1\\subscriptions')],
    ['the REST API by its path', get('/v1/subscriptions')],
    ['another server', get('http://elsewhere.example/fhir/metadata')],
    ['another server, without a scheme', get('//elsewhere.example/metadata')],
    ['a fragment', get('metadata#part')],
    ['what is spelled in another way', get('Patient?identifier=ä')],
    ['a space', get('Patient?identifier=a b')],
    ['a resource to be read', { ...get('metadata'), resource: { resourceType: 'Observation' } }],
    ['nothing to be created', { request: { method: 'POST', url: 'Observation' } }],
    ['a condition that R4 has not', get('metadata', { ifAny: 'x' })],
    ['a header in a condition', get('metadata', { ifMatch: 'W/"1"\r\nauthorization: Bearer x' })],
    ['a condition that is no text', get('metadata', { ifMatch: 1 })],
  ])('%s', async (_what, entry) => {
    const answered = await send([entry, get('metadata')]);
    expect(codesOf(answered)).toEqual([
      [400, 'VALIDATION_FAILED'],
      [200, undefined],
    ]);
  });
});
