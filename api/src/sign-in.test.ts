import { statementIdOf } from '@careledger/fhir';
import { TestIssuer } from '@careledger/service-kit/testing';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { AwayApi } from '../testing/away-api.js';
import { proposedConsent } from '../testing/proposed-consent.js';

const PATIENT = `pat_${'a'.repeat(32)}`;
const CLINICIAN = { sub: 'staff-17', role: 'clinician', name: 'Dr. Hodak', scope: 'user/*.cruds' };
const OPERATOR = { sub: 'staff-1', role: 'operator', scope: 'careledger/ops' };
const LIST = `/v1/records?patientId=${PATIENT}`;

let issuer: TestIssuer;
let api: AwayApi;
const opened = async (unknownPersons: 'refuse' | 'provision'): Promise<void> => {
  const trusted = { ...issuer.trusted('HospitalMSP'), unknownPersons };
  api = await AwayApi.open({ auth: { issuers: [trusted] }, answerWithinMs: 0 });
};
beforeEach(async () => {
  issuer = await TestIssuer.open();
});
afterEach(async () => {
  await api[Symbol.asyncDispose]();
  await issuer[Symbol.asyncDispose]();
});

async function ask(claims: object, url = LIST, payload?: object) {
  const { statusCode, json, headers } = await api.app.inject({
    method: payload === undefined ? 'GET' : 'POST',
    url,
    headers: { authorization: `Bearer ${await issuer.sign({ ...claims })}` },
    ...(payload && { payload }),
  });
  return { statusCode, headers, body: json<Record<string, unknown>>() };
}
async function practitioners(): Promise<Record<string, unknown>[]> {
  const { body } = await ask(OPERATOR, '/v1/practitioners');
  return body['practitioners'] as Record<string, unknown>[];
}

describe('a person whom the authority does not know', () => {
  test('is refused on every route of practitioners, and nothing is registered', async () => {
    await opened('refuse');
    for (const url of [LIST, `/v1/patients/${PATIENT}/grants`, '/v1/subscriptions', '/v1/notices']) {
      const { statusCode, body } = await ask(CLINICIAN, url);
      expect([url, statusCode, body['code'], body['reason']]).toEqual([
        ...[url, 403, 'PERSON_UNKNOWN', 'NOT_REGISTERED'],
      ]);
    }
    expect(await practitioners()).toEqual([]);
  });

  test('is registered once where the issuer is configured so, and waits for the ledger', async () => {
    await opened('provision');
    const claims = { ...CLINICIAN, profession: 'physician', unit: 'ward' };
    const answers = await Promise.all([1, 2, 3].map(() => ask(claims)));
    for (const { statusCode, body, headers } of [...answers, await ask(claims)])
      expect([statusCode, body['code'], headers['retry-after']]).toEqual([503, 'PERSON_REGISTERING', '2']);
    expect(await practitioners()).toEqual([
      expect.objectContaining({
        ...{ role: 'physician', unit: 'ward', stage: 'registering' },
        identity: { identifier: 'staff-17', name: 'Dr. Hodak' },
      }),
    ]);
  });

  test('is not registered without a profession that the ledger takes', async () => {
    await opened('provision');
    for (const profession of [undefined, 'Chief Physician']) {
      const { body } = await ask({ ...CLINICIAN, profession });
      expect([body['code'], body['reason']]).toEqual(['PERSON_UNKNOWN', 'PROFESSION_MISSING']);
    }
    expect(await practitioners()).toEqual([]);
  });

  test('gets no rights of another role from the role of her token', async () => {
    await opened('refuse');
    expect((await ask(CLINICIAN, '/v1/practitioners')).body['code']).toBe('FORBIDDEN');
    expect((await ask({ ...OPERATOR, scope: 'user/*.cruds' }, '/v1/practitioners')).body['code']).toBe(
      'SCOPE_INSUFFICIENT',
    );
  });
});

test('a program reads for its unit, and its scopes narrow what it may write', async () => {
  await opened('refuse');
  const program = { sub: 'ward-system', client_id: 'ward-system' };
  const { body } = await ask({ ...program, scope: 'system/*.rs' });
  // It got as far as the ledger, which is away.
  expect(body['code']).toBe('LEDGER_UNAVAILABLE');
  const report = { resourceType: 'DiagnosticReport', status: 'final' };
  const bundle = { resourceType: 'Bundle', type: 'collection', entry: [{ resource: report }] };
  const write = async (scope: string) =>
    (await ask({ ...program, scope }, '/v1/records', { patientId: PATIENT, bundle })).body['code'];
  expect(await write('system/*.rs')).toBe('SCOPE_INSUFFICIENT');
  expect(await write('system/Observation.c')).toBe('SCOPE_INSUFFICIENT');
  expect(await write('system/DiagnosticReport.c')).toBe('FHIR_INVALID');
});

test('a program asks patients, and sees what it asked and whom it met, by scopes of these types alone', async () => {
  await opened('refuse');
  const program = { sub: 'ward-system', client_id: 'ward-system' };
  const as = async (scope: string, url: string, payload?: object) => {
    const { statusCode, body } = await ask({ ...program, scope }, url, payload);
    const { issue = [] } = body as { issue?: { details: { coding: { code: string }[] } }[] };
    return issue[0]?.details?.coding[0]?.code ?? statusCode;
  };
  const patient = `Patient/${PATIENT}`;
  const id = statementIdOf({ patientId: PATIENT, sid: 'AAECAwQFBgcICQoLDA0ODw' });
  for (const url of [
    ...[`/fhir/Consent?patient=${patient}`, `/fhir/Consent/${id}`],
    ...[`/fhir/Encounter?patient=${patient}`, `/fhir/Encounter/${id}`],
  ]) {
    expect([url, await as('system/Observation.cruds', url)]).toEqual([url, 'SCOPE_INSUFFICIENT']);
    // It got as far as the ledger, which is away.
    expect([url, await as('system/*.rs', url)]).toEqual([url, 'LEDGER_UNAVAILABLE']);
  }
  // Nobody is asked for what the token is not for: neither an answer's cursor nor its time says what there is.
  for (const type of ['Consent', 'Encounter'])
    for (const url of [`/fhir/${type}`, `/fhir/${type}?_id=${id}`]) {
      expect([url, await as('system/Observation.cruds', url)]).toEqual([url, 'SCOPE_INSUFFICIENT']);
      expect([url, await as('system/*.rs', url)]).toEqual([url, 'LEDGER_UNAVAILABLE']);
    }
  const asking = proposedConsent({ reference: patient });
  expect(await as('system/*.rs', '/fhir/Consent', asking)).toBe('SCOPE_INSUFFICIENT');
  expect(await as('system/Observation.c', '/fhir/Consent', asking)).toBe('SCOPE_INSUFFICIENT');
  expect(await as('system/Consent.c', '/fhir/Consent', asking)).toBe(202);
});

test('a batch takes no scope that its entries do not take: who may only read, reads', async () => {
  await opened('refuse');
  const batch = {
    ...{ resourceType: 'Bundle', type: 'batch' },
    entry: [
      { request: { method: 'GET', url: `Encounter?patient=${PATIENT}` } },
      {
        resource: proposedConsent({ reference: `Patient/${PATIENT}` }),
        request: { method: 'POST', url: 'Consent' },
      },
    ],
  };
  const statuses = async (scope: string) => {
    const { body } = await ask({ sub: 'ward-system', client_id: 'ward-system', scope }, '/fhir', batch);
    const { entry } = body as { entry: { response: { status: string } }[] };
    return entry.map(({ response }) => Number(response.status.split(' ')[0]));
  };
  expect(await statuses('system/*.rs')).toEqual([503, 403]);
  expect(await statuses('system/Consent.c')).toEqual([403, 202]);
  expect(await statuses('system/Observation.rs')).toEqual([403, 403]);
  const transaction = { ...batch, type: 'transaction', entry: [] };
  const { body } = await ask({ sub: 'a', client_id: 'a', scope: 'careledger/ops' }, '/fhir', transaction);
  expect(body['resourceType']).toBe('OperationOutcome');
});
